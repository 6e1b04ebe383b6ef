import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { runId, scriptedDeck, settings, type Script, type ScriptedDeck } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

const one = "cx-00000001";
const two = "cx-00000002";

async function deckAtWork(script: Script = {}): Promise<ScriptedDeck> {
  const deck = scriptedDeck(script);
  await deck.port.send({ type: "goal.set", goal: "count \u001b[2Jthem", settings, command_line: [] });
  deck.stage().queue(one, "count the files");
  deck.stage().start(one);
  deck.stage().queue(two, "list the files");
  deck.stage().end(two);
  deck.commands.length = 0;
  return deck;
}

const absent = new Fault("usage", "deck.not_running", "no deck is running here", { hint: "start one" });

describe("ls", () => {
  test("lists the constructs of the open runs that have not ended, and all with --all", async () => {
    const { code, out } = await run(stand(["ls"], await deckAtWork()));
    expect(code).toBe(0);
    expect(out).toContain(runId);
    expect(out).toContain("count the files");
    expect(out).not.toContain("list the files");
    expect(out).not.toContain("\u001b[2J");
    expect((await run(stand(["ls", "--all"], await deckAtWork()))).out).toContain("list the files");
  });

  test("writes a line of JSON for each, with its run", async () => {
    const { out } = await run(stand(["ls", "--json"], await deckAtWork()));
    expect(
      out
        .trim()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
    ).toMatchObject([{ run: runId, construct: one, task: "count the files" }]);
  });

  test("marks those of whose node nothing is heard, until it is back, in words and in JSON", async () => {
    const deck = await deckAtWork();
    deck.stage().emit("construct.started", { construct: one, pid: 1, command: "agent", place: "node-a" });
    deck.stage().emit("node.went", { node: "node-a", boot: "b", why: "silent", agents: 1 });
    const { at = 0 } = deck.events.at(-1) ?? {};
    expect((await run(stand(["ls"], deck))).out).toContain("node-a, not heard");
    const silent = await run(stand(["ls", "--json"], deck));
    expect(JSON.parse(silent.out)).toMatchObject({ place: "node-a", unheard: "node", unheard_since: at });
    deck.stage().emit("node.came", { node: "node-a", boot: "b", pool: "p", labels: [], slots: 1 });
    expect((await run(stand(["ls"], deck))).out).not.toContain("not heard");
    const back = await run(stand(["ls", "--json"], deck));
    expect(JSON.parse(back.out)).toMatchObject({ place: "node-a", unheard: null, unheard_since: null });
    deck.stage().emit("hub.link", { link: "down" });
    expect((await run(stand(["ls"], deck))).out).toContain("node-a, link down");
  });

  test("says that nothing is open where that is so", async () => {
    expect(await run(stand(["ls"], scriptedDeck()))).toMatchObject({ code: 0, out: "No run is open.\n" });
  });
});

describe("say and goal", () => {
  test("say tells the daemon of the run that is named, and refuses an empty text and a run that is not there", async () => {
    const deck = await deckAtWork();
    expect((await run(stand(["say", "last", "go on"], deck))).code).toBe(0);
    expect(deck.commands).toEqual([{ type: "say", run: runId, text: "go on" }]);
    expect((await run(stand(["say", "last", " "], await deckAtWork()))).code).toBe(2);
    expect((await run(stand(["say", "zzzz", "go on"], await deckAtWork()))).code).toBe(2);
    expect((await run(stand(["say", "last", "x"], () => Promise.reject(absent)))).err).toContain("start one");
  });

  test("say with a text and no run, or the other way round, says which runs are open, and tells nobody anything", async () => {
    const deck = await deckAtWork();
    const { code, out, err } = await run(stand(["say", "go on \u001b[2J"], deck));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(`cyberdeck say ${runId} 'go on`);
    expect(err).toContain(`open: ${runId} (count`);
    expect(err).not.toContain("\u001b");
    expect(deck.commands.filter(({ type }) => type === "say")).toEqual([]);
    expect((await run(stand(["say", "go on"], scriptedDeck()))).err).toContain("no run is open; start one");
    expect((await run(stand(["say"], await deckAtWork()))).err).toContain("missing required argument 'run'");
  });

  test("goal shows it without what it would do to a terminal, and edit sends the new one", async () => {
    const { out } = await run(stand(["goal"], await deckAtWork()));
    expect(out).toContain("count ");
    expect(out).not.toContain("\u001b");
    const deck = await deckAtWork();
    const { code } = await run(stand(["goal", "edit", " count the lines ", "--run", "a1b2", "--json"], deck));
    expect(code).toBe(0);
    expect(deck.commands).toEqual([{ type: "goal.edit", run: runId, goal: "count the lines" }]);
  });
});

