import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { followLog } from "../../src/host/following.ts";
import { openStore } from "../../src/store/event-log.ts";
import { openRecorder } from "../../src/store/recorder.ts";
import { chat, goal, opened } from "../store/fixtures.ts";
import { handClock } from "../kit/hand-clock.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";

/** A record with three events. */
function record() {
  const clock = handClock();
  const store = openStore(join(temporaryFolder(), "home"), clock);
  onTestFinished(() => store.close());
  const recorder = openRecorder(store, { onFault: () => undefined, clock });
  onTestFinished(() => recorder.close());
  for (const draft of [opened(), goal("a goal"), chat("Off we go.")]) recorder.record(draft, { now: true });
  const ending = new AbortController();
  const follow = (after: number) =>
    followLog({ store, recorder, signal: ending.signal }, after)[Symbol.asyncIterator]();
  return { follow, say: () => recorder.record(chat("More."), { now: true }), end: () => ending.abort() };
}

describe("who follows the record", () => {
  test("gets what is on it after a number, then what comes, then its end", async () => {
    const { follow, say, end } = record();
    const events = follow(2);
    expect(await events.next()).toMatchObject({ value: { seq: 3 } });
    say();
    expect(await events.next()).toMatchObject({ value: { seq: 4 } });
    end();
    expect(await events.next()).toMatchObject({ done: true });
  });

  test("gets what comes when the number is that of the last event", async () => {
    const { follow, say } = record();
    const next = follow(3).next();
    say();
    expect(await next).toMatchObject({ value: { seq: 4 } });
  });

  test("after a number that the record does not have yet is refused, instead of missing what comes", async () => {
    const { follow } = record();
    await expect(follow(4).next()).rejects.toMatchObject({
      kind: "usage",
      code: "events.ahead",
      message: "the record of this home ends with event 3, before 4",
      facts: { end: 3 },
    });
  });
});
