import type { AttentionItem } from "./attention.ts";
import type { Caliber } from "./caliber.ts";
import type { DeckEvent, EventBody, RunStatus } from "./event.ts";
import type { Origin, Outcome } from "./outcome.ts";
import type { Hold } from "./hold.ts";
import type { RunSettings } from "./settings.ts";
import type { AuthoredRecord } from "./tripwire.ts";
import { oneLine } from "../base/text.ts";

/**
 * A run as its events tell it. A pure fold: the same events make the same view, in the engine, a face or a replay.
 * Plain JSON, so that it can cross a socket.
 */
export interface RunView {
  run: string;
  kind: "goal" | "tasks";
  goal: string;
  status: RunStatus;
  reason: string;
  workspace: string;
  folder: string;
  settings: RunSettings;
  /** The operating system's wall around the constructs; null until it is known. */
  sandbox: EventBody<"sandbox.chosen"> | null;
  openedAt: number;
  /** When the last event came, milliseconds since the epoch. */
  lastAt: number;
  closedAt: number | null;
  /** Time the run was open, without the time between a close and a resume. */
  durationMs: number;
  daemon: DaemonView;
  /** In the order of their queueing. */
  constructs: Record<string, ConstructView>;
  refused: { task: string; rule: string; reason: string }[];
  /** Tasks that the netrunner lets through in spite of the blacklist. */
  exempt: string[];
  /** The calls that wait for the netrunner, oldest first. */
  holds: Record<string, Hold>;
  /** What else waits for the netrunner, oldest first. */
  attention: Record<string, AttentionItem>;
  tripwires: TripwiresView;
  lastSeq: number;
}

export interface DaemonView {
  id: string | null;
  sessionId: string | null;
  state: "idle" | "running" | "done" | "failed" | "stopped";
  turns: number;
  costUsd: number;
  /** What it told the netrunner last. */
  lastChat: string;
  /** What it told the netrunner and what it thought, the latest last, as far as a successor needs to know. */
  said: { chat: string[]; plan: string[] };
}

export interface TripwiresView {
  /** The session that writes rules for the goal, or did. */
  author: string | null;
  /** The author has done what it could for the goal as it is now. */
  isAuthored: boolean;
  /** The rules of this goal's own. */
  rules: AuthoredRecord[];
  /** Names of those among them that the netrunner has muted. */
  muted: string[];
  costUsd: number;
}

export interface ConstructView {
  id: string;
  task: string;
  origin: Origin;
  parent: string | null;
  caliber: Caliber;
  after: string[];
  state: "queued" | "starting" | "running" | "held" | "paused" | "ending" | Outcome["state"];
  /** What it is doing, one short line. */
  activity: string;
  queuedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  sessionId: string | null;
  costUsd: number;
  denials: number;
  outcome: Outcome | null;
}

/** The view after `run.opened`, which must be the first event of a run. */
export function openView(event: DeckEvent & { type: "run.opened" }): RunView {
  return {
    run: event.run,
    kind: event.body.kind,
    goal: "",
    status: "running",
    reason: "",
    workspace: event.body.workspace,
    folder: event.body.folder,
    settings: event.body.settings,
    sandbox: null,
    openedAt: event.at,
    lastAt: event.at,
    closedAt: null,
    durationMs: 0,
    daemon: {
      id: null,
      sessionId: null,
      state: "idle",
      turns: 0,
      costUsd: 0,
      lastChat: "",
      said: { chat: [], plan: [] },
    },
    constructs: {},
    refused: [],
    exempt: [],
    holds: {},
    attention: {},
    tripwires: { author: null, isAuthored: false, rules: [], muted: [], costUsd: 0 },
    lastSeq: event.seq,
  };
}

/** Folds one event into the view, in place. */
export function foldEvent(view: RunView, event: DeckEvent): void {
  if (view.closedAt === null) view.durationMs += Math.max(0, event.at - view.lastAt);
  view.lastAt = event.at;
  view.lastSeq = event.seq;
  foldRun(view, event);
  foldDaemon(view.daemon, event);
  foldTripwires(view.tripwires, event);
  foldConstruct(view, event);
}

