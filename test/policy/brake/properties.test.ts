import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeLine, inTier, slippedThrough } from "./calls.ts";
import { allowed, blocked } from "./cases.ts";
import { casesOf, isBlocked, type Case } from "./corpus.ts";
import { disguises, wrappings } from "./dress.ts";

/** Dangerous lines of the default tier that a dress leaves as they are: one line, no word that a dress could end. */
const dangerous = casesOf(join(import.meta.dirname, "danger.ndjson")).filter(
  (one) =>
    one.tool === "Bash" &&
    one.tier === "default" &&
    /^[^\n']{1,200}$/.test(lineOf(one)) &&
    !/#|\\$|\$[@{]/.test(lineOf(one)),
);

/** Simple commands: a program and plain words. */
const simple = dangerous.filter((one) => /^[a-z][\w.-]*(?: [\w./:@=,+~-]+)+$/.test(lineOf(one)));

const worn = (one: Case, line: string): Case => ({ ...one, input: { command: line } });

describe("whatever the dress", () => {
  it("there are enough lines to be dressed", () => {
    expect([dangerous.length > 500, simple.length > 250]).toEqual([true, true]);
  });

  it.each(wrappings.map(([name, wrap]) => [name, wrap] as const))("a dangerous line stays blocked in %s", (_, wrap) => {
    const found = dangerous.map((one) => worn(one, wrap(lineOf(one)))).filter((one) => !isBlocked(one));
    expect(found.map(lineOf)).toEqual([]);
  });

  it.each(disguises.map(([name, hide]) => [name, hide] as const))(
    "a dangerous command stays blocked with %s",
    (_, hide) => {
      const found = simple.map((one) => worn(one, hide(lineOf(one)))).filter((one) => !isBlocked(one));
      expect(found.map(lineOf)).toEqual([]);
    },
  );

  it("several layers of dress do not help either", () => {
    const layers = fc.array(fc.constantFrom(...wrappings.map(([, wrap]) => wrap)), { maxLength: 3 });
    const found = fc.check(
      fc.property(fc.constantFrom(...simple), fc.constantFrom(...disguises), layers, (one, [, hide], wraps) =>
        isBlocked(
          worn(
            one,
            wraps.reduce(
              (line, wrap) => (line.includes("'") || line.includes("\n") ? line : wrap(line)),
              hide(lineOf(one)),
            ),
          ),
        ),
      ),
      { numRuns: 2000 },
    );
    expect(found).toMatchObject({ failed: false, counterexample: null });
  });

  it("a blocked line stays blocked next to any allowed one", () => {
    const good = fc.constantFrom(...Object.values(allowed).flat());
    const parsed = Object.entries(blocked).filter(([rule]) => !rule.includes("parse"));
    const bad = fc.constantFrom(...parsed.flatMap(([, lines]) => lines));
    const found = fc.check(
      fc.property(good, bad, fc.boolean(), (one, other, first) => {
        // A comment or an open quote in the first line must not swallow the second, hence the new line.
        const text = first ? `${other}\n${one}` : `${one}\n${other}`;
        return judgeLine(text).verdict !== "allow";
      }),
      { numRuns: 1000 },
    );
    expect(found).toMatchObject({ failed: false, counterexample: null });
  });

  it("the paranoid tier allows nothing that the default tier refuses", () => {
    const word = fc.constantFrom(
      ...Object.values({ ...allowed, ...blocked })
        .flat()
        .flatMap((text) => text.split(/(\s)/)),
    );
    const found = fc.check(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const text = words.join("");
        return judgeLine(text, inTier("paranoid")).verdict !== "allow" || judgeLine(text).verdict === "allow";
      }),
      { numRuns: 2000 },
    );
    expect(found).toMatchObject({ failed: false, counterexample: null });
  });
});

describe("a variable that may have another value", () => {
  it("is not trusted", () => {
    expect(
      slippedThrough([
        "D=/; false && D=dist; rm -rf $D",
        "D=dist; read D; rm -rf $D",
        "D=dist; for i in 1 2; do rm -rf $D; read D; done",
        "(D=dist); rm -rf $D/x",
        "if x; then D=dist; fi; rm -rf $D",
        "D=dist; sh -c 'rm -rf $D/lib'",
        "D=dist; f() { local D=/etc; }; f; D=/; g() { rm -rf $D; }; g",
        "W=/tmp/x; trap 'rm -rf $W' EXIT; W=/etc",
        "false && git() { :; }; git push -f",
        "git() { :; }; unset -f git; git push -f",
        "git() { :; }; bash -c 'git push -f'",
        "git() { :; }; command git push -f",
        'shift; rm -rf "$1"',
        'f() { shift; rm -rf "/$1"; }; f a',
        'for f in x*; do rm -rf "${f#x}/"; done',
        'for f in .g*; do rm -rf "$f"; done',
        'ls | while read -r f; do rm -rf "$f"; done',
        "find . -type f | xargs rm",
        "f=*.txt; for x in $f; do rm -rf /$x; done",
        'tmp=$(mktemp -d); rm -rf "$tmp/../../etc"',
        "PATH=/tmp/x:$PATH; git status",
        "PATH=.:$PATH git status",
        "alias gp='git push'; gp --force",
        'set -- -rf /etc; rm "$@"',
      ]),
    ).toEqual([]);
  });
});

function lineOf(one: Case): string {
  const { input } = one;
  return typeof input === "object" && input !== null && "command" in input ? String(input.command) : "";
}
