import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maybeSameWork, sameWork, similarity } from "../../../src/policy/spawning/similarity.ts";
import { longestTask } from "../../../src/policy/spawning/task-features.ts";
import { type TaskPair, taskPairs as all } from "./task-pairs.ts";

const tasks = all.flatMap(({ a, b }) => [a, b]);
const score = (pair: TaskPair): number => similarity(pair.a, pair.b);

describe("the similarity of tasks", () => {
  test("is between 0 and 1 and the same in both directions, for any text", () => {
    const text = fc.oneof(fc.constantFrom(...tasks), fc.string({ unit: "binary" }), fc.string());
    fc.assert(
      fc.property(text, text, (a, b) => {
        const found = similarity(a, b);
        expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThanOrEqual(1);
        expect(similarity(b, a)).toBeCloseTo(found, 12);
      }),
      { numRuns: 2000 },
    );
  });

  test("of a text with itself is 1, whatever its case and its spaces", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(similarity(text, text)).toBe(1);
      }),
    );
    for (const task of tasks) {
      expect(similarity(task, task.replaceAll(" ", "  "))).toBeCloseTo(1, 12);
      expect(similarity(task, `\n${task}\n`)).toBeCloseTo(1, 12);
    }
  });

  test("does not fall below the refusal when politeness is put around the task", () => {
    const before = ["Please, ", "Hello! ", "Could you kindly ", "I would like you to ", "Retry: ", "Your task is to "];
    const after = [
      "",
      ". Thank you very much!",
      ", please",
      ". I really appreciate your help.",
      ". Thanks in advance.",
    ];
    const polite = (task: string): string[] =>
      before.flatMap((head) => after.map((tail) => head + task.replace(/\.$/, "") + tail));
    expect(all.flatMap(({ a }) => polite(a).filter((text) => similarity(a, text) < sameWork))).toEqual([]);
  });

  test("is no more than a question for a word that no table knows in the place of the verb", () => {
    const found = similarity("Wipe the staging cache", "Zap the staging cache");
    expect(found).toBeGreaterThanOrEqual(maybeSameWork);
    expect(found).toBeLessThan(sameWork);
  });

  test.each([
    ["a path", "src/a/parser.ts", "src/b/parser.ts"],
    ["a number", "part 3", "part 4"],
    ["an id", "cx-0a1b2c3d", "cx-0a1b2c3e"],
    ["a quoted name", "'red'", "'green'"],
    ["an address", "https://example.com/x", "https://example.com/y"],
    ["an identifier", "user_name", "user_email"],
  ])("is low for tasks that differ in %s only, however long the rest is", (_, one, other) => {
    const frame = (target: string): string =>
      `You are one of several workers. Read docs/style.md first and keep to it. Then review ${target} for mistakes, ` +
      "fix what you find, run the linter, and answer with a short list of what you changed.";
    expect(similarity(frame(one), frame(other))).toBeLessThan(sameWork);
    expect(similarity(`Review ${one}`, `Review ${other}`)).toBeLessThan(maybeSameWork);
  });

  test("looks at the head and the tail of a text that is too long, and at no more", () => {
    const long = `Delete src/a. ${"word ".repeat(longestTask)} End with src/b.`;
    const changed = long.replace(/^(.{60000})word/s, "$1sword");
    expect(similarity(long, changed)).toBe(1);
    expect(similarity(long, long.replace("src/b", "src/c"))).toBeLessThan(1);
  });
});

describe("over the labelled pairs", () => {
  const wrongly = (relation: TaskPair["relation"], isWrong: (found: number) => boolean): string[] =>
    all.filter((pair) => pair.relation === relation && isWrong(score(pair))).map(({ a, b }) => `${a} | ${b}`);

  test("no sibling, opposite or unrelated task is refused", () => {
    expect(wrongly("other", (found) => found >= sameWork)).toEqual([]);
  });

  test("no rephrasing passes unasked", () => {
    expect(wrongly("same", (found) => found < maybeSameWork)).toEqual([]);
  });

  test("no part of a task, and no task with more in it, passes unasked", () => {
    expect(wrongly("unsure", (found) => found < maybeSameWork)).toEqual([]);
  });

  test("nearly all rephrasings are refused and nearly all others pass without a question", () => {
    const share = (relation: TaskPair["relation"], isRight: (found: number) => boolean): number => {
      const list = all.filter((pair) => pair.relation === relation);
      return list.filter((pair) => isRight(score(pair))).length / list.length;
    };
    expect(share("same", (found) => found >= sameWork)).toBeGreaterThanOrEqual(0.95);
    expect(share("other", (found) => found < maybeSameWork)).toBeGreaterThanOrEqual(0.95);
  });
});
