import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nearest } from "../../../src/base/nearest.ts";
import { parsePolicy } from "../../../src/policy/policy-file/parse.ts";
import { problemsOf, under } from "./read.ts";

/** Line, message and hint of the only problem. */
function problemOf(text: string): string {
  const problems = problemsOf(text);
  expect(problems).toHaveLength(1);
  return problems.map(({ line, message, hint }) => `${line}: ${message} → ${hint}`).join();
}

describe("a policy file is refused", () => {
  test("when it is not TOML, with the line", () => {
    expect(problemOf('[commands]\nallow = ["a"\nhold = []')).toMatch(/^[23]: this is not TOML: .+ → correct it/);
    expect(problemOf("[commands]\nallow = 1\nallow = 2")).toMatch(/^[23]: this is not TOML/);
  });

  test("when it has a key that nobody knows, with the line and the nearest one", () => {
    expect(problemOf('\n[[rule]]\nrule = "effect.history"\nverdict = "deny"\nalternatve = "x"')).toBe(
      '5: there is no key "alternatve" in [[rule]]; did you mean "alternative"? → the keys are: tier, rule, verdict, kinds, when, alternative',
    );
    expect(problemOf('[comands]\nallow = ["just"]')).toContain(
      '1: there is no key "comands" in the file; did you mean "commands"?',
    );
    expect(problemOf("[hosts]\nhold = []")).toContain('2: there is no key "hold" in [hosts]');
    expect(problemOf("brake = 1")).toContain("the keys are: rule, commands, tools, hosts, folders");
  });

  test("when a value is none that the key takes, with the line of the right one of several tables", () => {
    const rules =
      '[[rule]]\nrule = "effect.history"\nverdict = "deny"\n\n[[rule]]\nrule = "effect.remote"\nverdict = "dney"\n';
    expect(problemOf(rules)).toBe(
      '7: "verdict" in [[rule]] cannot be "dney"; did you mean "deny"? → it is one of: allow, hold, deny',
    );
    expect(problemOf('[[rule]]\nrule = "a.b"\nverdict = "deny"\nkinds = [\n  "read",\n  "wriet",\n]')).toContain(
      '6: "kinds" in [[rule]] cannot be "wriet"; did you mean "write"?',
    );
    expect(problemOf('[[rule]]\ntier = "strict"\nrule = "effect.history"\nverdict = "deny"')).toContain("2: ");
  });

  test("when something is missing or of another type", () => {
    expect(problemOf('[[rule]]\nverdict = "deny"')).toContain('1: "rule" in [[rule]] is missing');
    expect(problemOf('[[rule]]\nrule = "effect.history"')).toContain('"verdict" in [[rule]] is missing');
    expect(problemOf('[commands]\nallow = "just"')).toMatch(/^2: "allow" in \[commands\]: .*array/);
    expect(problemOf("[commands]\nallow = [1]")).toMatch(/^2: /);
    expect(problemOf("[folders]\nwritable = ['']")).toMatch(/^2: /);
    expect(problemOf("[rule]\nrule = 'effect.history'")).toMatch(/^1: /);
  });

  test("when a key could reach what every object has", () => {
    expect(parsePolicy('[__proto__]\nallow = ["just *"]').ok).toBe(false);
    expect(parsePolicy("constructor = 1").ok).toBe(false);
    expect(parsePolicy(`x = ${"[".repeat(5000)}${"]".repeat(5000)}`).ok).toBe(false);
  });

  test("with every one of its problems, in the order of the lines", () => {
    const text =
      '[commands]\nallow = ["sudo id", "just *", "a|b"]\n[hosts]\nallow = ["*"]\n[folders]\nwritable = ["~/.config"]';
    expect(problemsOf(text).map(({ line }) => line)).toEqual([2, 2, 4, 6]);
  });
});

test("an empty file, and one of comments alone, changes nothing", () => {
  for (const text of ["", "# nothing yet\n", "[commands]\n", "\ufeff# a mark of the byte order".slice(1)])
    expect(problemsOf(text)).toEqual([]);
});

test("the example in docs/policy.md is a good policy file, and each of its lines has its effect", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/policy.md"), "utf8");
  const example = /```toml\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  expect(problemsOf(example)).toEqual([]);
  const verdict = under(example);
  expect(["git push --force", "terraform plan -out x", "just build", "touch ~/notes/a.md"].map(verdict)).toEqual([
    "deny",
    "allow",
    "allow",
    "allow",
  ]);
  expect(["npm run deploy", "git commit --no-verify -m x", "touch infra/prod/main.tf"].map(verdict)).toEqual([
    "hold",
    "deny",
    "deny",
  ]);
});

test("whatever the file says, it is read or refused with a line and a next step", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/policy.md"), "utf8");
  const good = /```toml\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const piece = fc.oneof(fc.string(), fc.constantFrom('"', "[", "]", "=", "\n", "'''", "*", "a"));
  const spoiled = fc
    .tuple(fc.nat(good.length), fc.nat(40), piece)
    .map(([at, length, text]) => good.slice(0, at) + text + good.slice(at + length));
  const seen = { good: 0, bad: 0 };
  fc.assert(
    fc.property(fc.oneof(spoiled, fc.string({ unit: "binary" })), (text) => {
      const parsed = parsePolicy(text);
      seen[parsed.ok ? "good" : "bad"] += 1;
      if (parsed.ok) return;
      expect(parsed.problems.length).toBeGreaterThan(0);
      for (const { line, message, hint } of parsed.problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(text.split("\n").length);
        expect([message, hint]).not.toContain("");
      }
    }),
    { numRuns: 2000 },
  );
  expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(20);
});

test("a file of one endless line, of brackets or of blanks is read or refused like any other", () => {
  const pieces = ["[", " ", "[ ", "a.", "[[a]]\n", '"', "'''", "=", "a = [", "# "];
  for (const piece of pieces) expect(typeof parsePolicy(piece.repeat(50_000)).ok).toBe("boolean");
});

test.each([
  ["verdit", "verdict"],
  ["comands", "commands"],
  ["hodl", "hold"],
  ["wirte", "write"],
  ["zebra", undefined],
  ["", undefined],
])("the word nearest to %j is %j", (typed, expected) => {
  expect(nearest(typed, ["verdict", "commands", "hold", "write"])).toBe(expected);
});
