import type { AgentExit, AgentSession } from "../../drivers/agent.ts";
import { pause } from "../../base/clock.ts";
import type { Note } from "../journal.ts";

/** How long a process whose output has ended may take to end itself, milliseconds. */
const exitGraceMs = 1000;

/**
 * Ends the whole tree of a session, and warns of what is left of it.
 * @param known its exit, where that has been told already
 */
export async function reaped(
  session: AgentSession,
  how: "polite" | "hard",
  note: Note,
  construct: string,
  known: AgentExit | null,
): Promise<AgentExit | null> {
  const report = await session.stop(how);
  if (!report.proven)
    note("deck.warned", {
      code: "stop.unproven",
      message: `${construct} left processes that could not be ended: ${report.survivors.join(", ")}`,
    });
  return known ?? (await Promise.race([session.closed, pause(exitGraceMs).then(() => null)]));
}

/** The exit of a process that writes no more. */
export function exitAfterOutput(session: AgentSession): Promise<AgentExit> {
  const silent: AgentExit = { how: "broken", reason: "its output ended without a result", stderr: "" };
  return Promise.race([session.closed, pause(exitGraceMs).then(() => silent)]);
}
