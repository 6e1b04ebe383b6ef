import { describe, expect, test } from "vitest";
import { unreadMessages } from "../../src/drivers/claude/unread.ts";

const step = (uuid: string, state: string): object => ({ type: "command_lifecycle", command_uuid: uuid, state });

describe("what the agent has not begun to read", () => {
  test("is what was sent and is queued at most; started, completed and cancelled messages are read", () => {
    const unread = unreadMessages();
    const [one, two, three] = [unread.next(), unread.next(), unread.next()];
    for (const uuid of [one, two, three]) unread.see(step(uuid, "queued"));
    expect(unread.count).toBe(3);
    unread.see(step(two, "started"));
    unread.see(step(three, "cancelled"));
    unread.see(step(one, "completed"));
    expect(unread.count).toBe(0);
  });

  test("counts a message that the agent has not even acknowledged", () => {
    const unread = unreadMessages();
    unread.see(step(unread.next(), "started"));
    unread.next();
    expect(unread.count).toBe(1);
  });

  test("is nothing with an agent that tells of no message, or of messages of its own alone", () => {
    const silent = unreadMessages();
    silent.next();
    for (const message of [null, "text", { type: "result" }, { type: "command_lifecycle" }]) silent.see(message);
    expect(silent.count).toBe(0);
    const other = unreadMessages();
    other.see(step("not-ours", "started"));
    expect(other.count).toBe(0);
  });
});
