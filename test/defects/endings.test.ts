import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call, say, slow } from "../../src/offline/reply.ts";
import { scripted } from "../../src/offline/script.ts";
import { of, openTestDeck } from "../kit/deck.ts";
import { openScene } from "../survivors/command-line.ts";
import { isAlive, remainsOf } from "../survivors/remains.ts";

describe("T2: killing a construct", () => {
  const busy = { files: { "busy.mjs": "setInterval(() => undefined, 60_000);" } };

  test("T2: leaves the deck and its process group alive when the agent cannot be asked to go", async () => {
    await using scene = await openScene();
    const deck = await scene.inGroup([
      "spawn",
      "--claude-bin",
      scene.agent("immovable"),
      "--idle-limit",
      "1s",
      "one",
      "two",
    ]);
    expect(await deck.ended).toBe(1);
    expect(isAlive(deck.sentinel)).toBe(true);
    const ends = scene.events().flatMap((event) => event.outcome ?? []);
    expect(ends.map(({ cause, exit }) => [cause, exit])).toEqual([
      ["stall", "signal SIGKILL"],
      ["stall", "signal SIGKILL"],
    ]);
    expect(scene.report()).toContain("stall");
  });

  test("T2: leaves the deck and its process group alive when a real agent is killed in the middle of a tool call", async () => {
    await using scene = await openScene({
      ...busy,
      answer: scripted({ constructs: [{ task: "work", steps: [call("Bash", { command: "node busy.mjs" })] }] }),
    });
    const deck = await scene.inGroup(["spawn", "--embedded", "--idle-limit", "6s", "work for ever"]);
    expect(await deck.ended).toBe(1);
    expect(isAlive(deck.sentinel)).toBe(true);
    const types = scene.events().map((event) => event.type);
    expect(types).toContain("construct.tool_called");
    expect(types.at(-1)).toBe("run.closed");
    expect(scene.events().flatMap((event) => event.outcome?.cause ?? [])).toEqual(["stall"]);
    expect(remainsOf(scene.folder).filter((line) => !line.startsWith(`${deck.sentinel} `))).toEqual([]);
  });
});

describe("T12: a stop in the middle", () => {
  test.each([false, true])("T12: leaves no construct without its end on the record (force: %s)", async (force) => {
    await using kit = await openTestDeck({
      settings: { max_concurrent: 2 },
      answer: scripted({ constructs: [{ task: "slow", steps: [slow(120_000, say("Too late."))] }] }),
    });
    const tasks = ["slow one", "slow two", "slow three", "slow four"];
    const opened = await kit.deck.send({ type: "spawn", tasks, settings: kit.settings, command_line: [] });
    let ready = 0;
    await kit.eventsUntil(opened.afterSeq, (event) => event.type === "construct.ready" && ++ready === 2);
    await kit.deck.send({ type: "stop", status: "stopped", reason: "enough", force });
    const events = await kit.untilClosed(opened.afterSeq);
    const queued = of(events, "construct.queued").map((event) => event.body.construct);
    expect(queued).toHaveLength(4);
    expect(
      of(events, "construct.ended")
        .map((event) => event.body.construct)
        .sort(),
    ).toEqual(queued.sort());
    expect(of(events, "run.closed")[0]?.body.constructs.map((line) => line.state)).toEqual(
      Array.from({ length: 4 }, () => "killed"),
    );
    await kit.deck.close();
    const file = readFileSync(join(opened.folder, "events.ndjson"), "utf8").trimEnd().split("\n");
    expect(file.filter((line) => line.includes('"type":"construct.ended"'))).toHaveLength(4);
    expect(file.at(-1)).toContain('"type":"run.closed"');
    expect(remainsOf(kit.folder)).toEqual([]);
  });
});
