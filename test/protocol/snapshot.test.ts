import { describe, expect, test } from "vitest";
import { type DeckEvent, type EventDraft, eventVersion } from "../../src/protocol/event.ts";
import { foldRunEvents } from "../../src/protocol/snapshot.ts";
import { costOf, type RunView, summaryOf } from "../../src/protocol/view.ts";
import { chat, ended, goal, judged, opened, outcome, queued, runA, said } from "../store/fixtures.ts";

const start = 1_767_323_045_000;

/** The drafts as events, a second apart. */
const recorded = (drafts: EventDraft[]): DeckEvent[] =>
  drafts.map((draft, n) => ({ ...draft, seq: n + 1, at: start + n * 1000, version: eventVersion }));

function viewOf(...drafts: EventDraft[]): RunView {
  const view = foldRunEvents(recorded([opened(), ...drafts]));
  if (view === undefined) throw new Error("no view");
  return view;
}

const draft = (type: EventDraft["type"], body: object): EventDraft =>
  ({ type, run: runA, source: "engine", body }) as EventDraft;

const closed = (status: string): EventDraft =>
  draft("run.closed", { status, reason: "r", folder: "f", duration_ms: 1, cost_usd: 1, constructs: [] });

describe("the view of a run", () => {
  test("is nothing without the opening", () => {
    expect(foldRunEvents([])).toBeUndefined();
    expect(foldRunEvents(recorded([goal("g"), opened()]))).toBeUndefined();
  });

  test("counts the time that it was open, not the time between a close and a resume", () => {
    const view = viewOf(
      closed("waiting"),
      goal("later"),
      draft("run.resumed", { deck: "1", command_line: [] }),
      chat("x"),
    );
    expect(view.durationMs).toBe(2000);
    expect(view.closedAt).toBeNull();
    expect(view.status).toBe("running");
  });

  test("a clock that is set back takes no time away", () => {
    const events = recorded([opened(), goal("g"), chat("x")]);
    const [first, second, third] = events;
    if (first === undefined || second === undefined || third === undefined) throw new Error("three events");
    expect(
      foldRunEvents([first, { ...second, at: start - 60_000 }, { ...third, at: start - 59_000 }])?.durationMs,
    ).toBe(1000);
  });

  test("a question waits until the netrunner says something", () => {
    const waiting = draft("run.waiting", { question: "which?" });
    expect(viewOf(waiting)).toMatchObject({ status: "waiting", reason: "which?" });
    expect(viewOf(waiting, draft("netrunner.said", { text: "that" }))).toMatchObject({ status: "running", reason: "" });
  });

  test("what is said after the close does not open the run again", () => {
    expect(viewOf(closed("done"), draft("netrunner.said", { text: "thanks" })).status).toBe("done");
  });

  test("a pause keeps its reason", () => {
    expect(viewOf(draft("run.paused", { rule: "budget", reason: "spent" }))).toMatchObject({
      status: "paused",
      reason: "spent",
    });
  });

  test("refused spawns are kept with their reasons", () => {
    const refusal = { task: "again", origin: "daemon", rule: "cap", reason: "too many" };
    expect(viewOf(draft("spawn.refused", refusal)).refused).toEqual([refusal]);
  });
});

describe("a construct in the view", () => {
  const id = "cx-00000001";
  const one = (...drafts: EventDraft[]) => viewOf(queued(id, "task"), ...drafts).constructs[id];

  test("goes through its life", () => {
    const started = draft("construct.started", { construct: id, pid: 1, command: "c" });
    const ready = draft("construct.ready", { construct: id, session_id: "s", model: "m" });
    const ending = draft("construct.ending", { construct: id, cause: "stall" });
    expect(one()?.state).toBe("queued");
    expect(one(started)?.state).toBe("starting");
    expect(one(started, ready)).toMatchObject({ state: "running", sessionId: "s" });
    expect(one(started, ready, ending)).toMatchObject({ state: "ending", activity: "ending: stall" });
    expect(one(started, ready, ending, ended(id, { state: "killed", cause: "stall" }))).toMatchObject({
      state: "killed",
      activity: "stall",
      costUsd: 0.0123,
    });
  });

  test("counts denials, not allowed calls", () => {
    expect(one(judged(id, "allow", "ls"), judged(id, "deny", "rm"))?.denials).toBe(1);
  });

  test("shows what it does in one inert line", () => {
    expect(one(said("a\n\x1b[31mb"))?.activity).toBe("a b");
  });

  test("says for whom it waits", () => {
    const waiting: EventDraft = { ...queued(id, "t") };
    if (waiting.type === "construct.queued") waiting.body = { ...waiting.body, after: ["cx-00000009"] };
    expect(viewOf(waiting).constructs[id]?.activity).toBe("waiting for cx-00000009");
  });

  test("an event about one that was never queued changes nothing", () => {
    expect(viewOf(said("x", "cx-99999999")).constructs).toEqual({});
  });

  test.each(["constructor", "__proto__", "toString"])(
    "an id that every object has (%s) is not taken for one",
    (name) => {
      const before = Object.getOwnPropertyNames(Object.prototype);
      const view = viewOf(said("x", name), draft("construct.ending", { construct: name, cause: "c" }), ended(name));
      expect(Object.keys(view.constructs)).toEqual([]);
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
      expect(Object.hasOwn(Object, "activity")).toBe(false);
    },
  );
});

describe("sums over a run", () => {
  const turn = draft("daemon.turn_ended", { daemon: "dm-1", turn: 1, cost_usd: 0.5, tokens_out: 1, duration_ms: 1 });

  test("the cost is the daemon's and that of all constructs, ended well or not", () => {
    const view = viewOf(turn, turn, queued("cx-1", "a"), ended("cx-1", { cost_usd: 1, state: "failed" }));
    expect(costOf(view)).toBe(2);
  });

  test("the summary of a run without a goal names its tasks, and counts what is done", () => {
    const events = recorded([opened(runA, { kind: "tasks" }), queued("cx-1", "a"), queued("cx-2", "b"), ended("cx-1")]);
    const view = foldRunEvents(events);
    expect(view && summaryOf(view)).toMatchObject({ goal: "a · b", constructs: 2, done: 1 });
  });

  test("a view is plain JSON", () => {
    const view = viewOf(goal("g"), queued("cx-1", "a"), ended("cx-1", outcome("cx-1")));
    expect(JSON.parse(JSON.stringify(view))).toEqual(view);
  });
});
