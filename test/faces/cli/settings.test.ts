import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { scriptedDeck, settings, type ScriptedDeck } from "./scripted-deck.ts";
import { plainText, run, stand, type Stand } from "./test-world.ts";

const withRun = (saved = {}): ScriptedDeck => {
  const deck = scriptedDeck({ saved });
  const body = { kind: "goal" as const, workspace: "/w", folder: "/w/r", settings, deck: "0", command_line: [] };
  deck.stage().emit("run.opened", body);
  return deck;
};

/** No deck runs: the first opening is refused, the second one opens the home itself. */
function withoutDeck(argv: string[], deck: ScriptedDeck): Stand {
  const nobody = new Fault("usage", "deck.not_running", "no deck is running", { hint: "Start one." });
  const openings = [(): Promise<ScriptedDeck> => Promise.reject(nobody)];
  return stand(argv, () => openings.shift()?.() ?? Promise.resolve(deck));
}

describe("cyberdeck settings", () => {
  test("lists each setting with its value, what is built in, and where it comes from", async () => {
    const { code, out } = await run(withoutDeck(["settings"], scriptedDeck({ saved: { budget_usd: 5 } })));
    expect(code).toBe(0);
    expect(plainText(out)).toMatch(/budget +\$5 +off +home +at once/);
    expect(plainText(out)).toMatch(/idle_warn +5m +5m +built in +at once/);
    expect(plainText(out)).toMatch(/caliber +sonnet\/high +sonnet\/high +built in +next run/);
  });

  test("gets one, as text and as JSON", async () => {
    const deck = () => scriptedDeck({ saved: { budget_usd: 5 } });
    expect((await run(withoutDeck(["settings", "get", "budget"], deck()))).out).toBe("$5\n");
    const { out } = await run(withoutDeck(["settings", "get", "budget", "--json"], deck()));
    expect(JSON.parse(out)).toMatchObject({ name: "budget", value: "$5", raw: 5, source: "home", live: true });
  });

  test("keeps a change in the home, and has it hold for the run that is open", async () => {
    const deck = withRun();
    const { code, out } = await run(stand(["settings", "set", "budget", "5", "caliber", "opus/max"], deck));
    expect(code).toBe(0);
    expect(deck.commands).toEqual([
      { type: "settings.save", set: { budget_usd: 5, caliber: { model: "opus", effort: "max" } }, unset: [] },
      { type: "settings.change", settings: { budget_usd: 5 } },
    ]);
    expect(out).toBe("budget: $5, at once\ncaliber: opus/max, from the next run on\n");
  });

  test("changes the home where no deck runs", async () => {
    const deck = scriptedDeck();
    const world = withoutDeck(["settings", "set", "pool", "off"], deck);
    await run(world);
    expect(world.opened.map(({ mode }) => mode)).toEqual(["attach", "edit"]);
    expect(deck.commands).toEqual([{ type: "settings.save", set: { pool: 0 }, unset: [] }]);
  });

  test("goes back to what is built in", async () => {
    const deck = withRun({ budget_usd: 5 });
    await run(stand(["settings", "unset", "budget"], deck));
    expect(deck.commands).toEqual([
      { type: "settings.save", set: {}, unset: ["budget_usd"] },
      { type: "settings.change", settings: { budget_usd: 0 } },
    ]);
  });

  test.each([
    [["set", "budjet", "5"], "did you mean budget?"],
    [["set", "budget", "lots"], "US dollars"],
    [["set", "budget"], "give it one"],
    [["set", "budget", "5", "pool"], "give it one"],
    [["unset", "nothing_like_it"], "lists them"],
    [["get", "pol"], "did you mean pool?"],
  ])("%j is a wrong command, and nothing is changed", async (words, hint) => {
    const deck = scriptedDeck();
    const { code, err } = await run(stand(["settings", ...words], deck));
    expect(code).toBe(2);
    expect(err).toContain(hint);
    expect(deck.commands).toEqual([]);
  });

  test("of the home hold for a new run, and flags come before them", async () => {
    const deck = scriptedDeck({ saved: { budget_usd: 5, pool: 1 }, onOpen: (stage) => stage.close("done") });
    await run(stand(["run", "--budget", "7", "--set", "construct_usd=2", "a goal"], deck));
    expect(deck.commands[0]).toMatchObject({ settings: { budget_usd: 7, pool: 1, construct_usd: 2 } });
  });
});
