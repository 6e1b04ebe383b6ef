import { describe, expect, test } from "vitest";
import { homecoming } from "../../../src/nodes/host/homecoming.ts";
import { handClock } from "../../kit/hand-clock.ts";

function host() {
  const clock = handClock();
  const up = new Set<string>();
  const counted = new Set<string>();
  let changes = 0;
  const home = homecoming({
    clock,
    hostMs: 1000,
    returnMs: 300,
    isUp: (node) => up.has(node),
    isCounted: (node) => counted.has(node),
    onChange: () => (changes += 1),
  });
  return { clock, up, counted, home, changes: () => changes };
}

describe("a session that was on a node", () => {
  test("is not opened again, wherever, before a lease's time has passed since the host came up", () => {
    const { clock, home, changes } = host();
    expect(home.of("one")).toMatchObject({ is: "unknown", why: expect.stringContaining("may still be at work") });
    clock.pass(999);
    expect(home.of("one").is).toBe("unknown");
    expect(changes()).toBe(0);
    clock.pass(500);
    expect(changes()).toBe(1);
    expect(home.of("one").is).toBe("gone");
  });

  test("is opened again at once on its node when that has begun a new life under this host", () => {
    const { up, home } = host();
    expect(home.of("one").is).toBe("unknown");
    up.add("one");
    expect(home.of("one").is).toBe("there");
  });

  test("waits for its node for a while when that is given up, and is told when the time is over", () => {
    const { clock, home, changes } = host();
    clock.pass(5000);
    home.went("one", false);
    expect(home.of("one")).toMatchObject({
      is: "unknown",
      why: expect.stringContaining("within 0.3 s, its task begins anew"),
    });
    const before = home.of("one");
    clock.pass(200);
    // The same words, or each look would stand on record.
    expect(home.of("one")).toEqual(before);
    clock.pass(102);
    expect(changes()).toBe(1);
    expect(home.of("one").is).toBe("gone");
    home.went("two", false);
    home.came("two");
    expect(home.of("two").is).toBe("gone");
  });

  test("waits as long as its node is counted on, though that is not in the list", () => {
    const { clock, counted, home } = host();
    counted.add("one");
    clock.pass(50_000);
    expect(home.of("one")).toMatchObject({ is: "unknown", why: expect.stringContaining("nothing is heard") });
  });

  test("does not wait for a node that has said farewell: nothing was left on it", () => {
    const { home } = host();
    home.went("one", true);
    expect(home.of("one").is).toBe("gone");
  });
});
