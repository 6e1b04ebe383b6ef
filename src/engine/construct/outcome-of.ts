import type { AgentExit } from "../../drivers/agent.ts";
import type { Caliber } from "../../protocol/caliber.ts";
import type { PlaceAsk } from "../../protocol/place.ts";
import type { Spent } from "../../protocol/spent.ts";
import type { Order } from "../../protocol/turn.ts";
import { noTokens, type Origin, type Outcome } from "../../protocol/outcome.ts";
import type { Suspended } from "../../protocol/suspended.ts";
import { endStateOf } from "./machine.ts";
import { resultOf, showExit, type Tally } from "./tally.ts";

/** What a construct is told to do, and by whom. */
export interface SpawnSpec {
  id: string;
  task: string;
  origin: Origin;
  parent: string | null;
  /** What it runs on. */
  caliber: Caliber;
  /** What was asked for, where that is something else. */
  asked?: Caliber;
  /** In the provider's fast mode; decided as it starts. */
  fast?: boolean;
  after: string[];
  profile: string;
  /** Null: all that there are. */
  plugins: string[] | null;
  /** Where it is to run; left out: wherever there is room. */
  on?: PlaceAsk;
  /** What of the daemon's has asked for it. */
  order?: Order;
}

/** Everything that the outcome of a construct is made of. */
export interface EndFacts {
  spec: SpawnSpec;
  /** Name of the profile that it had. */
  profile: string;
  cause: string;
  tally: Tally;
  spent: Spent;
  exit: AgentExit | null;
  startedAt: number | null;
  durationMs: number;
  files: Outcome["files"];
  missing: string[];
  /** What came back of its copy of the workspace. */
  workspace: Outcome["workspace"];
  tripwires: Outcome["tripwires"];
  /** Path of the transcript. */
  transcript: string | null;
}

/** The record of how a construct ended. */
export function outcomeOf({ spec, cause, tally, spent, exit, ...facts }: EndFacts): Outcome {
  const state = endStateOf(cause);
  const refused = tally.turn?.refused === true;
  return {
    id: spec.id,
    task: spec.task,
    origin: spec.origin,
    parent: spec.parent,
    state,
    cause,
    caliber_asked: spec.asked ?? spec.caliber,
    caliber_given: facts.startedAt === null ? null : { ...spec.caliber, fast: tally.fast },
    profile: facts.profile,
    model_given: tally.model,
    exit: showExit(exit),
    ...(state === "failed" && exit?.how === "lost" ? { lost: true } : {}),
    started_at: facts.startedAt,
    duration_ms: facts.durationMs,
    turns: tally.turns,
    cost_usd: spent.costUsd,
    tokens: spent.tokens,
    ...resultOf(tally),
    files: facts.files,
    files_missing: facts.missing,
    denials: tally.denials,
    workspace: facts.workspace,
    surfaced: tally.surfaced,
    plugins_failed: [...tally.pluginsFailed],
    tripwires: facts.tripwires,
    refusal: refused ? tally.turn?.text || tally.lastWords || "no reason given" : null,
    session_id: tally.sessionId,
    transcript: facts.transcript,
    stderr:
      state === "done" || state === "redirected"
        ? ""
        : [...(tally.turn?.errors ?? []), exit?.stderr ?? ""].join("\n").trim(),
  };
}

/** The outcome of a construct that ends in the queue: it has not started, or was suspended and has not gone on. */
export function endedInQueue(spec: SpawnSpec, cause: string, before: Before | undefined): Outcome {
  const outcome = unstarted(spec, cause);
  if (before === undefined) return outcome;
  const { suspended, spent } = before;
  return {
    ...outcome,
    exit: "it was suspended",
    started_at: suspended.started_at,
    duration_ms: suspended.duration_ms,
    turns: suspended.turns,
    cost_usd: spent.costUsd,
    tokens: spent.tokens,
    denials: suspended.denials,
    surfaced: suspended.surfaced,
    tripwires: suspended.tripwires,
    session_id: suspended.session_id,
  };
}

/** What a construct was when it was suspended, and what it has used until then. */
export interface Before {
  suspended: Suspended;
  spent: Spent;
  /** The number of its last turn that is on record; 0: none. */
  turn: number;
  /** The place that its agent was on; null: this machine. */
  place: string | null;
}

/** The outcome of a construct that has no process to tell of: it never started, or its deck died under it. */
export function unstarted(spec: SpawnSpec, cause: string): Outcome {
  return {
    id: spec.id,
    task: spec.task,
    origin: spec.origin,
    parent: spec.parent,
    state: endStateOf(cause),
    cause,
    caliber_asked: spec.asked ?? spec.caliber,
    caliber_given: null,
    profile: spec.profile,
    model_given: null,
    exit: "never started",
    started_at: null,
    duration_ms: 0,
    turns: 0,
    cost_usd: 0,
    tokens: noTokens,
    result: "",
    result_from: "none",
    files: [],
    files_missing: [],
    workspace: null,
    denials: [],
    surfaced: [],
    plugins_failed: [],
    tripwires: [],
    refusal: null,
    session_id: null,
    transcript: null,
    stderr: "",
  };
}
