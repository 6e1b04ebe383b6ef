import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import type { Hold } from "../../../src/protocol/hold.ts";
import { scriptedDeck, settings, type Script, type ScriptedDeck } from "./scripted-deck.ts";
import { plainText, run, stand } from "./test-world.ts";

const hold = (id: string, parts: Partial<Hold> = {}): Hold => ({
  hold: id,
  construct: "cx-00000001",
  call: "t",
  tool: "Bash",
  input: "git push --force \u001b[31morigin\u001b[0m main",
  targets: ["history-rewrite: git push --force", "delete /etc/x (outside the workspace)"],
  diff: null,
  task: "Push \u009b2Jthe branch",
  rule: "effect.history",
  reason: "It rewrites history.",
  pattern: "Bash [effect.history] git push",
  deadline: null,
  ...parts,
});

/** A deck with a run in which these calls wait. */
function deckWith(holds: Hold[], script: Script = {}): ScriptedDeck {
  const deck = scriptedDeck(script);
  const stage = deck.stage();
  stage.emit("run.opened", { kind: "goal", workspace: "/w", folder: "/w/r", settings, deck: "0", command_line: [] });
  stage.queue("cx-00000001", "task");
  for (const one of holds) stage.emit("hold.opened", one);
  return deck;
}

const two = [hold("hd-1a2b0000"), hold("hd-1a2c0000")];

describe("hold list", () => {
  test("shows of each call what would run, what it would do, why it is held, and how long it waits", async () => {
    const deadline = Date.now() + 3_600_500;
    const world = stand(["hold", "list"], deckWith([hold("hd-1a2b0000"), hold("hd-1a2c0000", { deadline })]));
    const { code, out } = await run(world);
    expect([code, world.opened[0]?.mode]).toEqual([0, "attach"]);
    expect(out.replace(/in 3\d\d\d s/, "in N s")).toMatchInlineSnapshot(`
      "hd-1a2b0000 · It waits until you answer.
      cx-00000001 wants to use Bash:
        git push --force origin main
      it would: history-rewrite: git push --force
                delete /etc/x (outside the workspace)
      why it is held: It rewrites history. (effect.history)
      its task: Push the branch

      hd-1a2c0000 · Denied in N s without an answer.
      cx-00000001 wants to use Bash:
        git push --force origin main
      it would: history-rewrite: git push --force
                delete /etc/x (outside the workspace)
      why it is held: It rewrites history. (effect.history)
      its task: Push the branch
      "
    `);
    expect(plainText(out)).toBe(out);
  });

  test("shows an edit as its diff, and also the whole input where the diff is not whole", async () => {
    const input = '{\n  "file_path": "a"\n}';
    const diff = "--- a\n+++ a\n@@ -1 +1 @@\n-one\n+\u001b[2Jtwo\n";
    const whole = await run(stand(["hold"], deckWith([hold("hd-1a2b0000", { tool: "Edit", input, diff })])));
    expect(whole.out).toContain("wants to use Edit:\n  --- a\n  +++ a\n  @@ -1 +1 @@\n  -one\n  +two\nit would:");
    for (const part of ["--- a\n[… 5 bytes left out …]\n", "(no diff: it is no text)"]) {
      const cut = await run(stand(["hold"], deckWith([hold("hd-1a2b0000", { tool: "Edit", input, diff: part })])));
      expect(cut.out).toContain('"file_path": "a"');
      expect(cut.out).toContain(part.split("\n").at(0));
    }
  });

  test("says when nothing waits, also in a deck without a run", async () => {
    for (const deck of [deckWith([]), scriptedDeck()])
      expect(await run(stand(["hold"], deck))).toMatchObject({ code: 0, out: "No call waits for you.\n", err: "" });
    expect(await run(stand(["hold", "--json"], deckWith([])))).toMatchObject({ code: 0, out: "" });
  });

  test("is lines of JSON with --json, with the whole hold and the time that is left", async () => {
    const { out } = await run(stand(["hold", "list", "--json"], deckWith(two)));
    const lines = out.trimEnd().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(two.map((one) => ({ ...one, remaining_ms: null })));
    expect(out).not.toContain("\u009b");
  });
});