/** All events of one run, oldest first; undefined when the first is not the opening. */
export function foldRunEvents(events: Iterable<DeckEvent>): RunView | undefined {
  let view: RunView | undefined;
  for (const event of events) {
    if (view !== undefined) foldEvent(view, event);
    else if (event.type === "run.opened") view = openView(event);
    else return undefined;
  }
  return view;
}

/** What the agents of a run have cost so far, US dollars. */
export function costOf(view: RunView): number {
  let sum = view.daemon.costUsd + view.tripwires.costUsd;
  for (const construct of Object.values(view.constructs)) sum += construct.costUsd;
  return sum;
}

export const isEnded = (construct: ConstructView): boolean => construct.outcome !== null;

/** So many of its latest words does a view keep of the daemon. */
const remembered = 20;

function foldRun(view: RunView, event: DeckEvent): void {
  switch (event.type) {
    case "goal.set":
      view.goal = event.body.goal;
      break;
    case "run.resumed":
      Object.assign(view, { status: "running", reason: "", closedAt: null });
      // In place: whoever goes by the settings keeps them.
      Object.assign(view.settings, event.body.settings);
      break;
    case "settings.changed":
      Object.assign(view.settings, event.body.settings);
      break;
    case "sandbox.chosen":
      view.sandbox = event.body;
      break;
    case "run.waiting":
      Object.assign(view, { status: "waiting", reason: event.body.question });
      break;
    case "run.paused":
      Object.assign(view, { status: "paused", reason: event.body.reason });
      break;
    case "netrunner.said":
    case "daemon.turn_started":
      if (view.closedAt === null) Object.assign(view, { status: "running", reason: "" });
      break;
    case "run.closed":
      Object.assign(view, { status: event.body.status, reason: event.body.reason, closedAt: event.at });
      break;
    case "hold.opened":
      view.holds[event.body.hold] = event.body;
      break;
    case "hold.closed":
      delete view.holds[event.body.hold];
      break;
    case "attention.raised":
      view.attention[event.body.item] = event.body;
      break;
    case "attention.closed":
      delete view.attention[event.body.item];
      break;
    case "spawn.refused":
      view.refused.push(event.body);
      break;
    case "blacklist.allowed":
      view.exempt.push(event.body.task);
      break;
    default:
  }
}

function foldDaemon(daemon: DaemonView, event: DeckEvent): void {
  switch (event.type) {
    case "daemon.started":
      daemon.id = event.body.daemon;
      break;
    case "daemon.session":
      daemon.sessionId = event.body.session_id;
      break;
    case "daemon.turn_started":
      daemon.state = "running";
      daemon.turns = Math.max(daemon.turns, event.body.turn);
      break;
    case "daemon.turn_ended":
      daemon.state = "idle";
      daemon.costUsd += event.body.cost_usd;
      break;
    case "daemon.chat":
      daemon.lastChat = event.body.text;
      daemon.said.chat = [...daemon.said.chat, event.body.text].slice(-remembered);
      break;
    case "daemon.thinking":
      daemon.said.plan = [...daemon.said.plan, event.body.text].slice(-remembered);
      break;
    case "daemon.status":
      if (event.body.status === "done" || event.body.status === "failed") daemon.state = event.body.status;
      break;
    case "daemon.ended":
      if (daemon.state === "idle" || daemon.state === "running") daemon.state = "stopped";
      break;
    default:
  }
}

function foldTripwires(tripwires: TripwiresView, event: DeckEvent): void {
  switch (event.type) {
    case "goal.set":
      Object.assign(tripwires, { isAuthored: false, rules: [], muted: [] });
      break;
    case "author.started":
      tripwires.author = event.body.author;
      break;
    case "tripwires.authored":
      Object.assign(tripwires, { isAuthored: true, rules: event.body.rules });
      tripwires.costUsd += event.body.cost_usd;
      break;
    case "author.failed":
      tripwires.isAuthored = true;
      tripwires.costUsd += event.body.cost_usd;
      break;
    case "tripwire.muted": {
      const { name, muted } = event.body;
      const others = tripwires.muted.filter((other) => other !== name);
      tripwires.muted = muted && tripwires.rules.some((rule) => rule.name === name) ? [...others, name] : others;
      break;
    }
    default:
  }
}

