import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "unbash";
import { judge } from "../../src/policy/judge.ts";
import { call, garden, inTier, line } from "./calls.ts";
import { allowed, denied } from "./cases.ts";

/** Lines of one simple command that is refused for what it does, so that any dress must leave it refused. */
const dangerous = [
  "sudo ls",
  "rm -rf /",
  "rm -rf /home/mira/work/sibling",
  "cp a /etc/passwd",
  "cat /home/mira/.ssh/id_rsa",
  "git push -f",
  "find . -delete",
  "sed -i s/a/b/ x",
  "node -e 1",
  "npm publish",
  "xargs rm",
  "touch .git/hooks/x",
  "sort -o /etc/x a",
  "crontab -r",
];

const quotings: ((word: string) => string)[] = [
  (word) => word,
  (word) => `'${word}'`,
  (word) => `"${word}"`,
  (word) => `$'${word}'`,
  (word) => `${word.slice(0, 1)}""${word.slice(1)}`,
  (word) => `\\${word}`,
  (word) => `'${word.slice(0, 2)}'"${word.slice(2)}"`,
  (word) => `${word.slice(0, 1)}\\\n${word.slice(1)}`,
  (word) =>
    `$'${word
      .split("")
      .map((char) => `\\x${char.charCodeAt(0).toString(16)}`)
      .join("")}'`,
];

/** `@` is where the line goes. */
const wrappings = [
  "@",
  "env A=b @",
  "timeout 5 @",
  "nice -n 3 @",
  "command @",
  "command -- @",
  "time @",
  "A=b @",
  "( @ )",
  "{ @; }",
  "! @",
  "@ | cat",
  "echo a | @",
  "echo a && @",
  "false || @",
  "@ &",
  "echo $( @ )",
  'echo "x $( @ )"',
  "cat <( @ )",
  "for i in 1 2; do @; done",
  "if true; then @; fi",
  "while @; do :; done",
  "case a in a) @;; esac",
  "cd src && @",
  "@ > /dev/null 2>&1",
  "< /dev/null @",
  "cat <<E\n$( @ )\nE\n",
  "# comment\n@",
];

describe("whatever the dress", () => {
  it("quoting and spacing never turn a deny into an allow", () => {
    const dressed = fc.constantFrom(...dangerous).chain((text) => {
      const words = text.split(" ");
      return fc
        .tuple(
          fc.array(fc.constantFrom(...quotings), { minLength: words.length, maxLength: words.length }),
          fc.array(fc.constantFrom(" ", "  ", "\t", " \\\n "), { minLength: words.length, maxLength: words.length }),
        )
        .map(([quotes, spaces]) =>
          words.map((word, at) => `${spaces[at] ?? " "}${quotes[at]?.(word) ?? word}`).join(""),
        );
    });
    const found = fc.check(
      fc.property(dressed, (text) => {
        return line(text).decision === "deny";
      }),
      { numRuns: 1000 },
    );
    expect(found).toMatchObject({ failed: false, counterexample: null });
  });

  it("wrapping never turns a deny into an allow, up to three layers deep", () => {
    const layers = fc.array(fc.constantFrom(...wrappings), { maxLength: 3 });
    const found = fc.check(
      fc.property(fc.constantFrom(...dangerous), layers, (text, wraps) => {
        const wrapped = wraps.reduce((inner, wrap) => wrap.replace("@", () => inner), text);
        return line(wrapped).decision === "deny";
      }),
      { numRuns: 2000 },
    );
    expect(found).toMatchObject({ failed: false, counterexample: null });
  });

  it("a refused line stays refused next to any allowed one", () => {
    const good = fc.constantFrom(...Object.values(allowed).flat());
    const parsed = Object.entries(denied).filter(([rule]) => !rule.includes("parse"));
    const bad = fc.constantFrom(...parsed.flatMap(([, lines]) => lines));
    const found = fc.check(
      fc.property(good, bad, fc.boolean(), (one, other, first) => {
        // A comment or an open quote in the first line must not swallow the second, hence the new line.
        const text = first ? `${other}\n${one}` : `${one}\n${other}`;
        return line(text).decision === "deny";
      }),
      { numRuns: 1000 },
    );
    expect(found).toMatchObject({ failed: false, counterexample: null });
  });

  it("the paranoid tier allows nothing that the default tier refuses", () => {
    const word = fc.constantFrom(
      ...Object.values({ ...allowed, ...denied })
        .flat()
        .flatMap((text) => text.split(/(\s)/)),
    );
    const found = fc.check(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const text = words.join("");
        return line(text, inTier("paranoid")).decision === "deny" || line(text).decision === "allow";
      }),
      { numRuns: 2000 },
    );
    expect(found).toMatchObject({ failed: false, counterexample: null });
  });
});

describe("whatever the input", () => {
  it("nothing is thrown, and a line that does not parse is never allowed", () => {
    const noise = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
      fc
        .array(
          fc.constantFrom(
            "ls",
            "cat",
            " ",
            "\n",
            "'",
            '"',
            "`",
            "$(",
            ")",
            "((",
            "))",
            "{",
            "}",
            "<<E",
            "|",
            "&&",
            ";",
            "$",
            "[[",
            "]]",
            "*",
            "~",
            "\\",
            "x=",
            ">",
            "if",
            "fi",
          ),
          { maxLength: 30 },
        )
        .map((parts) => parts.join("")),
    );
    const found = fc.check(
      fc.property(noise, (text) => {
        const verdict = line(text);
        const parses = (parse(text).errors?.length ?? 0) === 0;
        return verdict.reason !== "" && (parses || verdict.decision === "deny");
      }),
      { numRuns: 3000 },
    );
    expect(found).toMatchObject({ failed: false, counterexample: null });
  });

  it("any tool with any input gets a verdict with a rule and a reason", () => {
    const tool = fc.constantFrom("Bash", "Read", "Write", "Edit", "Grep", "Glob", "WebFetch", "NotebookEdit", "X");
    const input = fc.oneof(
      fc.anything(),
      fc.record({
        command: fc.anything(),
        file_path: fc.anything(),
        url: fc.anything(),
        path: fc.anything(),
        pattern: fc.anything(),
      }),
      fc.record({ file_path: fc.string({ unit: "binary" }), url: fc.webUrl(), pattern: fc.string() }),
    );
    const found = fc.check(
      fc.property(tool, input, (name, value) => {
        const verdict = judge(call(name, value), garden);
        return (
          /^(?:allow|deny)$/.test(verdict.decision) && /^[a-z]+\.[a-z]+$/.test(verdict.rule) && verdict.reason !== ""
        );
      }),
      { numRuns: 2000 },
    );
    expect(found).toMatchObject({ failed: false, counterexample: null });
  });
});
