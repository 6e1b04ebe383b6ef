import { describe, expect, test } from "vitest";
import type { AgentEvent } from "../../../src/drivers/agent.ts";
import type { Account } from "../../../src/engine/account/account.ts";
import { usualAccountTimes as times } from "../../../src/engine/account/times.ts";
import { hour, meetLimit, minute, noLogin, open, refused, start } from "./by-hand.ts";

const calls: AgentEvent = { type: "tool.called", id: "c1", tool: "Bash", input: {} };
const hearsBack: AgentEvent = { type: "tool.returned", id: "c1", failed: false, text: "" };

const never = new AbortController().signal;

/** Waits with a turn that was refused, and says so when it may repeat it. */
function park(account: Account, who: string, place: string | null, begun: string[]): void {
  void account.pass(who, never, true, place).then(() => begun.push(who));
}

/** Lets all who may begin by now say so. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Node-b has no login, cx-b waits there for it, and cx-a on node-a: its hold is over, as cx-a has worked. */
async function withNodeBApart() {
  const opened = open();
  const { account, clock } = opened;
  const run = opened.join();
  const begun: string[] = [];
  account.see("cx-b", noLogin, "node-b");
  park(account, "cx-b", "node-b", begun);
  park(account, "cx-a", "node-a", begun);
  clock.pass(minute);
  account.see("cx-a", calls, "node-a");
  clock.pass(times.spacingMs);
  await settled();
  return { ...opened, ...run, begun };
}

describe("the account of one place", () => {
  test("is named with the place, and the netrunner is told to log in there", () => {
    const { account, join } = open();
    const { items } = join();
    account.see("cx-1", noLogin, "node-b");
    expect(account.hold).toMatchObject({
      place: "node-b",
      reason: "The login is not accepted on node-b: Invalid API key (authentication_failed)",
      evidence: ["cx-1 on node-b: Invalid API key (authentication_failed)"],
    });
    expect(items.map(({ next }) => next)).toEqual([expect.stringMatching(/^Log in on node-b with the agent itself/)]);
  });

  test("is not named where it is of this machine", () => {
    const { account, join } = open();
    const { items } = join();
    account.see("cx-1", noLogin);
    expect(account.hold).toMatchObject({
      place: null,
      reason: "The login is not accepted: Invalid API key (authentication_failed)",
      evidence: ["cx-1: Invalid API key (authentication_failed)"],
    });
    expect(items.map(({ next }) => next)).toEqual([expect.stringMatching(/^Log in with the agent itself/)]);
  });

  test("is no longer the one place when an agent of another one meets the same", () => {
    const { account, join } = open();
    join();
    meetLimit(account, "cx-1", start + hour, "node-b");
    account.see("cx-2", refused, "node-b");
    expect(account.hold?.place).toBe("node-b");
    account.see("cx-3", refused);
    expect(account.hold?.place).toBeUndefined();
    expect(account.hold?.evidence).toEqual(["cx-1 on node-b: used up", "cx-2 on node-b: used up", "cx-3: used up"]);
  });
});

