import type { Look } from "./look.ts";

/** How much of something is used up, as a bar of so many columns. */
export function bar(share: number, columns: number, look: Look): [string, Look][] {
  const width = Math.max(4, columns);
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return [
    ["█".repeat(full), look],
    ["░".repeat(width - full), "faint"],
  ];
}
