import { readFileSync } from "node:fs";

/** The kernel's unit of processor time; 100 a second on every Linux that Node runs on. */
const tickMs = 10;

/** Processor time of a process so far, milliseconds; with `children`, also that of those that it has waited for. */
export function processorTime(pid: number | "self", { children }: { children: boolean }): number {
  // The name in brackets may have blanks; behind it, utime, stime, cutime and cstime are the 12th to the 15th field.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  const counted = fields.slice(11, children ? 15 : 13);
  return counted.reduce((sum, ticks) => sum + Number(ticks), 0) * tickMs;
}

/** The same for something that is done here, and with what it gave. */
export async function timeProcessor<T>(action: () => Promise<T>): Promise<{ result: T; cpu: number }> {
  const before = processorTime("self", { children: true });
  const result = await action();
  return { result, cpu: processorTime("self", { children: true }) - before };
}
