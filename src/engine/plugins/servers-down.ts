import type { AgentEvent } from "../../drivers/agent.ts";
import type { Note } from "../journal.ts";

/** Records the plugins whose servers did not start, each once: the agent tells of them at every turn. */
export function noteServersDown(event: AgentEvent, construct: string, known: Set<string>, note: Note): void {
  if (event.type !== "ready") return;
  for (const plugin of event.down ?? []) {
    if (!known.has(plugin)) note("plugin.failed", { construct, plugin });
    known.add(plugin);
  }
}
