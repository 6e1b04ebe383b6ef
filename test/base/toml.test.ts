import { expect, test } from "vitest";
import { z } from "zod";
import { readToml } from "../../src/base/toml.ts";

const schema = z.strictObject({
  name: z.string(),
  color: z.enum(["red", "green"]).default("red"),
  limits: z.strictObject({ turns: z.int().min(1).optional() }).prefault({}),
  item: z.array(z.strictObject({ label: z.string() })).default([]),
});

const problems = (text: string): [number, string][] => {
  const read = readToml(text, schema);
  return read.ok ? [] : read.problems.map(({ line, problem }) => [line, problem]);
};

test("a good text gives its value with what may be left out", () => {
  expect(readToml('name = "a"', schema)).toMatchObject({ ok: true, value: { color: "red", limits: {}, item: [] } });
});

test("a syntax error names line and column", () => {
  expect(problems('name = "a"\ncolor = [')).toEqual([[2, expect.stringMatching(/^this is not TOML, column \d+: /)]]);
});

test("an unknown key names its line, what was probably meant, and the keys that there are", () => {
  expect(problems('name = "a"\n\n[limits]\nturn = 3\n')).toEqual([
    [4, 'there is no key "turn" in "limits"; did you mean "turns"? The keys are: turns'],
  ]);
});

test("an unknown key of one of several tables is found in that table", () => {
  expect(problems('name = "a"\n[[item]]\nlabel = "x"\n[[item]]\nlabel = "y"\nextra = 1\n')).toEqual([
    [6, 'there is no key "extra" in "item". The keys are: label'],
  ]);
});

test("a wrong word names the words that there are", () => {
  expect(problems('name = "a"\ncolor = "blue"')).toEqual([[2, '"color" cannot be "blue"; it is one of: red, green']]);
});

test("a key that is missing is named with its type", () => {
  expect(problems('color = "red"')).toEqual([[1, '"name" is missing; it is: string']]);
});

test("several problems come in the order of their lines, each with the table that it is in", () => {
  const read = readToml('name = "a"\n[limits]\nturns = 0\n[[item]]\n[[item]]\nlabel = 3\n', schema);
  expect(read).toMatchObject({
    ok: false,
    problems: [
      { line: 3, at: { key: "limits" } },
      { line: 4, at: { key: "item", index: 0 } },
      { line: 6, at: { key: "item", index: 1 } },
    ],
  });
});

test("nesting without end and keys that reach into every object are refused", () => {
  expect(problems(`name = ${"[".repeat(5000)}`)).toHaveLength(1);
  expect(problems('name = "a"\n"__proto__" = 1')).toHaveLength(1);
});
