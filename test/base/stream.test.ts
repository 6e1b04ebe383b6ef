import { describe, expect, test } from "vitest";
import { channel } from "../../src/base/stream.ts";

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("a channel", () => {
  test("gives what was held at its close, then ends", async () => {
    const numbers = channel<number>();
    numbers.push(1);
    numbers.push(2);
    numbers.close();
    expect(await collect(numbers)).toEqual([1, 2]);
  });

  test("wakes a reader that waits", async () => {
    const numbers = channel<number>();
    const reading = collect(numbers);
    await Promise.resolve();
    numbers.push(7);
    numbers.close();
    expect(await reading).toEqual([7]);
  });

  test("gives the held items before the error that closed it", async () => {
    const numbers = channel<number>();
    numbers.push(1);
    numbers.close(new Error("broken"));
    const got: number[] = [];
    await expect(
      (async () => {
        for await (const item of numbers) got.push(item);
      })(),
    ).rejects.toThrow("broken");
    expect(got).toEqual([1]);
  });

  test("takes nothing after its close, and keeps the first reason", async () => {
    const numbers = channel<number>();
    numbers.close();
    numbers.push(1);
    numbers.close(new Error("late"));
    expect(await collect(numbers)).toEqual([]);
    expect(numbers.closed).toBe(true);
  });

  test("carries undefined like any other value", async () => {
    const values = channel<undefined>();
    values.push(undefined);
    values.close();
    expect(await collect(values)).toEqual([undefined]);
  });

  test("a reader that stops early leaves the rest for the next", async () => {
    const numbers = channel<number>();
    for (const n of [1, 2, 3, 4, 5]) numbers.push(n);
    for await (const item of numbers) if (item === 2) break;
    numbers.push(6);
    numbers.close();
    expect(await collect(numbers)).toEqual([3, 4, 5, 6]);
  });

  test("keeps the order of a long queue", async () => {
    const numbers = channel<number>();
    const all = Array.from({ length: 300_000 }, (_, n) => n);
    for (const n of all) numbers.push(n);
    numbers.close();
    expect(await collect(numbers)).toEqual(all);
  });
});
