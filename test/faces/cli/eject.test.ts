import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { runId, scriptedDeck, settings, type Script, type ScriptedDeck } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

function deckWithRun(script: Script = {}): ScriptedDeck {
  const deck = scriptedDeck(script);
  deck.stage().emit("run.opened", {
    kind: "goal",
    workspace: "/w",
    folder: "/w/r",
    settings,
    deck: "0",
    command_line: [],
  });
  return deck;
}

describe("eject", () => {
  test("tells what was stopped, that nothing is left, and how to go on", async () => {
    const deck = deckWithRun();
    const world = stand(["eject", "--reason", " wrong folder "], deck);
    const { code, out, err } = await run(world);
    expect([code, err, world.opened[0]?.mode]).toEqual([0, "", "attach"]);
    expect(deck.commands).toEqual([{ type: "eject", reason: "wrong folder" }]);
    expect(out).toBe(
      `${runId}: 2 constructs stopped, 1 taken off the queue\n` +
        "nothing is left: 2 looks for 4 marks, in 30 ms\n" +
        "snapshot: /w/r/eject.json\n" +
        `to go on: cyberdeck run --resume ${runId}\n`,
    );
  });

  test("fails and names what is left, without letting its name into the terminal", async () => {
    const survivors = [{ pid: 4711, command: "evil\u001b[2J\nname" }];
    const { code, out } = await run(stand(["eject"], deckWithRun({ ejection: { proven: false, survivors } })));
    expect(code).toBe(1);
    expect(out).toContain("NOT PROVEN: these are still alive:\n  4711 evil");
    expect(out).not.toContain("\u001b[2J");
  });

  test("fails where the snapshot could not be written, and says why", async () => {
    const ejection = { snapshot: null, problems: ["snapshot: the disk is full"] };
    const { code, out } = await run(stand(["eject"], deckWithRun({ ejection })));
    expect(code).toBe(1);
    expect(out).toContain("problem: snapshot: the disk is full\nthe snapshot could not be written");
  });

  test("writes all of it as a line of JSON on demand", async () => {
    const { out } = await run(stand(["eject", "--json"], deckWithRun()));
    expect(JSON.parse(out)).toMatchObject({ run: runId, proven: true, looks: [0, 0], snapshot: "/w/r/eject.json" });
  });

  test("is refused where no deck runs, and with a word too many", async () => {
    const absent = new Fault("refused", "deck.not_running", "no deck runs here", { hint: "start one" });
    const none = await run(stand(["eject"], () => Promise.reject(absent)));
    expect([none.code, none.err]).toEqual([1, expect.stringContaining("start one")]);
    expect((await run(stand(["eject", "now"], deckWithRun()))).code).toBe(2);
  });
});
