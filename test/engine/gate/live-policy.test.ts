import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { judgeFor } from "../../../src/engine/gate/judge.ts";
import { livePolicy, type LivePolicy } from "../../../src/engine/gate/live-policy.ts";
import { realPath } from "../../../src/engine/gate/real-path.ts";
import type { Note } from "../../../src/engine/journal.ts";

let folder: string;
let path: string;
let noted: [string, unknown][];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "policy-test-"));
  path = join(folder, "deck", "policy.toml");
  mkdirSync(join(folder, "deck"));
  noted = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const note: Note = (type, body) => noted.push([type, body]) > 0;
const types = (): string[] => noted.map(([type]) => type);

function open(): LivePolicy {
  const place = { workspace: join(folder, "workspace"), home: join(folder, "home"), deckHome: join(folder, "deck") };
  return livePolicy({ path, place: { ...place, realPath }, clock: systemClock });
}

const verdict = (text: string): string => `[[rule]]\nrule = "effect.history"\nverdict = "${text}"\n`;
const inForce = (policy: LivePolicy): string | undefined =>
  policy.current(note).rules.default.find(({ rule }) => rule === "effect.history")?.verdict;

describe("the policy file of a run", () => {
  test("that is not there leaves the shipped tiers in force and makes no noise", () => {
    const policy = open();
    expect(inForce(policy)).toBe("hold");
    expect(noted).toEqual([]);
  });

  test("that appears, changes and goes is in force at the very next look, and each change is told once", () => {
    const policy = open();
    writeFileSync(path, verdict("deny"));
    expect([inForce(policy), inForce(policy)]).toEqual(["deny", "deny"]);
    writeFileSync(path, verdict("allow"));
    expect([inForce(policy), inForce(policy)]).toEqual(["allow", "allow"]);
    rmSync(path);
    expect([inForce(policy), inForce(policy)]).toEqual(["hold", "hold"]);
    expect(types()).toEqual(["policy.loaded", "policy.loaded", "policy.removed"]);
    expect(noted[0]?.[1]).toEqual({ path, rules: ["default/effect.history"], entries: 0 });
  });

  test("gives its text as long as that is in force, and an edit of a comment alone is not told", () => {
    const policy = open();
    expect(policy.text).toBe(null);
    writeFileSync(path, verdict("deny"));
    policy.current(note);
    writeFileSync(path, `${verdict("deny")}# a comment\n`);
    policy.current(note);
    expect(policy.text).toBe(`${verdict("deny")}# a comment\n`);
    expect(types()).toEqual(["policy.loaded"]);
    writeFileSync(path, "deny deny deny");
    policy.current(note);
    expect(policy.text).toBe(`${verdict("deny")}# a comment\n`);
    rmSync(path);
    policy.current(note);
    expect(policy.text).toBe(null);
  });

  test("that is changed within the same moment to one of the same length is read again", () => {
    writeFileSync(path, verdict("deny"));
    const policy = open();
    const moment = new Date();
    // Many times, so that some pairs fall into one tick of the disk's clock where that is coarse.
    for (const text of Array.from({ length: 100 }, (_, round) => (round % 2 === 0 ? "hold" : "deny"))) {
      writeFileSync(path, verdict(text));
      utimesSync(path, moment, moment);
      expect(inForce(policy)).toBe(text);
    }
  });

  test("that becomes wrong leaves the policy before it in force, and says so once, with the line", () => {
    writeFileSync(path, verdict("deny"));
    const policy = open();
    expect(inForce(policy)).toBe("deny");
    writeFileSync(path, `${verdict("allow")}\n[comands]\n`);
    expect([inForce(policy), inForce(policy), inForce(policy)]).toEqual(["deny", "deny", "deny"]);
    expect(types()).toEqual(["policy.loaded", "policy.refused"]);
    expect(noted[1]?.[1]).toEqual({
      path,
      problem: expect.stringMatching(/policy\.toml, line 5: there is no key "comands".*stays in force; the keys are/),
    });
    writeFileSync(path, `${verdict("allow")}\n[[rulez]]\n`);
    expect(inForce(policy)).toBe("deny");
    writeFileSync(path, verdict("allow"));
    expect(inForce(policy)).toBe("allow");
    expect(types()).toEqual(["policy.loaded", "policy.refused", "policy.refused", "policy.loaded"]);
  });

  test.each([
    ["a folder", () => mkdirSync(path)],
    ["a link", () => symlinkSync(join(folder, "elsewhere"), path)],
    ["too large", () => writeFileSync(path, `# ${"x".repeat(300_000)}\n`)],
    ["not TOML", () => writeFileSync(path, "\u0000\u0001{")],
    ["one that opens the home", () => writeFileSync(path, '[folders]\nwritable = ["~"]')],
    ["one that opens the deck", () => writeFileSync(path, '[folders]\nwritable = ["../deck"]')],
  ])("that turns into %s leaves the policy before it in force", (_, spoil) => {
    writeFileSync(path, verdict("deny"));
    const policy = open();
    rmSync(path);
    spoil();
    expect(inForce(policy)).toBe("deny");
    expect(types()).toEqual(["policy.refused"]);
  });

  test("that is wrong at the start is refused, with the line and the next step", () => {
    writeFileSync(path, '\n[[rule]]\nrule = "effect.persistence"\nverdict = "allow"\n');
    expect(open).toThrow(
      expect.objectContaining({
        kind: "usage",
        code: "policy.invalid",
        message: expect.stringContaining("policy.toml, line 2:"),
        hint: expect.stringContaining("leave it as it is"),
      }),
    );
  });

  test("that others may write to is in force, with a warning", () => {
    writeFileSync(path, verdict("deny"));
    chmodSync(path, 0o666);
    expect(inForce(open())).toBe("deny");
    expect(noted).toContainEqual([
      "deck.warned",
      { code: "policy.open", message: expect.stringContaining("chmod go-w") },
    ]);
  });

  test("is told to a run even when the record fails, and never throws", () => {
    writeFileSync(path, verdict("deny"));
    expect(open().current(() => false).rules.default).toBeDefined();
  });
});

