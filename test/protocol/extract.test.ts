import { describe, expect, test } from "vitest";
import { extractActionBlock } from "../../src/protocol/extract.ts";

const block = (change: Record<string, unknown> = {}): string =>
  JSON.stringify({ thinking: "t", chat: null, status: "working", actions: [], ...change });

const statusIn = (text: string): string => {
  const found = extractActionBlock(text);
  return found.ok ? found.value.block.status : `problem: ${found.problem}`;
};

describe("finding the action block in a reply", () => {
  test.each([
    ["fenced with its language", `\`\`\`json\n${block()}\n\`\`\``],
    ["fenced without one", `\`\`\`\n${block()}\n\`\`\``],
    ["fenced with carriage returns", `\`\`\`json\r\n${block()}\r\n\`\`\`\r\n`],
    ["bare", block()],
    ["bare within prose", `I will do this: ${block()} and then wait.`],
    ["fenced within prose", `Well.\n\n\`\`\`json\n${block()}\n\`\`\`\nThat is {it}.`],
    ["after an opening brace that never closes", `{ so I said: ${block()}`],
    ["after a fence of another language", `\`\`\`ts\nconst a = {};\n\`\`\`\n\`\`\`json\n${block()}\n\`\`\``],
    ["with an unclosed fence", `\`\`\`json\n${block()}`],
    ["behind hundreds of small braces", `${"{x} ".repeat(500)}${block()}`],
  ])("%s", (_, text) => {
    expect(statusIn(text)).toBe("working");
  });

  test("braces and quotes within strings do not end it", () => {
    const chat = 'a } b { c " d \\ } ``` e';
    const found = extractActionBlock(`So: ${block({ chat })} end`);
    expect(found.ok && found.value.block.chat).toBe(chat);
  });

  test("a fence within one of its strings does not cut it", () => {
    const found = extractActionBlock(`\`\`\`json\n${block({ chat: "run ```sh\nls\n``` now" })}\n\`\`\``);
    expect(found.ok && found.value.block.chat).toBe("run ```sh\nls\n``` now");
  });

  test("of two valid blocks the first wins", () => {
    expect(statusIn(`${block({ status: "waiting" })}\n${block({ status: "done" })}`)).toBe("waiting");
  });

  test("a fenced block wins over an earlier bare one", () => {
    expect(statusIn(`${block({ status: "waiting" })}\n\`\`\`json\n${block({ status: "done" })}\n\`\`\``)).toBe("done");
  });

  test("an invalid block is passed over for a valid one", () => {
    expect(statusIn(`\`\`\`json\n{"status":"soon"}\n\`\`\`\n${block({ status: "failed" })}`)).toBe("failed");
  });
});

describe("a reply without a valid block", () => {
  test("is told that there is none", () => {
    expect(statusIn("I am on it.")).toBe("problem: no JSON block found in the reply");
    expect(statusIn("")).toContain("problem");
  });

  test("is told what is wrong with the nearest miss", () => {
    expect(statusIn('```json\n{"thinking":"t","status":"soon","actions":[]}\n```')).toMatch(
      /problem: status: .*working/,
    );
    expect(statusIn('```json\n{"status": "working",}\n```')).toMatch(/problem: not valid JSON/);
  });

  test("is told of the block's own mistake, not of some braces after it", () => {
    const problem = statusIn(`${block({ status: "soon", thinking: 5 })}\nfor example {} or {"a":1}`);
    expect(problem).toContain("thinking");
    expect(statusIn('{"status": "working",} and {"status": 1}')).toContain("not valid JSON");
  });

  test("is told which field an object lacks that has none of a block's", () => {
    expect(statusIn('```json\n{"task":"list the files"}\n```')).toContain("status");
  });

  test.each([
    ["opening braces", "{".repeat(1_000_000)],
    ["objects that never close", '{"a":'.repeat(200_000)],
    ["pairs of braces", "{}".repeat(500_000)],
    ["nested braces", "{".repeat(500_000) + "}".repeat(500_000)],
    ["quotes and braces", '{"'.repeat(500_000)],
    ["an open fence and white space", `\`\`\`\n${" ".repeat(1_000_000)}`],
    ["fences", "```\n".repeat(250_000)],
    ["tabs between fences", `\`\`\`${"\t".repeat(1_000_000)}`],
  ])(
    "is given up within bounds: a megabyte of %s",
    (_, text) => {
      expect(statusIn(text)).toContain("problem"); // unbounded, each of these takes longer than the time of a test
    },
    10_000,
  );
});
