import { describe, expect, test } from "vitest";
import { z } from "zod";
import { settleEarlierLife } from "../../src/engine/resume/earlier-life.ts";
import { tracesOf } from "../../src/engine/resume/traces.ts";
import type { DeckEvent, EventBody, EventType } from "../../src/protocol/event.ts";
import type { Outcome } from "../../src/protocol/outcome.ts";
import { defaultSettings } from "../../src/protocol/settings.ts";
import { foldRunEvents } from "../../src/protocol/snapshot.ts";
import { suspendedSchema } from "../../src/protocol/suspended.ts";
import type { Returned } from "../../src/protocol/workspace.ts";
import { aPacked } from "../kit/packed.ts";
import { eventOf } from "./events.ts";

const construct = "cx-0c0ffee1";
const caliber = { model: "sonnet", effort: "high" } as const;
const none = { count: 0, first: [] };

/** What becomes of a construct on a node whose deck has died after these events. */
async function settled(tell: (note: <T extends EventType>(type: T, body: EventBody<T>) => void) => void) {
  const log: DeckEvent[] = [];
  const add = <T extends EventType>(type: T, body: EventBody<T>): void =>
    void log.push(eventOf(log.length + 1, type, body));
  add("run.opened", {
    kind: "tasks",
    workspace: "/w",
    folder: "/w/r",
    settings: defaultSettings(1),
    deck: "0",
    command_line: [],
  });
  add("construct.queued", {
    construct,
    task: "t",
    origin: "netrunner",
    parent: null,
    caliber,
    after: [],
    profile: "default",
    plugins: null,
  });
  add("construct.started", { construct, pid: 1, command: "agent", place: "one" });
  add("workspace.packed", { construct, place: "one", ...aPacked });
  tell(add);
  const view = foldRunEvents(log);
  if (view === undefined) throw new Error("there is no run");
  const outcomes: Outcome[] = [];
  const goOn: string[] = [];
  await settleEarlierLife({
    view,
    traces: tracesOf(log, 60_000),
    note: () => true,
    transcript: () => ({ path: "/w/r/t", line: () => undefined, close: () => Promise.resolve() }),
    endsAll: undefined,
    onOutcome: (outcome) => outcomes.push(outcome),
    onSuspended: (specs) => goOn.push(...specs.map(({ id }) => id)),
  });
  return { outcomes, goOn };
}

const ready: EventBody<"construct.ready"> = { construct, turn: 1, session_id: "s-1", model: "m" };
const ending = (cause: string): EventBody<"construct.ending"> => ({
  construct,
  cause,
  turn: { text: "All made.", turns: 1, refused: false, errors: [] },
});
const branch: Returned = { how: "nothing", left: none };

describe("a construct in a copy whose deck has died", () => {
  test("after its last turn and before its work came back goes on where that is", async () => {
    const { outcomes, goOn } = await settled((note) => {
      note("construct.ready", ready);
      note("construct.ending", ending("result"));
    });
    expect([outcomes, goOn]).toEqual([[], [construct]]);
  });

  test("while it went on because its node was lost at its end, and just began anew, goes on with that", async () => {
    const stand = {
      cut: [],
      unread: [],
      started_at: 0,
      duration_ms: 1,
      turns: 1,
      written: [],
      denials: [],
      surfaced: [],
    };
    const { outcomes } = await settled((note) => {
      note("construct.ready", ready);
      note("construct.ending", ending("result"));
      note("construct.agent_died", { construct, exit: "lost", stderr: "", early: false, goes_on: true });
      note(
        "construct.suspended",
        suspendedSchema.extend({ construct: z.string() }).parse({ ...stand, construct, session_id: "s-1" }),
      );
      note("construct.restarted", { construct, session_id: "s-1", reason: "its node is gone" });
    });
    expect(outcomes).toEqual([]);
  });

  test("after its work came back is done, with what came back", async () => {
    const { outcomes, goOn } = await settled((note) => {
      note("construct.ready", ready);
      note("construct.ending", ending("result"));
      note("workspace.returned", { construct, place: "one", returned: branch });
    });
    expect(goOn).toEqual([]);
    expect(outcomes).toMatchObject([{ state: "done", result: "All made.", workspace: branch }]);
  });

  test("when it was killed stays so, and it is told that its work did not come back", async () => {
    const { outcomes, goOn } = await settled((note) => {
      note("construct.ready", ready);
      note("construct.tool_called", { construct, turn: 1, call: "c", tool: "Write", input: "/w/made" });
      note("construct.tool_returned", { construct, turn: 1, call: "c", failed: false, text: "ok" });
      note("construct.ending", ending("netrunner"));
    });
    expect(goOn).toEqual([]);
    expect(outcomes).toMatchObject([{ state: "killed", workspace: { how: "lost" }, files_missing: ["/w/made"] }]);
  });
});
