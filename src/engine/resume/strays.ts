import { markerName } from "../../drivers/agent.ts";
import { createCensus } from "../../process/census.ts";
import { stopBearers } from "../../process/stop.ts";
import { systemTable } from "../../process/table.ts";
import type { Note } from "../journal.ts";

/**
 * Ends what a dead deck has left behind of its agents: everything that bears the marker of one of them. What was found, and
 * whether all of it is gone, is on the record before anything goes on.
 */
export async function endStrays(ids: readonly string[], note: Note): Promise<void> {
  // One for all, so that they share their looks at the machine.
  const table = systemTable();
  const ends = await Promise.all(
    ids.map(async (id) => {
      const marker = { name: markerName, value: id };
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