describe("a hold that is of one place", () => {
  test("has one of another place try first, though one of its own has waited for longer", async () => {
    const { account, clock, join } = open();
    join();
    const begun: string[] = [];
    account.see("cx-b", noLogin, "node-b");
    park(account, "cx-b", "node-b", begun);
    park(account, "dm-1", null, begun);
    clock.pass(minute);
    await settled();
    expect(begun).toEqual(["dm-1"]);
  });

  test("has one that is queued try before those that wait on its place, and one of these where none is queued", async () => {
    for (const queue of [["cx-queued"], []]) {
      const { account, clock, join } = open();
      const begun: string[] = [];
      join(() => {
        const next = account.room() > 0 ? queue.shift() : undefined;
        if (next === undefined) return;
        account.began(next);
        begun.push(next);
      });
      const first = queue[0] ?? "cx-b";
      account.see("cx-b", noLogin, "node-b");
      park(account, "cx-b", "node-b", begun);
      clock.pass(minute);
      await settled();
      expect(begun).toEqual([first]);
    }
  });

  test("is over for all others when one of them works; who is there tries alone, and holds nobody else up when it is refused", async () => {
    const { account, clock, told, items, begun } = await withNodeBApart();
    expect(begun).toEqual(["cx-a", "cx-b"]);
    account.see("cx-b", noLogin, "node-b");
    park(account, "cx-b", "node-b", begun);
    expect(account.hold).toBeUndefined();
    expect([account.heldUp("node-a"), account.holdAt("node-a")]).toEqual([undefined, undefined]);
    expect(account.heldUp("node-b")).toBe(account.holdAt("node-b"));
    expect(account.holdAt("node-b")).toMatchObject({
      kind: "credential",
      tries: 1,
      retry_at: clock.now() + 2 * minute,
    });
    expect(items.map(({ kind, text }) => [kind, text])).toEqual([
      [
        "account.credential",
        expect.stringMatching(
          /^The login is not accepted on node-b: .* Only what is there waits for it, and nothing new goes there/,
        ),
      ],
    ]);
    clock.pass(times.easeMs);
    expect(account.room()).toBe(Number.POSITIVE_INFINITY);
    expect(await account.pass("dm-1", never)).toBe(true);
    expect(told).toEqual(["held", "released tried"]);
  });

  test("ends there when one works that has tried there, and the others there follow one by one", async () => {
    const { account, clock, items, begun } = await withNodeBApart();
    account.see("cx-b", noLogin, "node-b");
    for (const who of ["cx-b", "cx-b2", "cx-b3"]) park(account, who, "node-b", begun);
    clock.pass(times.easeMs + 2 * minute);
    await settled();
    expect(begun.slice(2)).toEqual(["cx-b"]);
    account.see("cx-b", calls, "node-b");
    expect(items).toEqual([]);
    expect(account.holdAt("node-b")).toBeUndefined();
    clock.pass(times.spacingMs);
    await settled();
    expect(begun.slice(2)).toEqual(["cx-b", "cx-b2"]);
    clock.pass(times.spacingMs);
    await settled();
    expect(begun.slice(2)).toEqual(["cx-b", "cx-b2", "cx-b3"]);
  });

  test("gives the try there to another when the one that has it is killed", async () => {
    const { account, clock, begun } = await withNodeBApart();
    park(account, "cx-b2", "node-b", begun);
    clock.pass(times.easeMs);
    await settled();
    expect(begun).toEqual(["cx-a", "cx-b"]);
    account.left("cx-b");
    await settled();
    expect(begun).toEqual(["cx-a", "cx-b", "cx-b2"]);
  });

  test("keeps new ones away from there while one tries, and has one come where nobody waits to try", async () => {
    const { account, clock } = await withNodeBApart();
    const reason = expect.stringMatching(/^The login is not accepted on node-b/);
    clock.pass(times.easeMs);
    expect([account.heldUp("node-b")?.reason, account.heldUp("node-a"), account.hold]).toEqual([
      reason,
      undefined,
      undefined,
    ]);
    account.left("cx-b");
    expect(account.heldUp("node-b")).toBeUndefined();
    account.see("cx-b2", noLogin, "node-b");
    expect([account.heldUp("node-b")?.reason, account.holdsApart.length]).toEqual([reason, 1]);
    clock.pass(2 * minute);
    expect(account.heldUp("node-b")).toBeUndefined();
    account.see("cx-b3", calls, "node-b");
    expect(account.holdsApart).toEqual([]);
  });

  test("is left to that place by a release: another one begins first, and only who is there waits when it is not over there", async () => {
    const { account, clock, join } = open();
    join();
    const begun: string[] = [];
    meetLimit(account, "cx-b", start + 5 * hour, "node-b");
    park(account, "cx-b", "node-b", begun);
    park(account, "cx-a", "node-a", begun);
    account.release();
    await settled();
    expect(begun).toEqual(["cx-a"]);
    clock.pass(times.spacingMs);
    await settled();
    expect(begun).toEqual(["cx-a", "cx-b"]);
    meetLimit(account, "cx-b", start + 5 * hour, "node-b");
    expect(account.hold).toBeUndefined();
    expect(account.holdAt("node-b")?.retry_at).toBe(start + 5 * hour);
    expect(account.holdsApart.map(({ place }) => place)).toEqual(["node-b"]);
    expect(account.release()).toBeUndefined();
    await settled();
  });

  test("is over for all others when an agent elsewhere, at work since before it, asks anew and is answered", async () => {
    const { account, join } = open();
    const { items } = join();
    const begun: string[] = [];
    meetLimit(account, "cx-b", start + 5 * hour, "node-b");
    park(account, "cx-b", "node-b", begun);
    // The answer to what it had asked before.
    account.see("cx-a", calls);
    expect(account.hold?.place).toBe("node-b");
    account.see("cx-a", hearsBack);
    account.see("cx-a", calls);
    await settled();
    expect(account.hold).toBeUndefined();
    expect([begun, account.holdAt("node-b")?.retry_at]).toEqual([[], start + 5 * hour]);
    expect(items.map(({ kind }) => kind)).toEqual(["account.usage_limit"]);
  });

  test("stays one for all where it is of this machine, or of several", () => {
    for (const others of [[], ["node-c"]]) {
      const { account, join } = open();
      join();
      for (const place of [...others, null]) meetLimit(account, `cx-${place ?? "here"}`, start + hour, place);
      account.see("cx-a", hearsBack, "node-a");
      account.see("cx-a", calls, "node-a");
      expect([account.hold?.kind, account.room()]).toEqual(["usage_limit", 0]);
    }
  });

  test("does not keep a limit of all others from being one", async () => {
    const { account, clock, begun } = await withNodeBApart();
    account.see("cx-b", noLogin, "node-b");
    meetLimit(account, "cx-a", clock.now() + hour, "node-a");
    expect(account.hold).toMatchObject({ kind: "usage_limit", place: "node-a" });
    park(account, "cx-b", "node-b", begun);
    park(account, "cx-a", "node-a", begun);
    clock.pass(hour);
    await settled();
    // The one on node-b tries for all of them first, is refused for what is its own, and the next one does.
    expect(begun.slice(2)).toEqual(["cx-b"]);
    account.see("cx-b", noLogin, "node-b");
    await settled();
    expect(begun.slice(2)).toEqual(["cx-b", "cx-a"]);
  });
});