test("no construct can write the policy file, whatever tool and spelling it uses, or what the file says", () => {
  const workspace = join(folder, "workspace");
  const deckHome = join(workspace, ".cyberdeck");
  mkdirSync(join(deckHome, "runs", "run-1"), { recursive: true });
  symlinkSync(deckHome, join(workspace, "link"));
  const file = join(deckHome, "policy.toml");
  writeFileSync(file, '[commands]\nallow = ["tee *", "cp *", "frob *"]\n[folders]\nwritable = ["../"]\n');
  const place = { workspace, home: `${folder}-home`, deckHome, realPath };
  const policy = livePolicy({ path: file, place, clock: systemClock });
  for (const tier of ["paranoid", "default"] as const) {
    const judge = judgeFor({
      tier: () => tier,
      workspace,
      runFolder: join(deckHome, "runs", "run-1"),
      deckHome,
      agentHome: place.home,
      policy: () => policy.current(note),
    });
    const say = (tool: string, input: unknown): string => judge({ id: "t", tool, input }).decision;
    for (const spelled of [
      file,
      ".cyberdeck/policy.toml",
      join(workspace, "link/policy.toml"),
      ".cyberdeck/runs/../policy.toml",
    ]) {
      for (const tool of ["Write", "Edit", "MultiEdit"])
        expect([tool, spelled, say(tool, { file_path: spelled, content: "" })]).not.toContain("allow");
      for (const command of [
        `echo x > ${spelled}`,
        `tee ${spelled} < a`,
        `cp a ${spelled}`,
        `rm ${spelled}`,
        `mv a ${spelled}`,
        `ln -f a ${spelled}`,
        `sed -i s/a/b/ ${spelled}`,
        `frob > ${spelled}`,
        `chmod 666 ${spelled}`,
        `python3 -c "open('${spelled}','w').write('x')"`,
      ])
        expect([command, say("Bash", { command })]).not.toContain("allow");
    }
  }
});
