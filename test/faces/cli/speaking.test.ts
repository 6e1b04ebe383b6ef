import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { scriptedDeck, settings, type Script, type ScriptedDeck } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

const id = "cx-1a2b0000";

function deckAtWork(script: Script = {}): ScriptedDeck {
  const deck = scriptedDeck(script);
  const stage = deck.stage();
  stage.emit("run.opened", { kind: "goal", workspace: "/w", folder: "/w/r", settings, deck: "0", command_line: [] });
  stage.queue(id, "task");
  stage.start(id);
  return deck;
}

describe("send and interrupt", () => {
  test.each([
    { verb: "send", type: "construct.send", out: `${id}: it reads this at its next turn boundary\n` },
    { verb: "interrupt", type: "construct.interrupt", out: `${id}: stopped; cx-5ccc0000 goes on in its place\n` },
  ])("$verb gives the text to the deck that runs, and says what comes of it", async ({ verb, type, out }) => {
    const deck = deckAtWork();
    const world = stand([verb, "1a2b", "use port 8080"], deck);
    expect(await run(world)).toMatchObject({ code: 0, out, err: "" });
    expect(world.opened[0]?.mode).toBe("attach");
    expect(deck.commands).toEqual([{ type, construct: id, text: "use port 8080" }]);
  });

  test.each([[[]], [["-"]]])("read the text from stdin when the argument is %j", async (more) => {
    const deck = deckAtWork();
    const world = stand(["send", "1a2b", ...more], deck);
    world.stdin.end("  two\nlines\n");
    expect((await run(world)).code).toBe(0);
    expect(deck.commands).toMatchObject([{ text: "two\nlines" }]);
  });

  test("write what was done as a line of JSON on demand", async () => {
    const sent = await run(stand(["send", "1a2b", "x", "--json"], deckAtWork()));
    expect(JSON.parse(sent.out)).toEqual({ construct: id, delivery: "next_turn" });
    const interrupted = await run(stand(["interrupt", "1a2b", "x", "--json"], deckAtWork()));
    expect(JSON.parse(interrupted.out)).toEqual({ construct: id, successor: "cx-5ccc0000" });
  });

  test.each([
    { argv: ["send", "1a2b", " "], says: "the message is empty" },
    { argv: ["interrupt", "1a2b", "\n"], says: "the new instruction is empty" },
    { argv: ["send", "1a2b", "x".repeat(70_000)], says: "longer than 64 KiB" },
    { argv: ["send", "77", "x"], says: "no construct is at work" },
    { argv: ["send"], says: "missing required argument" },
    { argv: ["send", "1a2b", "two", "words"], says: "too many arguments" },
  ])("refuse $says, and nothing is sent", async ({ argv, says }) => {
    const deck = deckAtWork();
    const { code, err, out } = await run(stand(argv, deck));
    expect([code, out, err]).toEqual([2, "", expect.stringContaining(says)]);
    expect(deck.commands).toEqual([]);
  });

  test("tell why the deck refuses, with a next step", async () => {
    const fault = new Fault("refused", "construct.not_at_work", "it has ended (result)", { hint: "start anew" });
    const { code, err } = await run(stand(["interrupt", id, "x"], deckAtWork({ refuse: () => fault })));
    expect([code, err]).toEqual([1, expect.stringMatching(/it has ended[\s\S]*start anew/)]);
  });

  test("a kill of one that is ending already says so, and why", async () => {
    const { out } = await run(stand(["kill", "1a2b"], deckAtWork({ ending: "result" })));
    expect(out).toBe(`${id}: was ending already (result), and is hurried\n`);
  });
});
