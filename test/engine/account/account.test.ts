import { describe, expect, test } from "vitest";
import type { AgentEvent } from "../../../src/drivers/agent.ts";
import type { Account } from "../../../src/engine/account/account.ts";
import { usualAccountTimes as times } from "../../../src/engine/account/times.ts";
import type { AccountHold, AccountTrouble } from "../../../src/protocol/account.ts";
import { outcomeOf } from "../events.ts";
import { hour, meetLimit, minute, open, start } from "./by-hand.ts";

const holdOf = (kind: AccountTrouble): AccountHold => ({
  kind,
  since: start - minute,
  resets_at: null,
  retry_at: kind === "correlated" ? null : start + minute,
  reason: "why",
  evidence: ["cx-1: why"],
  tries: 0,
});

/** Three that die of one cause. */
const dieOfOneCause = (account: Account): void => {
  for (const id of ["cx-1", "cx-2", "cx-3"])
    account.ended(outcomeOf(id, { state: "failed", cause: "crash", exit: "code 7", stderr: "no" }));
};

/** An agent's own first attempt to make a request again. */
const retrying: AgentEvent = { type: "retrying", attempt: 1, reason: "overloaded", status: 529, inMs: 1000 };

const never = new AbortController().signal;

/** How a wait stands; undefined while it lasts. */
async function settled(wait: Promise<boolean>): Promise<boolean | undefined> {
  return Promise.race([wait, Promise.resolve().then(() => Promise.resolve(undefined))]);
}

describe("the account of a deck", () => {
  test("tells the first run that deaths of an earlier deck hold nothing up any more, and only the first one", () => {
    const { account, join } = open(holdOf("correlated"));
    expect([account.hold, account.room()]).toEqual([undefined, Number.POSITIVE_INFINITY]);
    expect(join().told).toEqual(["released restarted"]);
    expect(join().told).toEqual([]);
  });

  test("gives the try to another when the run of the one who has it is left", () => {
    const { account, clock, join } = open(holdOf("usage_limit"));
    const first = join();
    expect(first.told).toEqual(["held"]);
    clock.pass(minute);
    expect(account.room()).toBe(1);
    account.began("cx-1");
    expect(account.room()).toBe(0);
    first.leave();
    expect(account.room()).toBe(1);
  });

  test("gives the try to another when the agent that has it leaves", () => {
    const { account, clock, join } = open(holdOf("usage_limit"));
    join();
    clock.pass(minute);
    account.began("cx-1");
    account.left("cx-1");
    expect(account.room()).toBe(1);
  });

  test("gives the try to another when the construct that has it ends", () => {
    const { account, clock, join } = open(holdOf("usage_limit"));
    join();
    clock.pass(minute);
    account.began("cx-1");
    account.ended(outcomeOf("cx-1"));
    expect(account.room()).toBe(1);
  });

  test("is held as overloaded when three agents try again within a short time, and not for two, or for one that does so twice", () => {
    const { account, join } = open();
    join();
    for (const who of ["cx-1", "cx-1", "cx-2"]) account.see(who, retrying);
    expect(account.hold).toBeUndefined();
    account.see("cx-3", retrying);
    expect(account.hold).toMatchObject({ kind: "overload", evidence: [expect.stringContaining("cx-1, cx-2, cx-3")] });
  });

  test("waits as long as the limit of the one who meets it, and not as long as that of one before, which has ended", () => {
    const { account, clock, join } = open();
    join();
    meetLimit(account, "cx-on-node-b", start + 120 * hour);
    expect(account.hold?.resets_at).toBe(start + 120 * hour);
    account.ended(outcomeOf("cx-on-node-b", { state: "killed", cause: "netrunner" }));
    account.release();
    clock.pass(10 * minute);
    meetLimit(account, "cx-here", start + hour);
    expect(account.hold?.resets_at).toBe(start + hour);
  });

  test("forgets with a release until when the limit was to hold, also of one that is still there", () => {
    const { account, join } = open();
    join();
    meetLimit(account, "cx-1", start + 120 * hour);
    account.release();
    meetLimit(account, "cx-1", start + hour);
    expect(account.hold?.resets_at).toBe(start + hour);
  });

  test("waits for the longest limit of those who meet one at a time, in whichever order they do", () => {
    for (const hours of [
      [120, 1],
      [1, 120],
    ]) {
      const { account, join } = open();
      join();
      hours.forEach((count, n) => meetLimit(account, `cx-${n}`, start + count * hour));
      expect(account.hold?.resets_at).toBe(start + 120 * hour);
    }
  });

  test("begins the wait for a login anew for whoever opens a run after it was given up", () => {
    const { account, clock, join } = open(holdOf("credential"));
    const first = join();
    clock.pass(times.credentialMs + minute);
    expect(account.expired).toBe("why");
    first.leave();
    join();
    expect(account.expired).toBeUndefined();
    clock.pass(times.credentialMs + minute);
    expect(account.expired).toBe("why");
  });

  test("lets whoever has a turn go on while deaths of others hold the starts up", async () => {
    const { account, join } = open();
    join();
    dieOfOneCause(account);
    expect([account.hold?.kind, account.room()]).toEqual(["correlated", 0]);
    expect(await account.pass("dm-1", never)).toBe(true);
  });

  test("lets those in who wait with a turn when what held them up becomes a mere death of others", async () => {
    const { account, join } = open(holdOf("usage_limit"));
    join();
    const [first, second] = [account.pass("dm-1", never, true), account.pass("cx-9", never, true)];
    account.release();
    // They follow one by one: the second one's time has not come yet.
    expect([await settled(first), await settled(second)]).toEqual([true, undefined]);
    dieOfOneCause(account);
    expect([account.hold?.kind, await second]).toEqual(["correlated", true]);
  });

  test("sends away at once who would wait for a login in vain, and has the lasting ones wait", async () => {
    const { account, clock, join } = open(holdOf("credential"));
    join();
    clock.pass(0);
    // The try is another's, who never comes back.
    account.began("cx-1");
    const [short, lasting] = [account.pass("dm-1", never), account.pass("cx-2", never, true)];
    clock.pass(times.credentialMs + minute);
    expect([await settled(short), await settled(lasting)]).toEqual([false, undefined]);
    expect(await account.pass("dm-1", never)).toBe(false);
    expect(account.parked).toBe(1);
  });

  test("does nothing by itself after it is closed", () => {
    const { account, clock, join } = open(holdOf("usage_limit"));
    join();
    account.close();
    clock.pass(10 * minute);
    expect(account.hold?.kind).toBe("usage_limit");
    expect(account.room()).toBe(0);
  });
});
