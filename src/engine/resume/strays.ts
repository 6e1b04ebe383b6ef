import { homeMarkerName, markerName } from "../../drivers/agent.ts";
import { createCensus } from "../../process/census.ts";
import { markedProcesses } from "../../process/marked.ts";
import { proveGone } from "../../process/proof.ts";
import { stopBearers } from "../../process/stop.ts";
import { systemTable } from "../../process/table.ts";
import type { Note } from "../journal.ts";
import { agentMarker } from "./left-behind.ts";

/**
 * Ends what a dead deck has left behind of its agents: everything that bears the marker of one of them. What was found, and
 * whether all of it is gone, is on the record before anything goes on.
 */
export async function endStrays(ids: readonly string[], note: Note): Promise<void> {
  // One for all, so that they share their looks at the machine.
  const table = systemTable();
  const ends = await Promise.all(
    ids.map(async (id) => {
      const marker = agentMarker(id);
      const { alive } = await createCensus(table, marker).look();
      const report = await stopBearers(marker, { termMs: 500, killMs: 3000 }, table);
      return { id, found: alive, ...report };
    }),
  );
  for (const { id, proven, survivors } of ends) {
    if (proven) continue;
    const left = survivors.map(({ pid, command }) => `${pid} (${command})`).join(", ");
    note("deck.warned", {
      code: "strays.unproven",
      message: `${id} has left processes that could not be ended: ${left}`,
    });
  }
  note("strays.ended", {
    agents: [...ids],
    processes: ends.flatMap(({ id, found }) => found.map(({ pid, command }) => ({ agent: id, pid, command }))),
    proven: ends.every(({ proven }) => proven),
  });
}

/**
 * Ends whatever earlier decks of a home have left behind, whether a record names it or not. Only for who has the home's lock, before
 * anything of its own is started. Bounded in time, never rejects.
 * @param mark of the home
 * @param agents of the runs that were cut off: by their marks is known what has dropped its environment
 */
export async function endLeftOfHome(mark: string, agents: readonly string[], note: Note): Promise<void> {
  const marked = (await markedProcesses(markerName).catch(() => undefined)) ?? [];
  const markers = [{ name: homeMarkerName, value: mark }, ...agents.map(agentMarker)];
  const { proven, found, survivors } = await proveGone(markers, reapMs);
  const agentOf = (pid: number): string => marked.find((one) => one.pid === pid)?.value ?? "";
  const processes = found.map(({ pid, command }) => ({ agent: agentOf(pid), pid, command }));
  if (processes.length > 0) note("strays.ended", { agents: [...agents], processes, proven });
  if (proven) return;
  const names = survivors.map(({ pid, command }) => `${pid} (${command})`).join(", ");
  const message = `the deck before this one has left processes that could not be ended: ${names || "the table cannot be read"}`;
  note("deck.warned", { code: "strays.unproven", message });
}

/** For what is left of a whole home to be ended, milliseconds. */
const reapMs = 8000;