describe("an answer from another terminal", () => {
  test.each([
    [["allow", "hd-1a2b0000"], { answer: "allow" }],
    [["allow", "1a2b"], { answer: "allow" }],
    [["allow", "hd-1a2b", "--pattern"], { answer: "allow_pattern" }],
    [["deny", "1a2b"], { answer: "deny" }],
    [["deny", "1a2b", "--note", "not now"], { answer: "deny", note: "not now" }],
    [["deny", "1a2b", "--kill"], { answer: "kill" }],
  ])("%j is sent to the deck for the hold that is meant", async (words, answer) => {
    const deck = deckWith(two);
    const { code, out } = await run(stand(["hold", ...words], deck));
    expect(code).toBe(0);
    expect(out).toMatch(/^hd-1a2b0000: /);
    expect(deck.commands).toEqual([{ type: "hold.answer", hold: "hd-1a2b0000", ...answer }]);
  });

  test("of deny may leave the id out when one call waits, of allow never", async () => {
    const one = deckWith(two.slice(0, 1));
    expect((await run(stand(["hold", "deny", "--json"], one))).out).toBe('{"hold":"hd-1a2b0000","answer":"deny"}\n');
    const none = deckWith(two.slice(0, 1));
    expect((await run(stand(["hold", "allow"], none))).code).toBe(2);
    expect(none.commands).toEqual([]);
  });

  test.each([
    [["deny"], two, "name one: hd-1a2b0000, hd-1a2c0000"],
    [["deny"], [], "no call waits for you"],
    [["allow", "1a2"], two, "name one: hd-1a2b0000, hd-1a2c0000"],
    [["allow", "ffff"], two, 'no call waits under "ffff"'],
    [["allow", ""], two, "no call waits under"],
    [["allow", "hd-"], two, "no call waits under"],
    [["allow", "\u001b[2J"], two, "no call waits under"],
    [["deny", "1a2b", "--note", " "], two, "--note is empty"],
    [["alow", "1a2b"], two, "hold --help"],
  ])("%j means no single hold and nothing is sent", async (words, holds, part) => {
    const deck = deckWith(holds);
    const { code, out, err } = await run(stand(["hold", ...words], deck));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(part);
    expect(plainText(err)).toBe(err);
    expect(deck.commands).toEqual([]);
  });

  test("with a whole id is left to the deck, which tells a late one from an unknown one", async () => {
    const late = new Fault("refused", "hold.late", "it was over already (expired)", { hint: "Wait for its next try." });
    const unknown = new Fault("usage", "hold.unknown", "There is no hold hd-ffffffff.", { hint: "Look." });
    for (const [fault, code] of [
      [late, 1],
      [unknown, 2],
    ] as const) {
      const ended = await run(stand(["hold", "allow", "hd-ffffffff"], deckWith([], { refuse: () => fault })));
      expect(ended).toMatchObject({ code, out: "", err: `error: ${fault.message}\nnext: ${fault.hint}\n` });
    }
  });
});

describe("airgap", () => {
  test.each([["on"], ["off"]])("%s changes the settings of the open run and says so", async (wish) => {
    const deck = deckWith([]);
    const { code, out } = await run(stand(["airgap", wish], deck));
    expect([code, out]).toEqual([0, expect.stringContaining(`airgap ${wish}`)]);
    expect(deck.commands).toEqual([{ type: "settings.change", settings: { airgap: wish === "on" } }]);
    expect((await run(stand(["airgap", "--json"], deck))).out).toContain(`"airgap":${wish === "on"}`);
  });

  test("is refused without a run, and for any other word", async () => {
    expect(await run(stand(["airgap"], scriptedDeck()))).toMatchObject({
      code: 1,
      err: expect.stringContaining("next:"),
    });
    expect(await run(stand(["airgap", "maybe"], deckWith([])))).toMatchObject({
      code: 2,
      err: expect.stringContaining("choose one of on, off, status"),
    });
  });
});
