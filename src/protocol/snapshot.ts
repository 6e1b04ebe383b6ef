import type { DeckEvent } from "./event.ts";
import { foldConstruct } from "./fold-construct.ts";
import { foldSpent } from "./fold-spent.ts";
import { foldAsk } from "./fold-watchdog.ts";
import { nothingSpent } from "./spent.ts";
import { foldQueue } from "./fold-queue.ts";
import { foldNodes } from "./fold-nodes.ts";
import { foldPool } from "./fold-pool.ts";
import { newPoolView } from "./pool.ts";
import type { DaemonView, RunView, TripwiresView } from "./view.ts";

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
    isEjecting: false,
    durationMs: 0,
    daemon: {
      id: null,
      sessionId: null,
      state: "idle",
      turns: 0,
      ...nothingSpent,
      lastChat: "",
      said: { chat: [], plan: [] },
    },
    constructs: {},
    queue: [],
    refused: [],
    exempt: [],
    holds: {},
    attention: {},
    account: null,
    tripwires: { author: null, isAuthored: false, rules: [], muted: [], ...nothingSpent },
    watchdog: { asks: [], ...nothingSpent },
    pool: newPoolView(),
    firstSeq: event.seq,
    lastSeq: event.seq,
  };
}

/** Folds one event into the view, in place. Pure: the same events make the same view, in the engine, a face or a replay. */
export function foldEvent(view: RunView, event: DeckEvent): void {
  // Between the death of its deck and its resume a run was not open, though nothing has closed it.
  if (view.closedAt === null && event.type !== "run.resumed") view.durationMs += Math.max(0, event.at - view.lastAt);
  view.lastAt = event.at;
  view.lastSeq = event.seq;
  foldRun(view, event);
  foldDaemon(view.daemon, event);
  foldTripwires(view.tripwires, event);
  foldPool(view.pool, event);
  foldQueue(view, event);
  foldConstruct(view, event);
  foldNodes(view, event);
  foldSpent(view, event);
  foldAsk(view.watchdog.asks, event);
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

/** So many of its latest words does a view keep of the daemon. */
const remembered = 20;

function foldRun(view: RunView, event: DeckEvent): void {
  switch (event.type) {
    case "goal.set":
      view.goal = event.body.goal;
      break;
    case "goal.changed":
      view.goal = event.body.to;
      break;
    case "run.resumed":
      Object.assign(view, { status: "running", reason: "", closedAt: null, account: null });
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
    case "run.continued":
    case "netrunner.said":
    case "daemon.turn_started":
      if (view.closedAt === null) Object.assign(view, { status: "running", reason: "" });
      break;
    case "run.closed":
      Object.assign(view, {
        status: event.body.status,
        reason: event.body.reason,
        closedAt: event.at,
        isEjecting: false,
      });
      break;
    case "run.ejecting":
      view.isEjecting = true;
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
    case "account.held":
      view.account = event.body;
      break;
    case "account.released":
      view.account = null;
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
      // Its process may be up before that is on the record.
      daemon.id = event.body.daemon;
      daemon.state = "running";
      daemon.turns = Math.max(daemon.turns, event.body.turn);
      break;
    case "daemon.turn_ended":
      daemon.state = "idle";
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
    case "goal.changed":
      Object.assign(tripwires, { isAuthored: false, rules: [], muted: [] });
      break;
    case "author.started":
      tripwires.author = event.body.author;
      break;
    case "tripwires.authored":
      Object.assign(tripwires, { isAuthored: true, rules: event.body.rules });
      break;
    case "author.failed":
      tripwires.isAuthored = true;
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
