import { describe, expect, test } from "vitest";
import { hour, meetLimit, noLogin, open, refused, start } from "./by-hand.ts";

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
