import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { runId, scriptedDeck, settings, type Script, type ScriptedDeck } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

async function openRun(script: Script = {}): Promise<ScriptedDeck> {
  const deck = scriptedDeck(script);
  await deck.port.send({ type: "goal.set", goal: "count", settings, command_line: [] });
  deck.stage().queue("cx-00000001", "count");
  deck.commands.length = 0;
  return deck;
}

describe("spawn --run", () => {
  test("starts the tasks in that run, says which constructs they are, and does not wait for them", async () => {
    const deck = await openRun();
    const world = stand(["spawn", "--run", "a1b2", "list them", "sum them up"], deck);
    const { code, out } = await run(world);
    expect([code, world.opened[0]?.mode]).toEqual([0, "attach"]);
    expect(out).toBe("cx-0000aaa1: starts in its turn: list them\ncx-0000aaa2: starts in its turn: sum them up\n");
    expect(deck.commands).toEqual([
      { type: "construct.spawn", run: runId, task: "list them" },
      { type: "construct.spawn", run: runId, task: "sum them up" },
    ]);
  });

  test("passes on what is said of this one alone, and writes lines of JSON on demand", async () => {
    const deck = await openRun();
    const flags = ["-m", "haiku", "-e", "low", "--profile", "reader", "--after", "cx-0000", "--override-blacklist"];
    const { out } = await run(stand(["spawn", "--run", "last", "list", "--json", ...flags], deck));
    expect(JSON.parse(out)).toEqual({ construct: "cx-0000aaa1", task: "list" });
    expect(deck.commands).toEqual([
      {
        type: "construct.spawn",
        run: runId,
        task: "list",
        profile: "reader",
        caliber: { model: "haiku", effort: "low" },
        after: ["cx-00000001"],
        override_blacklist: true,
      },
    ]);
  });

  test("says what was started before the one that is refused", async () => {
    const refuse: Script["refuse"] = (command) =>
      command.type === "construct.spawn" && command.task === "two"
        ? new Fault("refused", "cap.spawns", "The cap is reached.", { hint: "Raise it." })
        : undefined;
    const { code, err } = await run(
      stand(["spawn", "--run", "last", "one", "two", "three"], await openRun({ refuse })),
    );
    expect(code).not.toBe(0);
    expect(err.replace(/\s+/g, " ")).toContain("The cap is reached. The tasks before it were started: cx-0000aaa1.");
    expect(err).toContain("Raise it.");
  });

  test.each([
    [["--run", "last", "--max-concurrent", "3"], "settings set max_concurrent"],
    [["--run", "last", "--brake", "yolo"], "settings set brake"],
    [["--run", "last", "--embedded"], "leave out --embedded"],
    [["--run", "last", "--offline"], "leave out --embedded"],
    [["--after", "cx-1"], "name that run"],
    [["--run", "zzzz"], "no run"],
    [["--run", "last", "--after", "cx-ffff"], "cx-00000001"],
  ])("refuses %j", async (flags, hint) => {
    const deck = await openRun();
    const { code, err } = await run(stand(["spawn", "list", ...flags], deck));
    expect([code, err.replace(/\s+/g, " ")]).toEqual([2, expect.stringContaining(hint)]);
    expect(deck.commands).toEqual([]);
  });
});
