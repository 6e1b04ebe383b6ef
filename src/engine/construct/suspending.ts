import type { AgentEvent } from "../../drivers/agent.ts";
import { oneLine } from "../../base/text.ts";
import type { Suspended } from "../../protocol/suspended.ts";
import { ending } from "../gate/standing.ts";
import type { Letter } from "./mail.ts";
import { showInput } from "./show-input.ts";
import { newTally, type Tally } from "./tally.ts";

/** The cause of the end of a process whose construct goes on one day: no end of the construct. */
export const suspendedCause = "suspended";

/** The calls of an agent that have no result yet. */
export interface OpenCalls {
  see(event: AgentEvent): void;
  readonly list: string[];
}

export function openCalls(): OpenCalls {
  const calls = new Map<string, string>();
  return {
    see(event) {
      if (event.type === "tool.called")
        calls.set(event.id, `${event.tool}: ${oneLine(showInput(event.tool, event.input), 300)}`);
      else if (event.type === "tool.returned") calls.delete(event.id);
      else if (event.type === "turn.ended") calls.clear();
    },
    get list() {
      return [...calls.values()];
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

export interface SuspendedFacts {
  tally: Tally;
  cut: string[];
  unread: readonly Letter[];
  startedAt: number | null;
  durationMs: number;
  workedMs: number;
  halted: Suspended["halted"];
  tripwires: Suspended["tripwires"];
}

/** The record of one that is suspended. */
export const suspendedOf = ({ tally, cut, unread, startedAt, ...facts }: SuspendedFacts): Suspended => ({
  session_id: tally.sessionId,
  cut,
  unread: [...unread],
  died: false,
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
