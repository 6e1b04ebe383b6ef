import type { AgentExit, AgentSession, StopReport } from "../../drivers/agent.ts";
import { pause } from "../../base/clock.ts";
import type { Note } from "../journal.ts";
import { showExit } from "./tally.ts";

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
    note("deck.warned", { code: "stop.unproven", message: unprovenText(construct, report, session.place) });
  const exit = await exitOf(session, known);
  // Elsewhere nobody looks for it later on: its own record says that it may be there.
  if (report.proven || session.place === undefined || exit === null) return exit;
  return {
    how: exit.how === "lost" ? "lost" : "broken",
    reason: `${showExit(exit)}; on ${session.place}, not proven`,
    stderr: exit.stderr,
  };
}

function unprovenText(construct: string, { survivors }: StopReport, place: string | undefined): string {
  const where = place === undefined ? "" : ` on ${place}`;
  return survivors.length === 0
    ? `What ${construct} has left behind${where} could not be looked at. Look for its processes on the machine that it was on.${later(place)}`
    : `${construct} left processes${where} that could not be ended: ${survivors.join(", ")}`;
}

const later = (place: string | undefined): string =>
  place === undefined ? "" : ` When that begins anew in its folder, it looks by itself, and node.proven is recorded.`;

async function exitOf(session: AgentSession, known: AgentExit | null): Promise<AgentExit | null> {
  return known ?? (await Promise.race([session.closed, pause(exitGraceMs).then(() => null)]));
}

/** The exit of a process that writes no more. */
export function exitAfterOutput(session: AgentSession): Promise<AgentExit> {
  const silent: AgentExit = { how: "broken", reason: "its output ended without a result", stderr: "" };
  return Promise.race([session.closed, pause(exitGraceMs).then(() => silent)]);
}
