import { describe, expect, test } from "vitest";
import { cutLines, freshTrace, tracesOf, type Trace } from "../../src/engine/resume/traces.ts";
import type { DeckEvent, EventType } from "../../src/protocol/event.ts";
import { eventOf } from "./events.ts";

const construct = "cx-1";
const minute = 60_000;

/** A log of one construct that has started; each further event comes a second after the one before, unless `at` is given. */
function traceOf(...rest: (readonly [EventType, object, { at?: number; source?: string }?])[]): Trace {
  const log: DeckEvent[] = [eventOf(1, "construct.started", { construct, pid: 1, command: "agent", place: null })];
  for (const [type, body, { at, source } = {}] of rest) {
    const last = log.at(-1);
    const event = eventOf(log.length + 1, type, { construct, ...body });
    log.push({ ...event, at: at ?? (last?.at ?? 0) + 1000, ...(source === undefined ? {} : { source }) });
  }
  return tracesOf(log, minute).get(construct) ?? freshTrace();
}

const called = (call: string, tool = "Bash", input = "make"): [EventType, object] => [
  "construct.tool_called",
  { call, tool, input },
];
const returned = (call: string, failed = false): [EventType, object] => [
  "construct.tool_returned",
  { call, failed, text: "ok" },
];
const judged = (call: string, decision: "allow" | "deny", rule = "r"): [EventType, object] => [
  "gate.judged",
  { call, tool: "Bash", input: "make", decision, rule, rules: [rule], reason: "", latency_ms: 1 },
];

describe("what a log tells of a construct whose deck died", () => {
  test("names the calls without a result, and none that came back or was denied", () => {
    const trace = traceOf(
      called("a"),
      judged("a", "allow"),
      returned("a"),
      called("b"),
      called("c"),
      judged("c", "deny"),
    );
    expect([...trace.cut.keys()]).toEqual(["b"]);
    expect(trace.denials).toEqual([{ tool: "Bash", input: "make", rule: "r" }]);
  });

  test("names a call that was allowed although the agent's own word of it is lost", () => {
    expect([...traceOf(judged("a", "allow")).cut.keys()]).toEqual(["a"]);
  });

  test("says of a call that was held when the deck died that it has not run, and not of one that was allowed", () => {
    const opened: [EventType, object] = ["hold.opened", { hold: "h-1", call: "a", tool: "Bash", input: "rm x" }];
    expect(cutLines(traceOf(called("a"), opened))[0]).toContain("it has not run");
    expect(cutLines(traceOf(called("a"), opened, ["hold.closed", { hold: "h-1", end: "allow" }]))[0]).not.toContain(
      "it has not run",
    );
  });

  test("names what it had begun to read, over all its lives, and not what it had not", () => {
    const told = (text: string): [EventType, object] => ["construct.told", { text, origin: "netrunner" }];
    const letter = (text: string) => ({ text, origin: "netrunner" });
    const trace = traceOf(
      told("a"),
      told("b"),
      ["construct.read", { letters: 1 }],
      ["construct.suspended", { ...suspended, heard: [letter("a")], unread: [letter("b")] }],
      ["construct.started", { pid: 2, command: "agent" }],
      told("c"),
      ["construct.read", { letters: 1 }],
    );
    expect(trace.heard).toEqual([letter("a"), letter("b")]);
  });

  test("takes as written only what a successful call has written", () => {
    const trace = traceOf(
      called("a", "Write", "/w/a.txt"),
      returned("a"),
      called("b", "Write", "/w/b.txt"),
      returned("b", true),
      called("c", "NotebookEdit", JSON.stringify({ notebook_path: "/w/c.ipynb" })),
      returned("c"),
      called("d", "Edit", "/w/d.txt"),
    );
    expect([...trace.written]).toEqual(["/w/a.txt", "/w/c.ipynb"]);
  });

  test("does not take what it was denied for being stopped as a denial", () => {
    expect(traceOf(judged("a", "deny", "construct.ending")).denials).toEqual([]);
  });

  test("knows that its end had begun, by the first cause, and that a suspension is none", () => {
    expect(traceOf(["construct.ending", { cause: "suspended" }]).ending).toBeNull();
    expect(
      traceOf(["construct.ending", { cause: "netrunner" }], ["construct.ending", { cause: "stall" }]).ending?.cause,
    ).toBe("netrunner");
  });

  test("knows what came back of its copy of the workspace, or that nothing has yet", () => {
    const packed: [EventType, object] = ["workspace.packed", { place: "one" }];
    const back = { how: "nothing", left: { count: 0, first: [] } };
    const came: [EventType, object] = ["workspace.returned", { place: "one", returned: back }];
    const started: [EventType, object] = ["construct.started", { pid: 1, command: "agent", place: null }];
    expect(traceOf().copy).toBeNull();
    expect(traceOf(packed).copy).toBe("away");
    expect(traceOf(packed, came).copy).toEqual(back);
    // It works here now.
    expect(traceOf(packed, started).copy).toBeNull();
    expect(traceOf(packed, came, started, packed).copy).toBe("away");
  });

  test("forgets neither a suspicion nor a halt until the netrunner lets it go on", () => {
    const suspected: [EventType, object] = ["gate.bypassed", { call: "a", tool: "Bash" }];
    const halted: [EventType, object, { source: string }] = [
      "construct.paused",
      { how: "paused", why: "" },
      { source: "netrunner" },
    ];
    expect(traceOf(suspected, ["construct.continued", {}]).isSuspected).toBe(true);
    expect(traceOf(suspected, ["construct.continued", {}, { source: "netrunner" }]).isSuspected).toBe(false);
    expect(traceOf(halted).halted?.how).toBe("paused");
    expect(traceOf(halted, ["construct.continued", {}, { source: "netrunner" }]).halted).toBeNull();
    // At a bound it waits by itself, and meets that bound again.
    expect(traceOf(["construct.paused", { how: "paused", why: "" }]).halted).toBeNull();
  });
});