function foldConstruct(view: RunView, event: DeckEvent): void {
  if (event.type === "construct.queued") {
    const { construct: id, task, origin, parent, caliber, after } = event.body;
    view.constructs[id] = {
      id,
      task,
      origin,
      parent,
      caliber,
      after,
      state: "queued",
      activity: after.length === 0 ? "waiting for a slot" : `waiting for ${after.join(", ")}`,
      queuedAt: event.at,
      startedAt: null,
      endedAt: null,
      sessionId: null,
      costUsd: 0,
      denials: 0,
      outcome: null,
    };
    return;
  }
  if (!("construct" in event.body) || event.body.construct === undefined) return;
  // The id may be a word of the model's: "constructor" must not find what every object has.
  if (!Object.hasOwn(view.constructs, event.body.construct)) return;
  const construct = view.constructs[event.body.construct];
  if (construct !== undefined) foldOne(construct, event, view);
}

function foldOne(construct: ConstructView, event: DeckEvent, view: RunView): void {
  switch (event.type) {
    case "construct.started":
      // It may have been paused before its process was up.
      if (construct.state !== "paused") Object.assign(construct, { state: "starting", activity: "starting" });
      construct.startedAt = event.at;
      break;
    case "construct.ready":
      if (construct.state !== "paused") Object.assign(construct, { state: "running", activity: "reading its task" });
      construct.sessionId = event.body.session_id;
      break;
    case "construct.said":
      construct.activity = oneLine(event.body.text, 240);
      break;
    case "construct.thought":
      construct.activity = "thinking";
      break;
    case "construct.tool_called":
      construct.activity = `${event.body.tool} ${oneLine(event.body.input, 240)}`;
      break;
    case "construct.retrying":
      construct.activity = `waiting for the provider: ${oneLine(event.body.reason, 60)}`;
      break;
    case "gate.judged":
      if (event.body.decision === "deny") construct.denials += 1;
      break;
    case "hold.opened":
      if (construct.state === "paused") break;
      Object.assign(construct, {
        state: "held",
        activity: `HELD: ${event.body.tool} ${oneLine(event.body.input, 240)}`,
      });
      break;
    case "hold.closed":
      // Calls can wait beside each other.
      if (construct.state === "held" && !isHeld(construct, view))
        Object.assign(construct, { state: "running", activity: "goes on after a hold" });
      break;
    case "construct.paused":
      Object.assign(construct, { state: "paused", activity: `${event.body.how}: ${oneLine(event.body.why, 240)}` });
      break;
    case "construct.continued":
      if (construct.state === "paused")
        Object.assign(construct, { state: isHeld(construct, view) ? "held" : "running", activity: "goes on" });
      break;
    case "construct.ending":
      Object.assign(construct, { state: "ending", activity: `ending: ${event.body.cause}` });
      break;
    case "construct.ended": {
      const { outcome } = event.body;
      Object.assign(construct, { state: outcome.state, endedAt: event.at, costUsd: outcome.cost_usd, outcome });
      construct.activity = oneLine(outcome.state === "done" ? outcome.result : outcome.cause, 100);
      break;
    }
    default:
  }
}

const isHeld = ({ id }: ConstructView, view: RunView): boolean =>
  Object.values(view.holds).some((hold) => hold.construct === id);

/** A run in one line of a list. */
export interface RunSummary {
  run: string;
  kind: RunView["kind"];
  goal: string;
  status: RunStatus;
  openedAt: number;
  durationMs: number;
  costUsd: number;
  constructs: number;
  done: number;
}

export function summaryOf(view: RunView): RunSummary {
  const constructs = Object.values(view.constructs);
  return {
    run: view.run,
    kind: view.kind,
    goal: view.kind === "goal" ? view.goal : constructs.map((construct) => construct.task).join(" · "),
    status: view.status,
    openedAt: view.openedAt,
    durationMs: view.durationMs,
    costUsd: costOf(view),
    constructs: constructs.length,
    done: constructs.filter((construct) => construct.state === "done").length,
  };
}
