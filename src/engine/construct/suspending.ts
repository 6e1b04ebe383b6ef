import type { AgentEvent } from "../../drivers/agent.ts";
import { oneLine } from "../../base/text.ts";
import type { Suspended } from "../../protocol/suspended.ts";
import type { Verdict } from "../../protocol/verdict.ts";
import { ending, type StandingState } from "../gate/standing.ts";
import type { Letter } from "./mail.ts";
import { showInput } from "./show-input.ts";
import { newTally, type Tally } from "./tally.ts";

/** The calls of an agent that have no result yet, as a person would read them. */
export interface OpenCalls {
  see(event: AgentEvent): void;
  /** Whether it may run is on the record. */
  judged(call: string, decision: Verdict["decision"]): void;
  readonly list: string[];
}

export function openCalls(): OpenCalls {
  const calls = new Map<string, string>();
  const allowed = new Set<string>();
  return {
    see(event) {
      if (event.type === "tool.called")
        calls.set(event.id, `${event.tool}: ${oneLine(showInput(event.tool, event.input), 300)}`);
      else if (event.type === "tool.returned") calls.delete(event.id);
      else if (event.type === "turn.ended") calls.clear();
    },
    judged(call, decision) {
      if (decision === "allow") allowed.add(call);
      else calls.delete(call);
    },
    get list() {
      return Array.from(calls, ([id, text]) =>
        allowed.has(id) ? text : `${text} (it had not been allowed yet, so it has not run)`,
      );
    },
  };
}

/** What is known of a construct that is taken up again, as it was when it was suspended. */
export function resumedTally(before: Suspended | undefined): Tally {
  if (before === undefined) return newTally();
  const { turns, written, denials, surfaced, session_id: sessionId } = before;
  return {
    ...newTally(),
    sessionId,
    turns,
    written: new Set(written),
    denials: [...denials],
    surfaced: [...surfaced],
  };
}

/** What a construct was at when it was suspended. */
export type Cut = Pick<Suspended, "cut" | "halted" | "agent_died">;

/** It was at nothing. */
export const atRest: Cut = { cut: [], halted: null, agent_died: false };

/** What it is at now. @param state whether the netrunner has halted it */
export const cutAt = (calls: OpenCalls, state: StandingState): Cut => ({
  ...atRest,
  cut: calls.list,
  halted: state === "paused" || state === "frozen" ? state : null,
});

export interface SuspendedFacts extends Cut {
  tally: Tally;
  unread: readonly Letter[];
  heard: readonly Letter[];
  startedAt: number | null;
  durationMs: number;
  workedMs: number;
  deaths: Suspended["deaths"];
  tripwires: Suspended["tripwires"];
}

/** The record of one that is suspended. */
export const suspendedOf = ({ tally, unread, heard, startedAt, ...facts }: SuspendedFacts): Suspended => ({
  session_id: tally.sessionId,
  cut: facts.cut,
  unread: [...unread],
  heard: [...heard],
  died: false,
  agent_died: facts.agent_died,
  deaths: facts.deaths,
  started_at: startedAt,
  duration_ms: facts.durationMs,
  worked_ms: facts.workedMs,
  halted: facts.halted,
  turns: tally.turns,
  written: [...tally.written],
  // A call that was denied only because of this is told as one that was cut off.
  denials: tally.denials.filter(({ rule }) => rule !== ending.rule),
  surfaced: tally.surfaced,
  tripwires: facts.tripwires,
});
