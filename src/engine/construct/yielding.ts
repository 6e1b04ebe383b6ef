import type { AgentExit, AgentSession } from "../../drivers/agent.ts";
import { pause } from "../../base/clock.ts";
import type { Outcome } from "../../protocol/outcome.ts";
import { nothingCounted, type Counted } from "../meter.ts";

/** What a redirected construct leaves to its successor. */
export interface Estate {
  /** Its live session, with no turn under way; undefined when its process had to be ended. */
  session: AgentSession | undefined;
  /** The session has been told a task. */
  isBriefed: boolean;
  /** The agent's id of the session, to take it up again; null when it has none. */
  sessionId: string | null;
  /** The place that the session is on; null: this machine. */
  place: string | null;
  /** What the session has counted until now. */
  counted: Counted;
}

/** What is left of one whose process is gone, which was on this place. */
export const estateOf = ({ session_id: sessionId }: Outcome, place: string | null): Estate => ({
  session: undefined,
  isBriefed: true,
  sessionId,
  place,
  counted: nothingCounted,
});

/** How long a turn may take to stop, milliseconds; it takes some 15. */
const stopTurnMs = 2000;

/**
 * Stops the turn of a session, which stays alive. False when only a stop helps: its end has not come in time, or it would not stay
 * quiet. What the agent has not begun to read it takes up by itself as its next turn, and goes on with what it was stopped at.
 */
export async function quieten(session: AgentSession, turnOver: Promise<void>): Promise<boolean> {
  if (session.unread > 0) return false;
  const bound = new AbortController();
  try {
    return await Promise.race([
      // Both, or the interrupt could hit the next one's turn.
      Promise.all([session.interrupt(), turnOver]).then(
        () => true,
        () => false,
      ),
      pause(stopTurnMs, bound.signal).then(() => false),
    ]);
  } finally {
    bound.abort();
  }
}

/** What is told of the exit of one whose session lives on. */
export const handedOver: AgentExit = {
  how: "broken",
  reason: "its session went on with another construct",
  stderr: "",
};
