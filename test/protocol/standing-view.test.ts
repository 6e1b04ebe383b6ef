import { describe, expect, test } from "vitest";
import type { EventBody, EventType } from "../../src/protocol/event.ts";
import { foldEvent, foldRunEvents } from "../../src/protocol/snapshot.ts";
import type { RunView } from "../../src/protocol/view.ts";
import { defaultSettings } from "../../src/protocol/settings.ts";
import { eventOf } from "../engine/events.ts";

const construct = "cx-00000001";
const hold = {
  construct,
  hold: "hd-1",
  call: "t",
  tool: "Bash",
  input: "ls",
  targets: [],
  diff: null,
  task: "task",
  rule: "r",
  reason: "why",
  pattern: "p",
  deadline: null,
};
const paused = { construct, how: "paused", why: "the netrunner wants it" } as const;

/** A run with one construct at work, and a way to tell its view more. */
function atWork() {
  let seq = 1;
  const opened = { kind: "tasks", workspace: "/w", folder: "/w/r", settings: defaultSettings(2), deck: "0" } as const;
  const view = foldRunEvents([eventOf(seq, "run.opened", { ...opened, command_line: [] })]);
  if (view === undefined) throw new Error("no view");
  const tell = <T extends EventType>(
    type: T,
    body: EventBody<T>,
  ): RunView["constructs"][string]["state"] | undefined => {
    foldEvent(view, eventOf((seq += 1), type, body));
    return view.constructs[construct]?.state;
  };
  const caliber = { model: "sonnet", effort: "high" } as const;
  tell("construct.queued", {
    construct,
    task: "task",
    origin: "netrunner",
    parent: null,
    caliber,
    after: [],
    profile: "default",
    plugins: null,
  });
  tell("construct.started", { construct, pid: 1, command: "agent", place: null });
  return { view, tell };
}

describe("the view of a construct that is halted", () => {
  test("stays paused when that was recorded before its process was up", () => {
    const { view, tell } = atWork();
    tell("construct.paused", paused);
    expect(tell("construct.started", { construct, pid: 1, command: "agent", place: null })).toBe("paused");
    expect(view.constructs[construct]?.startedAt).not.toBeNull();
  });

  test("stays paused while it becomes ready and while its calls are held and answered", () => {
    const { tell } = atWork();
    expect(tell("construct.paused", paused)).toBe("paused");
    expect(tell("construct.ready", { construct, session_id: "s", model: "m" })).toBe("paused");
    expect(tell("hold.opened", hold)).toBe("paused");
    expect(tell("hold.closed", { construct, hold: "hd-1", call: null, end: "allow", note: null })).toBe("paused");
    expect(tell("construct.continued", { construct })).toBe("running");
  });

  test("is held again when it goes on with a call that still waits", () => {
    const { tell } = atWork();
    tell("construct.ready", { construct, session_id: "s", model: "m" });
    expect([tell("hold.opened", hold), tell("construct.paused", paused)]).toEqual(["held", "paused"]);
    expect(tell("construct.continued", { construct })).toBe("held");
    expect(tell("hold.closed", { construct, hold: "hd-1", call: null, end: "deny", note: null })).toBe("running");
  });

  test("is ending when its end begins, and a late word of going on changes nothing", () => {
    const { tell } = atWork();
    tell("construct.paused", paused);
    expect(tell("construct.ending", { construct, cause: "netrunner" })).toBe("ending");
    expect(tell("construct.continued", { construct })).toBe("ending");
  });

  test("has what waits for the netrunner until it is over, also what concerns no construct", () => {
    const { view, tell } = atWork();
    tell("attention.raised", { item: "at-1", kind: "gate.canary", text: "It fails.", next: "Another one." });
    tell("attention.raised", { item: "at-2", construct, kind: "gate.bypassed", text: "It ran.", next: "Kill it." });
    expect(Object.keys(view.attention)).toEqual(["at-1", "at-2"]);
    tell("attention.closed", { item: "at-1", how: "tried again" });
    expect(Object.values(view.attention)).toMatchObject([{ construct }]);
  });
});
