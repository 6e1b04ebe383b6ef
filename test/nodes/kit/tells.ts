import { nodeWireVersion } from "../../../src/nodes/wire/letters.ts";
import type { NodeTells } from "../../../src/nodes/wire/node-state.ts";

/** What a node tells of itself that has nothing to do. */
export const tells: NodeTells = {
  wire: nodeWireVersion,
  versions: { cyberdeck: "0.0.0-test", agent: null },
  pool: "big",
  labels: [],
  slots: 4,
  used: 0,
  warm: 0,
  freeMb: 4000,
  isDraining: false,
  unfit: null,
  policy: "p",
  workspace: "shared",
  hasWall: false,
  since: 0,
};
