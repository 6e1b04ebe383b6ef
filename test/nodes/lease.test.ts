import { array, assert, integer, property, record, double } from "fast-check";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { givenUp } from "../../src/nodes/given-up.ts";
import { hostLeases, leaseTimes, nodeLease } from "../../src/nodes/lease.ts";

describe("a lease between host and node", () => {
  test("is over on the node before the host gives its work away, whatever is lost or late and however the clocks drift", () => {
    const step = record({
      wait: integer({ min: 0, max: 2000 }),
      there: integer({ min: 0, max: 3000 }),
      back: integer({ min: -1, max: 3000 }),
    });
    const speed = double({ min: 0.951, max: 1.049, noNaN: true });
    assert(
      property(array(step, { maxLength: 30 }), speed, speed, (steps, nodeSpeed, hostSpeed) => {
        const times = leaseTimes(4000);
        const node = nodeLease(times);
        const host = hostLeases(times);
        const events: { at: number; do: (at: number) => void }[] = [];
        let asked = 0;
        for (const { wait, there, back } of steps) {
          asked += wait;
          const sent = asked;
          events.push({
            at: sent + there,
            do(at) {
              const isGranted = host.renew("boot", at * hostSpeed);
              if (back < 0) return;
              const then = at + back;
              events.push({ at: then, do: () => (isGranted ? node.granted(sent * nodeSpeed) : node.refused()) });
            },
          });
        }
        // Every look at the node, until long after the last word.
        let isGivenUp = false;
        for (let now = 0; now < asked + 15_000; now += 50) {
          for (;;) {
            const [next] = events.filter(({ at }) => at <= now).toSorted((one, other) => one.at - other.at);
            if (next === undefined) break;
            events.splice(events.indexOf(next), 1);
            next.do(next.at);
          }
          isGivenUp ||= host.expire(now * hostSpeed).includes("boot");
          expect(isGivenUp && node.holds(now * nodeSpeed)).toBe(false);
        }
      }),
    );
  });

  test("is none before it was granted, and goes on as long as it is renewed", () => {
    const lease = nodeLease({ nodeMs: 100 });
    expect(lease.holds(0)).toBe(false);
    lease.granted(0);
    expect(lease.holds(100)).toBe(true);
    lease.granted(90);
    expect(lease.holds(190)).toBe(true);
  });

  test("that was over once is not taken up again, not even by a grant that comes late", () => {
    const lease = nodeLease({ nodeMs: 100 });
    lease.granted(0);
    expect(lease.holds(101)).toBe(false);
    lease.granted(100);
    expect(lease.holds(102)).toBe(false);
  });

  test("that the host refuses is over at once", () => {
    const lease = nodeLease({ nodeMs: 100 });
    lease.granted(0);
    lease.refused();
    lease.granted(1);
    expect(lease.holds(2)).toBe(false);
  });

  test("is given up by the host once, and not granted to the same life again", () => {
    const leases = hostLeases({ hostMs: 100 });
    expect(leases.renew("a", 0)).toBe(true);
    expect(leases.renew("b", 50)).toBe(true);
    expect(leases.next).toBe(100);
    expect(leases.renew("a", 101)).toBe(false);
    expect(leases.expire(101)).toEqual(["a"]);
    expect(leases.expire(102)).toEqual([]);
    expect(leases.renew("a", 103)).toBe(false);
    expect(leases.renew("a2", 103)).toBe(true);
    leases.giveUp("b");
    expect(leases.renew("b", 104)).toBe(false);
    expect(leases.next).toBe(203);
  });

  test("that was given up stays so after many thousand others, which take no more room for that, and new ones are granted", () => {
    const leases = hostLeases({ hostMs: 100 });
    const boot = (n: number): string => `node-${n % 1000}-lq3k5x7${n}-${n.toString(16).padStart(8, "0")}`;
    const giveUp = (from: number, to: number): void => {
      for (let n = from; n < to; n += 1) {
        leases.renew(boot(n), 0);
        leases.giveUp(boot(n));
      }
    };
    giveUp(0, 1000);
    const before = heapBytes();
    giveUp(1000, 101_000);
    // 100,000 such ids take more than 7 MB as they are.
    expect(heapBytes() - before).toBeLessThan(2_000_000);
    for (let n = 0; n < 101_000; n += 100) expect(leases.renew(boot(n), 1)).toBe(false);
    for (let n = 200_000; n < 201_000; n += 1) expect(leases.renew(boot(n), 1)).toBe(true);
  });

  test("is not lost to those that were given up, however many these are: only a new one may be refused for them", () => {
    const leases = hostLeases({ hostMs: 100 }, givenUp(8));
    expect(leases.renew("held", 0)).toBe(true);
    for (let n = 0; n < 1000; n += 1) leases.giveUp(`b-${n}`);
    expect(leases.renew("new", 50)).toBe(false);
    expect(leases.renew("held", 50)).toBe(true);
    leases.giveUp("held");
    expect(leases.renew("held", 60)).toBe(false);
  });
});

/** What is in use, without what only waits to be swept. */
function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const sweep: unknown = runInNewContext("gc");
  if (typeof sweep === "function") sweep();
  return process.memoryUsage().heapUsed;
}
