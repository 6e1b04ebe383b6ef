import { createHash } from "node:crypto";

/** The variable that is left in a child's environment, so that whatever it starts can be told from everything else. */
export interface Marker {
  name: string;
  value: string;
}

/** Whether an environment block (`NAME=VALUE\0` after one another) has exactly this variable. */
export function blockCarries(block: string, marker: Marker): boolean {
  const variable = `${marker.name}=${marker.value}\0`;
  return block.startsWith(variable) || block.includes(`\0${variable}`);
}

/**
 * The same marker as a number, for a place that survives where an environment does not (see `stamp.ts`). Of 47 bits: no
 * real limit looks like it, and it is exact as a JavaScript number.
 */
export function stampOf(marker: Marker): string {
  const hash = createHash("sha256").update(`${marker.name}=${marker.value}`).digest();
  return String(2 ** 46 + (hash.readUIntBE(0, 6) % 2 ** 46));
}
