import { readdirSync, readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";

/** A living process that bears a marker of some value. */
export interface MarkedProcess {
  pid: number;
  /** The marker's value. */
  value: string;
  command: string;
}

/**
 * Everything that bears a marker of this name, whatever its value, but not this process itself. Undefined where the system has no
 * `/proc`. What may not be looked into is left out.
 */
export async function markedProcesses(name: string, root = "/proc"): Promise<MarkedProcess[] | undefined> {
  const found: MarkedProcess[] = [];
  const all = read(`${root}/self/stat`) === undefined ? undefined : readdirSync(root);
  if (all === undefined) return undefined;
  for (const [index, entry] of all.entries()) {
    // A machine may have ten thousand of them.
    if (index % 500 === 499) await nextTurn();
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const value = valueIn(read(`${root}/${entry}/environ`), name);
    if (value === undefined) continue;
    const command = read(`${root}/${entry}/cmdline`)?.replaceAll("\0", " ").trim() ?? "";
    found.push({ pid: Number(entry), value, command: command.slice(0, 300) });
  }
  return found;
}

function valueIn(environment: string | undefined, name: string): string | undefined {
  const line = environment?.split("\0").find((variable) => variable.startsWith(`${name}=`));
  return line?.slice(name.length + 1);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Gone since the listing, of another user, or no such system: there is nothing to see.
    return undefined;
  }
}