describe("logs", () => {
  test("tells what is on record of a run, and of one construct alone", async () => {
    const whole = await run(stand(["logs"], await deckAtWork()));
    expect([whole.code, whole.out]).toEqual([0, expect.stringContaining(two)]);
    const alone = await run(stand(["logs", one, "--json"], await deckAtWork()));
    const events = alone.out
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(events).toEqual(events.map(() => expect.objectContaining({ construct: one })));
    expect(events.length).toBeGreaterThan(1);
  });

  test("follows to the end of the run on demand, and does not stop it", async () => {
    const deck = await deckAtWork();
    const world = stand(["logs", runId, "--follow"], deck);
    const ended = run(world);
    await expect.poll(() => world.out).toContain(two);
    deck.stage().end(one);
    deck.stage().close("done");
    expect((await ended).code).toBe(0);
    expect(world.out.trim().split("\n").at(-1)).toContain("done");
    expect(deck.commands.map(({ type }) => type)).toEqual(["runs.list", "run.show"]);
  });

  test("refuses what there is not", async () => {
    for (const what of ["zzzz", "cx-99999999"])
      expect((await run(stand(["logs", what], await deckAtWork()))).code).toBe(2);
  });
});

describe("host", () => {
  test("status says who it is and what is open, as a page and as JSON", async () => {
    const page = await run(stand(["host", "status"], await deckAtWork()));
    expect([page.code, page.out]).toEqual([0, expect.stringMatching(/pid 4711.*2 ready, 1 starting.*15 m/s)]);
    const json = await run(stand(["host", "status", "--json"], await deckAtWork()));
    const runs = [{ run: runId, status: "running" }];
    expect(JSON.parse(json.out)).toMatchObject({ pid: 4711, kind: "host", runs, faces: 1 });
  });

  test("status and stop fail with 1 where none runs, and say how one starts", async () => {
    for (const verb of ["status", "stop"]) {
      const { code, out, err } = await run(stand(["host", verb], () => Promise.reject(absent)));
      expect([code, out, err]).toEqual([1, "", expect.stringContaining("cyberdeck run")]);
      const json = await run(stand(["host", verb, "--json"], () => Promise.reject(absent)));
      expect([json.code, JSON.parse(json.out)]).toEqual([1, { running: false }]);
    }
  });

  test("stop succeeds only when nothing is left and its process is gone", async () => {
    const good = await run(stand(["host", "stop"], await deckAtWork()));
    expect([good.code, good.out]).toEqual([0, expect.stringContaining("has ended")]);
    const stopped = { proven: false, survivors: [{ pid: 9, command: "evil\u001b[2J" }] };
    const bad = await run(stand(["host", "stop"], await deckAtWork({ stopped })));
    expect([bad.code, bad.out]).toEqual([1, expect.stringContaining("NOT PROVEN")]);
    expect(bad.out).not.toContain("\u001b[2J");
    const ended = { node: "node-a", sessions: 2, proven: true, problem: null };
    const fine = await run(stand(["host", "stop"], await deckAtWork({ stopped: { nodes: [ended] } })));
    expect([fine.code, fine.out]).toEqual([0, expect.stringContaining("node-a: 2 agents ended there\n")]);
    // The end of their runs has ended them before.
    const idle = { node: "node-a", sessions: 0, proven: true, problem: null };
    const left = { runs: [runId], offline: true, marks: 3, looks: [0, 0], nodes: [idle] };
    const whole = await run(stand(["host", "stop", "--workspace", "/"], await deckAtWork({ stopped: left })));
    expect(whole.out.split("\n").slice(0, 3)).toEqual([
      `${runId}: stopped; to go on: cyberdeck run --resume ${runId} --workspace / --offline`,
      "nothing is left on this machine: its processes were looked through 2 times",
      "node-a: nothing is left there",
    ]);
    for (const [left, says] of [
      [{ node: "node-b", sessions: 1, proven: false, problem: null }, "node-b: 1 agent ended there, NOT PROVEN"],
      [
        { node: "node-c", sessions: null, proven: false, problem: "no\u001b[2J answer" },
        "node-c: NOT PROVEN: it has not",
      ],
    ] as const) {
      const unproven = await run(stand(["host", "stop"], await deckAtWork({ stopped: { nodes: [ended, left] } })));
      expect([unproven.code, unproven.out]).toEqual([1, expect.stringContaining(says)]);
      expect(unproven.out).not.toContain("\u001b[2J");
    }
    const late = await run(stand(["host", "stop"], await deckAtWork(), { hostGone: () => Promise.resolve(false) }));
    expect([late.code, late.out]).toEqual([1, expect.stringContaining("NOT ended")]);
  });
});

describe("--detach", () => {
  test("opens the run, says how to follow and to stop it, and leaves", async () => {
    const deck = scriptedDeck({ onOpen: (stage) => void stage });
    const { code, out } = await run(stand(["run", "a goal", "--detach", "--workspace", "/"], deck));
    expect(code).toBe(0);
    expect(out).toContain(`cyberdeck logs ${runId} --follow --workspace /`);
    expect(deck.commands.map(({ type }) => type)).toEqual(["goal.set"]);
  });

  test("does not go with --embedded", async () => {
    const world = stand(["run", "a goal", "--detach", "--embedded"], scriptedDeck());
    expect(await run(world)).toMatchObject({ code: 2, err: expect.stringContaining("leave --embedded out") });
    expect(world.opened).toEqual([]);
  });
});
