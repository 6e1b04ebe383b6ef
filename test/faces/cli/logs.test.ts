import { describe, expect, test } from "vitest";
import type { Port } from "../../../src/host/port.ts";
import { runId, scriptedDeck, settings, type ScriptedDeck } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

const other = "run-20261122-101500-ffff";
const one = "cx-00000001";

/** A run that began late in the record of its home, with another one at work beside it; what it says is numbered. */
async function longRun({ before = 1000, said = 2000 } = {}): Promise<{ deck: ScriptedDeck; read: () => number }> {
  const deck = scriptedDeck();
  const place = { workspace: "/w", folder: `/w/${other}`, deck: "0", command_line: [] };
  deck.stage(other).emit("run.opened", { kind: "goal", settings, ...place });
  for (let n = 0; n < before; n += 1) deck.stage(other).emit("netrunner.said", { text: "elsewhere" });
  await deck.port.send({ type: "goal.set", goal: "count them", settings, command_line: [] });
  deck.stage().queue(one, "count");
  for (let n = 1; n <= said; n += 1) {
    deck.stage().emit("netrunner.said", { text: `word ${n}` });
    deck.stage(other).emit("netrunner.said", { text: "elsewhere" });
  }
  let read = 0;
  const follow: Port["follow"] = async function* (after) {
    for await (const event of deck.port.follow(after)) {
      read += 1;
      yield event;
    }
  };
  return { deck: { ...deck, port: { ...deck.port, follow } }, read: () => read };
}

const linesOf = (out: string): string[] => out.trimEnd().split("\n");

describe("logs", () => {
  test("reads nothing of what was recorded before its run", async () => {
    const { deck, read } = await longRun({ before: 5000, said: 20 });
    expect(linesOf((await run(stand(["logs", runId], deck))).out).at(-1)).toContain("word 20");
    expect(read()).toBeLessThan(60);
  });

  test("begins with the last lines on demand, and reads no more than it takes to find them", async () => {
    const { deck, read } = await longRun();
    const { code, out } = await run(stand(["logs", runId, "--tail", "3"], deck));
    expect(code).toBe(0);
    expect(linesOf(out).map((line) => /word \d+/.exec(line)?.[0])).toEqual(["word 1998", "word 1999", "word 2000"]);
    expect(read()).toBeLessThan(500);
  });

  test("goes back as far as it must for the lines of one construct that has long been quiet", async () => {
    const { deck } = await longRun();
    const { out } = await run(stand(["logs", one, "--tail", "1", "--json"], deck));
    expect(linesOf(out).map((line): unknown => JSON.parse(line))).toMatchObject([
      { type: "construct.queued", construct: one },
    ]);
  });

  test("gives all lines where there are fewer than are wanted, and none where none are", async () => {
    const short = await longRun({ before: 3, said: 2 });
    const whole = await run(stand(["logs", runId], short.deck));
    expect((await run(stand(["logs", runId, "--tail", "999999"], short.deck))).out).toBe(whole.out);
    expect((await run(stand(["logs", runId, "--tail", "0"], short.deck))).out).toBe("");
  });

  test("with --follow and --tail goes on with what is to come, and with 0 tells that alone", async () => {
    const { deck } = await longRun({ said: 20 });
    const world = stand(["logs", runId, "--follow", "--tail", "0"], deck);
    const ended = run(world);
    await expect.poll(() => deck.commands.length).toBeGreaterThan(1);
    deck.stage().emit("netrunner.said", { text: "word 21" });
    deck.stage().close("done");
    expect((await ended).code).toBe(0);
    expect(linesOf(world.out).map((line) => /word \d+|done/.exec(line)?.[0])).toEqual(["word 21", "done"]);
  });

  test("of a run that is over end at once, also with --follow and --tail 0", async () => {
    const { deck } = await longRun({ said: 2 });
    deck.stage().close("done");
    expect(await run(stand(["logs", runId, "--follow", "--tail", "0"], deck))).toMatchObject({ code: 0, out: "" });
  });

  test.each(["-1", "many", ""])("refuses --tail '%s'", async (count) => {
    const { deck } = await longRun({ said: 1 });
    expect((await run(stand(["logs", runId, `--tail=${count}`], deck))).code).toBe(2);
  });
});
