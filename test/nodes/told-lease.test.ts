import { describe, expect, test } from "vitest";
import type { Asking } from "../../src/nodes/hub/hub.ts";
import { leaseTimes } from "../../src/nodes/lease.ts";
import { beginLife } from "../../src/nodes/node/life.ts";
import { renewals } from "../../src/nodes/node/renewals.ts";
import { lifeTimes } from "../../src/nodes/node/told-lease.ts";
import { renewedSchema } from "../../src/nodes/wire/questions.ts";
import { handClock } from "../kit/hand-clock.ts";

/** A life of a node that begins with a lease of a minute, and a host that answers as it is told. */
function living(lease: unknown) {
  const clock = handClock();
  const host = { lease, isSilent: false, asked: [] as number[] };
  const heard: string[] = [];
  const ask: Asking["ask"] = async (_to, { timeoutMs }, schema) => {
    host.asked.push(timeoutMs);
    if (host.isSilent) return new Promise(() => undefined);
    const answer = {
      isGranted: true,
      host: "h-1",
      policy: "p-1",
      ...(host.lease === undefined ? {} : { lease: host.lease }),
    };
    return schema.parse(answer);
  };
  const times = lifeTimes(leaseTimes(60_000, 0.05, 20_000));
  const life = beginLife({
    boot: "b-1",
    times: times.times,
    clock,
    renew: renewals({
      asking: { ask, answer: () => ({ [Symbol.dispose]: () => undefined }) },
      dataId: "d-1",
      lease: times,
      onGranted: () => heard.push("granted"),
      onNone: (why) => heard.push(why),
    }),
    endAll: () => Promise.resolve({ proven: true }),
  });
  /** Lets time go on in steps in which answers come. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) {
      clock.pass(Math.min(100, left));
      for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
    }
  };
  return { host, heard, life, times: times.times, pass };
}

describe("the lease of a node", () => {
  test("is as long as the host tells, and not as this node would have it", async () => {
    const told = { ms: 9000, endMs: 3000 };
    const { host, life, times, pass } = living(told);
    expect(await life.begun).toBe(true);
    expect(times).toMatchObject(leaseTimes(told.ms, 0.05, told.endMs));
    await pass(5000);
    expect(life.mayAct()).toBe(true);
    expect(host.asked.at(-1)).toBe(times.renewMs);
    host.isSilent = true;
    await pass(times.nodeMs + 200);
    expect(life.mayAct()).toBe(false);
    expect(await life.ended).toEqual({ why: "silence", proven: true });
  });

  test("is that of the node where the host does not tell", async () => {
    const { host, life, pass, times } = living(undefined);
    await life.begun;
    host.isSilent = true;
    await pass(9000);
    expect(life.mayAct()).toBe(true);
    await pass(times.nodeMs);
    expect(life.mayAct()).toBe(false);
  });

  test("ends when the host tells another one in the same life: one of the two would be the longer one", async () => {
    const { host, heard, life, pass, times } = living({ ms: 9000, endMs: 3000 });
    await life.begun;
    host.lease = { ms: 8000, endMs: 3000 };
    await pass(times.renewMs + 100);
    expect(await life.ended).toEqual({ why: "refused", proven: true });
    expect(heard.at(-1)).toContain("counts its leases otherwise");
  });

  test.each([
    { ms: 100, endMs: 10 },
    { ms: 4_000_000, endMs: 10 },
    { ms: 9000, endMs: 5000 },
    { ms: 9000, endMs: -1 },
    { ms: 9000.5, endMs: 1 },
    { ms: 9000 },
    { ms: 9000, endMs: 1, more: 1 },
    "9 s",
  ])("is not one that is too short, too long or no lease at all: %j", async (lease) => {
    const answer = { isGranted: true, host: "h-1", policy: "p-1", lease };
    expect(renewedSchema.safeParse(answer).success).toBe(false);
    const { heard, life, pass } = living(lease);
    await pass(3000);
    expect(life.mayAct()).toBe(false);
    expect(heard).not.toContain("granted");
  });
});
