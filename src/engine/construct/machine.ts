import type { AgentExit, TurnEnd } from "../../drivers/agent.ts";
import { unreachable } from "../../base/fault.ts";
import type { EndState } from "../../protocol/outcome.ts";

/**
 * The life of a construct as a pure machine: `queued → starting → running → (yielding) → ending → ended`. It decides what is done
 * next and what the end was called; `construct.ts` does it. The first cause of an ending stays, as long as that comes to an end.
 */
export type Life =
  | { phase: "queued" }
  | { phase: "starting" }
  | { phase: "running" }
  /** Its turn is being stopped, so that another construct can take its session over. */
  | { phase: "yielding"; cause: string; turn: null }
  | { phase: "ending"; cause: string; turn: TurnEnd | null }
  | { phase: "ended"; cause: string; turn: TurnEnd | null };

export type LifeInput =
  | { type: "start" }
  | { type: "opened" }
  /** The process could not be started. */
  | { type: "open_failed" }
  | { type: "turn_ended"; turn: TurnEnd }
  /** The process is gone, whether asked to or not. `goesOn`: the construct does, with another one. */
  | { type: "exited"; exit: AgentExit; goesOn?: boolean }
  /** Somebody or some rule wants it to end: "netrunner", "budget:time", "stall", … */
  | { type: "stop"; cause: string }
  /** Another construct is to go on in its session. */
  | { type: "redirect" }
  /** Its session is quiet and can be handed over. */
  | { type: "quiet" }
  /** Its session cannot be handed over: it did not become quiet in time. */
  | { type: "unquiet" }
  /**
   * Everything that it started has been looked for and ended, as far as that was possible. `goesOn`: what it has made was lost with the
   * machine that it was on, so the construct goes on there, or begins anew.
   */
  | { type: "reaped"; goesOn?: boolean };

/** What the shell has to do. `open`: start the agent. `brief`: send it its task. `yield`: stop its turn. `reap`: stop the whole tree. */
export type LifeEffect = "open" | "brief" | "yield" | "reap" | "finish";

export interface LifeStep {
  life: Life;
  effects: LifeEffect[];
}

export function step(life: Life, input: LifeInput): LifeStep {
  switch (input.type) {
    case "start":
      return life.phase === "queued" ? { life: { phase: "starting" }, effects: ["open"] } : stay(life);
    case "opened":
      return life.phase === "starting" ? { life: { phase: "running" }, effects: ["brief"] } : stay(life);
    case "open_failed":
      if (life.phase === "yielding") return ended(life.cause, null);
      return isAlive(life) ? ended("spawn", null) : endedAsBegun(life);
    case "turn_ended":
      return life.phase === "running" && input.turn.queued === 0 ? ending(causeOf(input.turn), input.turn) : stay(life);
    case "exited":
      if (life.phase === "yielding") return ending(life.cause, null);
      return isAlive(life) ? ending(input.goesOn === true ? suspendedCause : "crash", null) : stay(life);
    case "redirect":
      return life.phase === "starting" || life.phase === "running" ? yielding : stay(life);
    case "quiet":
      return life.phase === "yielding" ? ended(life.cause, null) : stay(life);
    case "unquiet":
      return life.phase === "yielding" ? ending(life.cause, null) : stay(life);
    case "stop":
      if (life.phase === "queued") return ended(input.cause, null);
      if (life.phase === "yielding") return ending(life.cause, null);
      return isAlive(life) ? ending(input.cause, null) : stay(life);
    case "reaped":
      return isDone(life) && input.goesOn === true ? ended(suspendedCause, null) : endedAsBegun(life);
    default:
      return unreachable(input);
  }
}

/** The cause of the end of a construct in whose session another one goes on. */
export const redirectCause = "inject";

/** The cause of the end of a process whose construct goes on one day: no end of the construct. */
export const suspendedCause = "suspended";

/** What the end of a construct is called, from its cause. */
export function endStateOf(cause: string): EndState {
  if (cause === "result") return "done";
  if (cause === redirectCause) return "redirected";
  return /^(crash|spawn|refusal|error:|dependency:|gate:)/.test(cause) ? "failed" : "killed";
}

/** Why a turn ended as it did: "result" when it is what was wanted. */
function causeOf(turn: TurnEnd): string {
  if (turn.refused) return "refusal";
  return turn.ok ? "result" : `error:${turn.status}`;
}

const isDone = (life: Life): boolean => life.phase === "ending" && endStateOf(life.cause) === "done";

const isAlive = (life: Life): boolean =>
  life.phase === "queued" || life.phase === "starting" || life.phase === "running";

const stay = (life: Life): LifeStep => ({ life, effects: [] });

const ending = (cause: string, turn: TurnEnd | null): LifeStep => ({
  life: { phase: "ending", cause, turn },
  effects: ["reap"],
});

const yielding: LifeStep = { life: { phase: "yielding", cause: redirectCause, turn: null }, effects: ["yield"] };

const ended = (cause: string, turn: TurnEnd | null): LifeStep => ({
  life: { phase: "ended", cause, turn },
  effects: ["finish"],
});

const endedAsBegun = (life: Life): LifeStep => (life.phase === "ending" ? ended(life.cause, life.turn) : stay(life));
