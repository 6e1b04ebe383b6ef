import { describe, expect, test } from "vitest";
import { mutex } from "../../src/base/mutex.ts";

describe("a mutex", () => {
  test("lets nobody in before the one inside has left, and keeps the order of the calls", async () => {
    const exclusive = mutex();
    const log: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = exclusive(async () => {
      log.push("first in");
      await gate.promise;
      log.push("first out");
    });
    const second = exclusive(async () => void log.push("second"));
    const third = exclusive(async () => void log.push("third"));
    await Promise.resolve();
    gate.resolve();
    await Promise.all([first, second, third]);
    expect(log).toEqual(["first in", "first out", "second", "third"]);
  });

  test("a failure reaches its caller and does not stop the next", async () => {
    const exclusive = mutex();
    const failing = exclusive(() => Promise.reject(new Error("no")));
    const next = exclusive(() => Promise.resolve("yes"));
    await expect(failing).rejects.toThrow("no");
    expect(await next).toBe("yes");
  });

  test("an action that throws before its first wait does not block the door", async () => {
    const exclusive = mutex();
    const failing = exclusive(() => {
      throw new Error("at once");
    });
    await expect(failing).rejects.toThrow("at once");
    expect(await exclusive(() => Promise.resolve(1))).toBe(1);
  });
});