describe("how long a construct has worked until its deck died", () => {
  test("is counted between its events, without its waits", () => {
    const { workedMs, livedMs } = traceOf(
      called("a"),
      ["hold.opened", { hold: "h", call: "a", tool: "Bash", input: "" }],
      ["hold.closed", { hold: "h", end: "allow" }, { at: 21_000 }],
      returned("a"),
    );
    expect(workedMs).toBe(3000);
    expect(livedMs).toBe(21_000 - 1001 + 1000);
  });

  test("is never less for a wall clock that was set back, nor by more than a silence may last for one that jumped or a machine that slept", () => {
    expect(traceOf(called("a"), [...returned("a"), { at: 5 }]).workedMs).toBe(1000);
    expect(traceOf(called("a"), [...returned("a"), { at: 3_600_000 }]).workedMs).toBe(1000 + minute);
  });

  test("goes on from what it had when it was suspended", () => {
    const log: DeckEvent[] = [
      eventOf(1, "construct.started", { construct, pid: 1, command: "agent", place: null }),
      eventOf(2, "construct.suspended", { ...suspended, construct, duration_ms: 9000, worked_ms: 4000 }),
      eventOf(3, "construct.started", { construct, pid: 2, command: "agent", place: null }),
      { ...eventOf(4, "construct.said", { construct, text: "hm" }), at: 2003 },
    ];
    expect(tracesOf(log, minute).get(construct)).toMatchObject({ livedMs: 10_000, workedMs: 5000 });
  });
});

const suspended = {
  session_id: null,
  cut: [],
  unread: [],
  heard: [],
  died: false,
  agent_died: false,
  deaths: { all: 0, early: 0 },
  started_at: null,
  duration_ms: 0,
  worked_ms: 0,
  halted: null,
  turns: 0,
  written: [],
  denials: [],
  surfaced: [],
  tripwires: [],
};
