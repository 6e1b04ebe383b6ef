import type { Packed } from "../../src/protocol/workspace.ts";

const none = { count: 0, first: [] };

/** A clean workspace of one commit, as it is given to a node. */
export const aPacked: Packed = {
  commit: "a".repeat(40),
  head: "a".repeat(40),
  branch: "main",
  is_dirty: false,
  is_earlier_result: false,
  goes_on: false,
  bytes: 1,
  left: none,
  submodules: none,
  filtered: none,
  links_outside: none,
  under_way: null,
};
