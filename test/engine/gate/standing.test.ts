import { describe, expect, test } from "vitest";
import { newStanding } from "../../../src/engine/gate/standing.ts";

/** Whether a promise has settled by the next turn of the loop. */
async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => setImmediate(resolve, "waiting"));
  return (await Promise.race([promise, turn])) === "waiting";
}

describe("the standing of a construct at its gate", () => {
  test("bars nothing while it is open", async () => {
    expect(await newStanding().admit()).toBeUndefined();
  });

  test("has a call wait while the construct is paused, until it is let go on", async () => {
    const standing = newStanding();
    standing.pause();
    const call = standing.admit();
    expect(await isWaiting(call)).toBe(true);
    standing.open();
    expect(await call).toBeUndefined();
  });

  test("denies a call that waits when the end begins, and every later one", async () => {
    const standing = newStanding();
    standing.pause();
    const call = standing.admit();
    standing.end();
    expect(await call).toMatchObject({ decision: "deny", rule: "construct.ending" });
    expect(await standing.admit()).toMatchObject({ decision: "deny", rule: "construct.ending" });
    expect(standing.ending.aborted).toBe(true);
  });

  test("denies a call that comes while the construct is frozen, while one that came before it waits", async () => {
    const standing = newStanding();
    standing.pause();
    const before = standing.admit();
    standing.freeze();
    expect(await standing.admit()).toMatchObject({ decision: "deny", rule: "construct.frozen" });
    expect(await isWaiting(before)).toBe(true);
    expect(await isWaiting(standing.readmit())).toBe(true);
    standing.open();
    expect(await before).toBeUndefined();
  });

  test("does not let a call through that was woken by a change from one halt to another", async () => {
    const standing = newStanding();
    standing.pause();
    const call = standing.admit();
    standing.open();
    standing.pause();
    expect(await isWaiting(call)).toBe(true);
  });

  test("cannot be eased from frozen to paused, and an end is never taken back", () => {
    const standing = newStanding();
    standing.freeze();
    expect([standing.pause(), standing.state]).toEqual([false, "frozen"]);
    standing.end();
    expect([standing.open(), standing.freeze(), standing.pause(), standing.state]).toEqual([
      false,
      false,
      false,
      "ending",
    ]);
  });
});
