import { array, assert, integer, property, record, double } from "fast-check";
import { describe, expect, test } from "vitest";
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
});
