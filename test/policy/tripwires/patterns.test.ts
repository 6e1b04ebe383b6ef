import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileBounded } from "../../../src/policy/tripwires/bounded-pattern.ts";

const compile = (source: string): ReturnType<typeof compileBounded> => compileBounded(source, ["i", "m"]);

function found(source: string, text: string): boolean {
  const pattern = compile(source);
  if (!pattern.ok) throw new Error(`${source}: ${pattern.error}`);
  return pattern.test(text);
}

describe("a pattern for an engine that backtracks", () => {
  const accepted = [
    String.raw`\bnpm\s+(?:publish|deploy)\b`,
    String.raw`git\s+push.*--force`,
    String.raw`git\s+push\s+(?:-f|--force)`,
    "kubectl.*delete",
    "(?:prod|production)[._-]db",
    String.raw`[a-z]+@evil\.com`,
    String.raw`\.(ts|js)$`,
    String.raw`https?://[^\s]*evil`,
    ".*production-database-cluster",
    "(?:[a-z]{2}){3}x",
  ];
  const refused = [
    "(a+)+$",
    "(a*)*b",
    "(a|aa)+$",
    "(?:a?){20}b",
    "(?:a{1,3}){1,30}b",
    "a*a*b",
    ".*a.*b",
    "x*x*x*y",
    ".{0,40}.{0,40}b",
    "a?a?a?a?a?a?a?a?a?a?a?a?aaaa",
    String.raw`(x)\1`,
    "(?=a)b",
    "(?<!a)b",
    "(?<name>a)",
    String.raw`\p{Lu}`,
    "a{2000}",
    "a**",
    "*a",
    "(a",
    "a)",
    "[a",
    "\\",
    "a{3,1}",
    `${"(".repeat(12)}a${")".repeat(12)}`,
    "a".repeat(201),
  ];

  it("is accepted when each place of a text costs little", () => {
    expect(accepted.filter((source) => !compile(source).ok)).toEqual([]);
  });

  it("is refused with a reason when it could be slow, or is not understood", () => {
    expect(refused.filter((source) => compile(source).ok)).toEqual([]);
    for (const source of refused) expect(compile(source)).toMatchObject({ ok: false, error: /\w+ \w+/ });
  });

  it("finds what a plain search finds, wherever it stands in a long text", () => {
    for (const at of [0, 100, 120, 127, 128, 129, 200, 255, 256, 257, 300, 384, 5000]) {
      const text = `${".".repeat(at)}npm   publish${".".repeat(600)}`;
      expect(found(String.raw`\bnpm\s+publish\b`, text)).toBe(true);
    }
  });

  it("does not take the cut between two windows for an edge of the text", () => {
    for (let at = 100; at < 700; at += 1) {
      const text = `${"x".repeat(at)}reboot${"x".repeat(600)}`;
      expect(found("^reboot|reboot$", text), `at ${at}`).toBe(false);
      expect(found(String.raw`\breboot|reboot\b`, text), `at ${at}`).toBe(false);
    }
  });

  it("never throws, and agrees with a plain search in short texts", () => {
    const piece = fc.constantFrom(
      "a",
      "b",
      ".",
      "\\s",
      "[ab]",
      "[^a]",
      "(",
      ")",
      "|",
      "*",
      "+",
      "?",
      "{1,3}",
      "^",
      "$",
      "\\b",
    );
    const source = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));
    const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "\n"), maxLength: 60 });
    const outcome = fc.check(
      fc.property(source, text, (pattern, sample) => {
        const compiled = compile(pattern);
        return !compiled.ok || compiled.test(sample) === new RegExp(pattern, "im").test(sample);
      }),
      { numRuns: 3000 },
    );
    expect(outcome).toMatchObject({ failed: false, counterexample: null });
  });
});
