import type { ProcessTable } from "./entry.ts";
import { linuxTable } from "./linux.ts";
import { bsdFlags, psTable } from "./ps.ts";

/** The reader for this platform. */
export function systemTable(): ProcessTable {
  return process.platform === "linux" ? linuxTable() : psTable(bsdFlags);
}
