import type { Hold } from "../../protocol/hold.ts";

/** Whether the diff of a held call shows all that its input says, and in a form that can be read. */
export const diffSaysAll = ({ diff }: Pick<Hold, "diff">): boolean =>
  diff !== null && diff.startsWith("--- ") && !diff.includes("bytes left out");
