import { describe, expect, test } from "vitest";
import { runId, scriptedDeck, settings, type ScriptedDeck } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

const [one, two, three] = ["cx-11110000", "cx-22220000", "cx-33330000"] as const;

async function deckWithQueue(): Promise<ScriptedDeck> {
  const deck = scriptedDeck();
  await deck.port.send({ type: "goal.set", goal: "count", settings, command_line: [] });
  for (const id of [one, two, three]) deck.stage().queue(id, `task of ${id}\u001b[2J`);
  deck.commands.length = 0;
  return deck;
}

describe("queue", () => {
  test("lists what waits in its order, and for what, for people and as lines of JSON", async () => {
    const deck = await deckWithQueue();
    deck.stage().emit("queue.moved", { construct: three, before: one });
    const { code, out } = await run(stand(["queue"], deck));
    expect(code).toBe(0);
    expect(out).not.toContain("\u001b");
    const rows = out.trim().split("\n").slice(2);
    expect(rows.map((row) => row.trim().split(/\s+/).slice(0, 4).join(" "))).toEqual([
      `1 ${three} a slot`,
      `2 ${one} a slot`,
      `3 ${two} a slot`,
    ]);
    const lines = (await run(stand(["queue", "list", "--json"], deck))).out.trim().split("\n");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ run: runId, place: 1, construct: three, after: [] });
  });

  test("says that nothing waits, or that no run is open", async () => {
    const deck = await deckWithQueue();
    for (const id of [one, two, three]) deck.stage().end(id);
    expect((await run(stand(["queue"], deck))).out).toContain("nothing waits for its start");
    expect((await run(stand(["queue"], scriptedDeck()))).out).toBe("No run is open.\n");
  });

  test.each([
    [["--first"], one],
    [["--before", "2222"], two],
    [["--last"], null],
  ])("move with %j says where it is to stand", async (flags, before) => {
    const deck = await deckWithQueue();
    const { code } = await run(stand(["queue", "move", "3333", ...flags], deck));
    expect(code).toBe(0);
    expect(deck.commands).toEqual([{ type: "queue.move", construct: three, before }]);
  });

  test("move leaves the first one where it is", async () => {
    const deck = await deckWithQueue();
    expect((await run(stand(["queue", "move", "1111", "--first"], deck))).out).toBe(`${one}: is the first already\n`);
    expect(deck.commands).toEqual([]);
  });

  test("cancel ends each of them once, after all names are understood", async () => {
    const deck = await deckWithQueue();
    const { out } = await run(stand(["queue", "cancel", "1111", "cx-2222", one], deck));
    expect(out).toBe(`${one}: does not start any more\n${two}: does not start any more\n`);
    const other = await deckWithQueue();
    expect((await run(stand(["queue", "cancel", "1111", "9999"], other))).code).toBe(2);
    expect(other.commands).toEqual([]);
  });

  test.each([
    ["move", "1111"],
    ["move", "1111", "--first", "--last"],
    ["move", "9999", "--first"],
    ["move"],
    ["cancel"],
    ["jump"],
  ])("refuses %s %s %s %s", async (...words) => {
    const deck = await deckWithQueue();
    expect((await run(stand(["queue", ...words], deck))).code).toBe(2);
    expect(deck.commands).toEqual([]);
  });
});
