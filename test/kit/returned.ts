import type { Returned } from "../../src/protocol/workspace.ts";

const none = { count: 0, first: [] };

/** What a construct has made in its copy has become a branch that merges; these files were changed. */
export const aBranch = (...first: string[]): Returned & { how: "branch" } => ({
  how: "branch",
  branch: "cyberdeck/cx-1",
  commit: "a".repeat(40),
  instead_of: null,
  files: { count: first.length, first },
  merge: { how: "clean" },
  patch: null,
  is_rewritten: false,
  other_branches: none,
  unfiltered: none,
  left: none,
});
