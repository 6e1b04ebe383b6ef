import type { AccountHold } from "./account.ts";
import type { AttentionItem } from "./attention.ts";
import { showGiven, type Caliber } from "./caliber.ts";
import type { ConstructBound } from "./bound.ts";
import type { EventBody } from "./event.ts";
import type { ConstructLine, RunStatus } from "./run-status.ts";
import type { Hold } from "./hold.ts";
import type { Origin, Outcome, Teller, Tokens } from "./outcome.ts";
import type { PlaceAsk } from "./place.ts";
import { addSpent, nothingSpent, type Role, type Spent } from "./spent.ts";
import type { PoolView } from "./pool.ts";
import type { RunSettings } from "./settings.ts";
import type { Suspended } from "./suspended.ts";
import type { Surfaced } from "./surfaced.ts";
import type { AuthoredRecord } from "./tripwire.ts";
import type { WatchdogView } from "./watchdog.ts";

/**
 * A run as its events tell it: what the fold in `snapshot.ts` makes of them. Plain JSON, so that it can cross a socket.
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
  /** Everything is being stopped at once. */
  isEjecting: boolean;
  /** Time the run was open, without the time between a close and a resume. */
  durationMs: number;
  daemon: DaemonView;
  /** In the order of their queueing. */
  constructs: Record<string, ConstructView>;
  /** Those that wait for their start, in the order in which they are to start. */
  queue: string[];
  refused: { task: string; rule: string; reason: string }[];
  /** Tasks that the netrunner lets through in spite of the blacklist. */
  exempt: string[];
  /** The calls that wait for the netrunner, oldest first. */
  holds: Record<string, Hold>;
  /** What else waits for the netrunner, oldest first. */
  attention: Record<string, AttentionItem>;
  /** What holds all agents of the deck up; null: nothing. */
  account: AccountHold | null;
  tripwires: TripwiresView;
  /** What was asked about the run, and what the answers have used. */
  watchdog: WatchdogView;
  pool: PoolView;
  /** Numbers of its opening and of its latest event. */
  firstSeq: number;
  lastSeq: number;
}

export interface DaemonView {
  id: string | null;
  sessionId: string | null;
  state: "idle" | "running" | "done" | "failed" | "stopped";
  turns: number;
  requests: number;
  costUsd: number;
  tokens: Tokens;
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
  requests: number;
  costUsd: number;
  tokens: Tokens;
}

/**
 * Since when nothing is heard of a construct's place, milliseconds since the epoch. `node`: the machine is silent; `link`: the way to all
 * of them is down.
 */
export interface Unheard {
  since: number;
  why: "node" | "link";
}

export interface ConstructView {
  id: string;
  task: string;
  origin: Origin;
  parent: string | null;
  caliber: Caliber;
  /** What was asked for, where it runs on something else. */
  asked?: Caliber;
  after: string[];
  profile: string;
  /** Null: all that there are. */
  plugins: string[] | null;
  /** Where it is to run; left out: wherever there is room. */
  on?: PlaceAsk;
  /** Why there is no place for it, as far as is known; null: it is not known to want one. */
  unplaced: string | null;
  state: "queued" | "starting" | "running" | "held" | "paused" | "parked" | "suspended" | "ending" | Outcome["state"];
  /** Where it goes on, while it is suspended. */
  suspended: Suspended | null;
  /** What it is doing, one short line. */
  activity: string;
  queuedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  sessionId: string | null;
  /** The name of the place that its agent is on, or was on last; null: the machine of the deck. */
  place: string | null;
  /** Nothing is heard of that place; left out: it is, or its agent is here. */
  unheard?: Unheard;
  /** The number of its last turn that is on record; 0: none. */
  turn: number;
  /** It waits with a turn until what holds all agents up is over. */
  isParked: boolean;
  /** Model requests so far. */
  requests: number;
  /** An estimate while it is in the middle of a turn. */
  costUsd: number;
  tokens: Tokens;
  denials: number;
  /** The bounds that the netrunner has raised for it alone. */
  raised: Partial<Record<ConstructBound, number>>;
  /** Messages that it has not begun to read, as far as its agent tells. */
  told: { text: string; origin: Teller }[];
  /** What it has shown to the netrunner, in order. */
  surfaced: Surfaced[];
  outcome: Outcome | null;
}

/** What the agents of a run have used so far, by what they are there for. */
export const spentByRole = (view: RunView): Record<Role, Spent> => ({
  construct: Object.values(view.constructs).reduce<Spent>(addSpent, nothingSpent),
  daemon: view.daemon,
  author: view.tripwires,
  watchdog: view.watchdog,
});

/** What all agents of a run have used so far. */
export const spentOf = (view: RunView): Spent => Object.values(spentByRole(view)).reduce(addSpent, nothingSpent);

/** What the agents of a run have cost so far, US dollars. */
export const costOf = (view: RunView): number => spentOf(view).costUsd;

/** What a construct runs or ran on, in words. */
export function caliberText({ caliber, asked, outcome }: ConstructView): string {
  return showGiven(asked ?? caliber, outcome?.caliber_given ?? { ...caliber, fast: false });
}

export const isEnded = (construct: ConstructView): boolean => construct.outcome !== null;

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

/** A construct in the closing record of its run. */
export function closingLine(construct: ConstructView): ConstructLine {
  const { id, task, outcome } = construct;
  if (outcome === null)
    return {
      id,
      task,
      state: construct.state === "queued" || construct.state === "suspended" ? construct.state : "running",
      cause: "",
      files: [],
      denials: [],
    };
  return { id, task, state: outcome.state, cause: outcome.cause, files: outcome.files, denials: outcome.denials };
}
