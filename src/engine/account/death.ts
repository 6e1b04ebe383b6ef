import { oneLine } from "../../base/text.ts";
import type { Outcome } from "../../protocol/outcome.ts";

type Death = Pick<Outcome, "cause" | "exit" | "stderr" | "lost">;

/**
 * Of what a construct has died, as far as others may die of the same: a crash, a failed start, an error of its agent.
 * Undefined for an end that somebody wanted, for one that lies in the task, and for one of its machine.
 */
export function deathOf({ cause, exit, stderr, lost }: Death): string | undefined {
  if (lost === true) return undefined;
  if (cause !== "crash" && cause !== "spawn" && !cause.startsWith("error:")) return undefined;
  const words = stderr.split("\n").find((line) => line.trim() !== "") ?? "";
  // Numbers (process ids, ports, times) differ although the cause is the same.
  return oneLine(`${cause}, ${exit}${words === "" ? "" : `: ${words}`}`, 200).replace(/\d{3,}/g, "#");
}
