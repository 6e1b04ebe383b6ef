import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { narrate } from "../../../src/faces/words/narrate.ts";
import type { BlacklistEntry } from "../../../src/protocol/blacklist.ts";
import { scriptedDeck, settings, type ScriptedDeck } from "./scripted-deck.ts";
import { plainText, run, stand, type Stand } from "./test-world.ts";

const entry = (id: string, task: string): BlacklistEntry => ({
  id,
  task,
  reason: "hard \u001b[31mkill",
  added_at: Date.UTC(2026, 10, 22),
  construct: "cx-00000001",
});

const entries = [entry("bl-1a2b0000", "Push \u009b2Jmain\nby force"), entry("bl-1a2c0000", "Drop the users")];

/** A deck in which the daemon was refused these tasks. */
function deckWith(refused: [task: string, rule: string][] = []): ScriptedDeck {
  const deck = scriptedDeck({ blacklist: entries });
  if (refused.length === 0) return deck;
  const stage = deck.stage();
  stage.emit("run.opened", { kind: "goal", workspace: "/w", folder: "/w/r", settings, deck: "0", command_line: [] });
  for (const [task, rule] of refused) stage.emit("spawn.refused", { task, origin: "daemon", rule, reason: "why" });
  return deck;
}

/** No deck runs: the first opening is refused, the second one opens the home itself. */
function withoutDeck(argv: string[], deck: ScriptedDeck): Stand {
  const nobody = new Fault("usage", "deck.not_running", "no deck is running", { hint: "Start one." });
  const openings = [(): Promise<ScriptedDeck> => Promise.reject(nobody)];
  return stand(argv, () => openings.shift()?.() ?? Promise.resolve(deck));
}

describe("blacklist list", () => {
  test("shows each entry with its task, and what the open run was refused", async () => {
    const refused: [string, string][] = [
      ["Push main, hard", "blacklist"],
      ["Push main, hard", "blacklist"],
      ["Push \u001b[2Jit", "blacklist.ask"],
      ["Another one", "cap.spawns"],
    ];
    const { code, out } = await run(stand(["blacklist"], deckWith(refused)));
    expect(code).toBe(0);
    expect(out.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "<day>")).toMatchInlineSnapshot(`
      "bl-1a2b0000 · <day> · cx-00000001 · hard kill
        Push main
        by force
      bl-1a2c0000 · <day> · cx-00000001 · hard kill
        Drop the users

      Refused in the open run (cyberdeck blacklist allow TEXT lets one through):
      - Push main, hard
      - Push it
      "
    `);
    expect(plainText(out)).toBe(out);
  });

  test("does not show what was let through since", async () => {
    const deck = deckWith([["Push it", "blacklist.ask"]]);
    expect((await run(stand(["blacklist", "allow", "push"], deck))).code).toBe(0);
    expect((await run(stand(["blacklist"], deck))).out).not.toContain("Push it");
  });

  test("is lines of JSON with --json, and says when nothing is forbidden", async () => {
    const { out } = await run(stand(["blacklist", "list", "--json"], deckWith([["Push it", "blacklist"]])));
    const lines = out.trimEnd().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([...entries, { refused: "Push it" }]);
    expect((await run(stand(["blacklist"], scriptedDeck()))).out).toBe("Nothing is forbidden in this home.\n");
  });

  test("looks at the home where no deck runs, without changing it", async () => {
    const world = withoutDeck(["blacklist"], deckWith());
    expect((await run(world)).out).toContain("Drop the users");
    expect(world.opened.map(({ mode }) => mode)).toEqual(["attach", "read"]);
  });
});

describe("a change of the blacklist", () => {
  test("goes to the deck that runs, and to the home where none does", async () => {
    const argv = ["blacklist", "add", "Publish it", "--reason", "not yet"];
    const deck = deckWith();
    const running = stand(argv, deck);
    expect(await run(running)).toMatchObject({ code: 0, out: "forbidden as bl-00000003, in whatever words\n" });
    expect(deck.commands).toEqual([{ type: "blacklist.add", task: "Publish it", reason: "not yet" }]);
    const resting = withoutDeck(argv, deckWith());
    expect((await run(resting)).code).toBe(0);
    expect([running, resting].map(({ opened }) => opened.map(({ mode }) => mode))).toEqual([
      ["attach"],
      ["attach", "edit"],
    ]);
  });

  test("is not made in the home when the deck that runs cannot be reached", async () => {
    const silent = new Fault("setup", "deck.silent", "the deck does not answer", { hint: "Try again." });
    const world = stand(["blacklist", "add", "Publish it"], () => Promise.reject(silent));
    expect(await run(world)).toMatchObject({ code: 1, err: "error: the deck does not answer\nnext: Try again.\n" });
    expect(world.opened).toHaveLength(1);
  });

  test("removes the entry that is meant", async () => {
    const deck = deckWith();
    expect(await run(stand(["blacklist", "remove", "1a2b"], deck))).toMatchObject({
      code: 0,
      out: "bl-1a2b0000 is not forbidden any more: Push main by force\n",
    });
    expect(deck.commands.at(-1)).toEqual({ type: "blacklist.remove", id: "bl-1a2b0000" });
  });

  test.each([
    [["remove", "1a2"], "fits 2 entries"],
    [["remove", "bl-"], 'there is no entry "bl-"'],
    [["remove", ""], "there is no entry"],
    [["remove", "\u001b[2J"], "there is no entry"],
    [["remove"], "missing required argument"],
    [["add"], "missing required argument"],
    [["add", " "], "the task is empty"],
    [["add", "x", "--reason", ""], "--reason is empty"],
    [["allow", "nothing like it"], "has refused no task"],
    [["allow", ""], "has refused no task"],
    [["allow", "Push"], "is in 2 refused tasks"],
    [["lst"], "blacklist --help"],
  ])("%j is refused, and nothing is changed", async (words, part) => {
    const deck = deckWith([
      ["Push it", "blacklist.ask"],
      ["Push that", "blacklist"],
    ]);
    const { code, out, err } = await run(stand(["blacklist", ...words], deck));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(part);
    expect(plainText(err)).toBe(err);
    expect(deck.commands.filter(({ type }) => type !== "blacklist.list")).toEqual([]);
  });
});

test("spawn sends the override only when it is given", async () => {
  const sent = async (...flags: string[]): Promise<unknown> => {
    const deck = scriptedDeck({ onOpen: (stage) => stage.close("done") });
    await run(stand(["spawn", "a task", ...flags], deck));
    return deck.commands[0];
  };
  expect(await sent()).not.toHaveProperty("override_blacklist");
  expect(await sent("--override-blacklist")).toMatchObject({ override_blacklist: true });
});

test("a task that may be forbidden is an alarm for the netrunner, with the way to let it through", () => {
  const deck = deckWith([["Push it", "blacklist.ask"]]);
  const event = deck.events.at(-1);
  const telling = event === undefined ? undefined : narrate(event);
  expect(telling).toMatchObject({ style: "alarm", lasting: true });
  expect(telling?.text).toContain("cyberdeck blacklist allow");
});
