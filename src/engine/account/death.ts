import { oneLine } from "../../base/text.ts";
import type { Outcome } from "../../protocol/outcome.ts";

/**
 * Of what a construct has died, as far as others may die of the same: a crash, a failed start, an error of its agent.
 * Undefined for an end that somebody wanted, and for one that lies in the task.
 */
export function deathOf({ cause, exit, stderr }: Pick<Outcome, "cause" | "exit" | "stderr">): string | undefined {
  if (cause !== "crash" && cause !== "spawn" && !cause.startsWith("error:")) return undefined;
  const words = stderr.split("\n").find((line) => line.trim() !== "") ?? "";
  // Numbers (process ids, ports, times) differ although the cause is the same.
  return oneLine(`${cause}, ${exit}${words === "" ? "" : `: ${words}`}`, 200).replace(/\d{3,}/g, "#");
}
