import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { scriptedDeck, settings, type Script, type ScriptedDeck } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

/** A deck with a run in which two constructs are at work, and one has ended. */
function deckAtWork(script: Script = {}): ScriptedDeck {
  const deck = scriptedDeck(script);
  const stage = deck.stage();
  stage.emit("run.opened", { kind: "goal", workspace: "/w", folder: "/w/r", settings, deck: "0", command_line: [] });
  for (const id of ["cx-1a2b0000", "cx-1a2c0000", "cx-77770000"]) {
    stage.queue(id, "task");
    stage.start(id);
  }
  stage.end("cx-77770000");
  return deck;
}

describe("kill, pause and resume", () => {
  test.each([
    { argv: ["kill", "1a2b"], type: "construct.kill", more: {}, out: "cx-1a2b0000: killed\n" },
    {
      argv: ["kill", "1a2b", "--blacklist"],
      type: "construct.kill",
      more: { blacklist: true },
      out: "cx-1a2b0000: killed, and its task is forbidden\n",
    },
    { argv: ["pause", "cx-1a2b"], type: "construct.pause", more: { freeze: false }, out: "cx-1a2b0000: paused\n" },
    {
      argv: ["pause", "1a2b", "--freeze"],
      type: "construct.pause",
      more: { freeze: true },
      out: "cx-1a2b0000: frozen\n",
    },
    { argv: ["resume", "cx-1a2b0000"], type: "construct.continue", more: {}, out: "cx-1a2b0000: goes on\n" },
  ])("$argv tells the deck that runs, and says what is so", async ({ argv, type, more, out }) => {
    const deck = deckAtWork();
    const world = stand(argv, deck);
    expect(await run(world)).toMatchObject({ code: 0, out, err: "" });
    expect(world.opened[0]?.mode).toBe("attach");
    expect(deck.commands).toEqual([{ type, construct: "cx-1a2b0000", ...more }]);
  });

  test("take several names, each construct once, and write lines of JSON on demand", async () => {
    const deck = deckAtWork();
    const { out } = await run(stand(["kill", "1a2b", "1a2c", "cx-1a2b", "--json"], deck));
    expect(
      out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { construct: "cx-1a2b0000", done: "killed" },
      { construct: "cx-1a2c0000", done: "killed" },
    ]);
    expect(deck.commands).toHaveLength(2);
  });

  test.each([
    {
      name: "1a2",
      says: "2 constructs are at work that this could mean",
      hint: "cx-1a2b0000 (running), cx-1a2c0000 (running)",
    },
    { name: "7777", says: 'no construct is at work under "7777"', hint: "these are: cx-1a2b0000" },
    { name: "cx-", says: 'no construct is at work under "cx-"', hint: "these are: cx-1a2b0000" },
    { name: " ", says: "no construct is at work", hint: "these are" },
  ])("refuse the name $name, and do nothing to the others that were named", async ({ name, says, hint }) => {
    const deck = deckAtWork();
    const { code, err } = await run(stand(["kill", "1a2b", name], deck));
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(err).toContain(hint);
    expect(deck.commands).toEqual([]);
  });

  test("are refused without a name, without a deck that runs, and by a deck that knows no such construct", async () => {
    expect(await run(stand(["pause"], deckAtWork()))).toMatchObject({ code: 2, out: "" });
    const absent = new Fault("refused", "deck.not_running", "no deck runs here", { hint: "start one" });
    const none = await run(stand(["resume", "1a2b"], () => Promise.reject(absent)));
    expect([none.code, none.err]).toEqual([1, expect.stringContaining("start one")]);
    const fault = new Fault("refused", "construct.not_at_work", "not at work", { hint: "look" });
    const gone = await run(stand(["kill", "cx-77770000"], deckAtWork({ refuse: () => fault })));
    expect([gone.code, gone.err]).toEqual([1, expect.stringContaining("look")]);
  });

  test("are what show says to do about a construct that needs the netrunner, until it is over", async () => {
    const deck = deckAtWork();
    const about = { construct: "cx-1a2b0000", kind: "gate.bypassed" } as const;
    const item = { ...about, item: "at-1", text: "It ran\u001b[2J Bash.", next: "Kill it, or let it go on." };
    deck.stage().emit("attention.raised", item);
    deck.stage().emit("construct.paused", { construct: "cx-1a2b0000", how: "frozen", why: "it ran Bash" });
    const { out } = await run(stand(["show", "last"], deck));
    expect(out).toContain("needs you:  It ran Bash. Kill it, or let it go on.");
    expect(out).toContain("‖ PAUSED · cx-1a2b0000");
    deck.stage().emit("attention.closed", { item: "at-1", how: "killed" });
    expect((await run(stand(["show", "last"], deck))).out).not.toContain("needs you");
  });

  test("name what there is to do when nothing is at work", async () => {
    const { err } = await run(stand(["kill", "1a2b"], scriptedDeck()));
    expect(err).toContain("cyberdeck spawn");
  });
});
