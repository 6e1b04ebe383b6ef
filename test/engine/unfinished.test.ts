import { describe, expect, test } from "vitest";
import { carryOut, type Hands } from "../../src/engine/daemon/carry-out.ts";
import { earlierLoop, readRecorded } from "../../src/engine/daemon/unfinished.ts";
import type { Note } from "../../src/engine/journal.ts";
import type { DeckEvent, EventBody } from "../../src/protocol/event.ts";
import { eventOf } from "./events.ts";

const daemon = "dm-1";
const caliber = { model: "sonnet", effort: "high" } as const;
const text = (actions: object[]): string => `\`\`\`json\n${JSON.stringify({ actions, status: "waiting" })}\n\`\`\``;
const spawns = [
  { type: "spawn", task: "One." },
  { type: "spawn", task: "Two.", after: [1] },
];
const replied: EventBody<"daemon.replied"> = {
  daemon,
  turn: 3,
  structured: false,
  text: text(spawns),
  cost_usd: 0,
  tokens_out: 0,
  duration_ms: 0,
};
const action = (seq: number, position: number, task: string): DeckEvent =>
  eventOf(seq, "daemon.action", { daemon, position, action: { type: "spawn", task } });
const queued = (seq: number, construct: string, task: string): DeckEvent =>
  eventOf(seq, "construct.queued", {
    construct,
    task,
    origin: "daemon",
    parent: null,
    caliber,
    after: [],
    profile: "default",
    plugins: null,
  });
const ended = (seq: number): DeckEvent =>
  eventOf(seq, "daemon.turn_ended", { daemon, turn: 3, valid: true, cost_usd: 0, tokens_out: 0, duration_ms: 0 });

/** What a deck still spawns of the reply, after this log. */
function spawnedAfter(log: DeckEvent[]): { tasks: string[]; after: (string | number)[]; noted: number } {
  const { unfinished } = earlierLoop(log);
  const block = unfinished === undefined ? undefined : readRecorded(unfinished.reply);
  const found = { tasks: new Array<string>(), after: new Array<string | number>(), noted: 0 };
  if (unfinished === undefined || block?.ok !== true) return found;
  const note: Note = (type) => {
    if (type === "daemon.action") found.noted += 1;
    return true;
  };
  const nothing = (): undefined => undefined;
  const hands: Hands = {
    spawn({ task, after = [] }, ids) {
      found.tasks.push(task);
      found.after.push(...after.map((one) => (typeof one === "number" ? (ids.get(one) ?? one) : one)));
      return { id: `cx-new-${found.tasks.length}` };
    },
    message: nothing,
    cancel: nothing,
    read: nothing,
    inFlight: () => 0,
    bound: nothing,
    isOutOfBudget: () => false,
    isCapped: () => false,
    askForBudget: nothing,
  };
  carryOut(block.value, { daemon, turn: 1 }, hands, note, unfinished);
  return found;
}

describe("a reply of the daemon that was being carried out when the deck died", () => {
  const reply = eventOf(1, "daemon.replied", replied);

  test("is carried out as a whole where nothing of it was begun", () => {
    expect(spawnedAfter([reply]).tasks).toEqual(["One.", "Two."]);
  });

  test("is carried out from where it was broken off, and what follows knows the constructs that there are already", () => {
    const { tasks, after, noted } = spawnedAfter([reply, action(2, 1, "One."), queued(3, "cx-1", "One.")]);
    expect({ tasks, after, noted }).toEqual({ tasks: ["Two."], after: ["cx-1"], noted: 1 });
  });

  test("repeats an action that was begun and has had no effect, without telling it anew", () => {
    const { tasks, noted } = spawnedAfter([reply, action(2, 1, "One.")]);
    expect({ tasks, noted }).toEqual({ tasks: ["One.", "Two."], noted: 1 });
  });

  test("does not repeat what was refused", () => {
    const refused = { task: "One.", origin: "daemon", rule: "cap.spawns", reason: "" } as const;
    expect(spawnedAfter([reply, action(2, 1, "One."), eventOf(3, "spawn.refused", refused)]).tasks).toEqual(["Two."]);
  });

  test("leaves nothing to do where all of it is done but the end of the turn", () => {
    const log = [reply, action(2, 1, "One."), queued(3, "a", "One."), action(4, 2, "Two."), queued(5, "b", "Two.")];
    expect(spawnedAfter(log).tasks).toEqual([]);
    expect(earlierLoop(log).unfinished?.reply.turn).toBe(3);
  });

  test("is over with the end of its turn, and with the beginning of another", () => {
    expect(earlierLoop([reply, ended(2)]).unfinished).toBeUndefined();
    const next = eventOf(2, "daemon.turn_started", { daemon, turn: 4, message: "", inputs: [] });
    expect(earlierLoop([reply, next]).unfinished).toBeUndefined();
  });

  test("that cannot be read by this version is not guessed at", () => {
    expect(readRecorded({ ...replied, structured: true, text: "{" }).ok).toBe(false);
  });
});

describe("the last status of the daemon", () => {
  const status = (seq: number, word: EventBody<"daemon.status">["status"]): DeckEvent =>
    eventOf(seq, "daemon.status", { daemon, status: word });

  test("is kept over a death, so that a daemon that is done is not asked what to do next", () => {
    expect(earlierLoop([status(1, "done")]).status).toBe("done");
    expect(earlierLoop([status(1, "done"), status(2, "respawn")]).status).toBe("done");
  });

  test("does not count in a run that was closed and is opened again, nor for a new goal", () => {
    const closed = { status: "done", reason: "", folder: "", duration_ms: 0, cost_usd: 0, constructs: [] } as const;
    expect(earlierLoop([status(1, "done"), eventOf(2, "run.closed", { ...closed, constructs: [] })]).status).toBe(
      "working",
    );
    expect(earlierLoop([status(1, "done"), eventOf(2, "goal.set", { goal: "More." })]).status).toBe("working");
  });
});
