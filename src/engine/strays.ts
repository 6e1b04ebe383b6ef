import { markerName } from "../drivers/agent.ts";
import { stopBearers } from "../process/stop.ts";
import type { Note } from "./journal.ts";

/** Ends what a dead deck has left behind of one of its agents: everything that bears that agent's marker. */
export async function endStrays(id: string, note: Note): Promise<void> {
  const report = await stopBearers({ name: markerName, value: id }, { termMs: 500, killMs: 3000 });
  if (report.proven) return;
  const left = report.survivors.map(({ pid, command }) => `${pid} (${command})`).join(", ");
  note("deck.warned", {
    code: "strays.unproven",
    message: `${id} has left processes that could not be ended: ${left}`,
  });
}
