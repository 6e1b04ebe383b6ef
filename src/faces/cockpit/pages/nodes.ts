import { listAndBox } from "../draw/list-and-box.ts";
import { filling, moved } from "../draw/block.ts";
import { movedTo, placeIn } from "../draw/listing.ts";
import { nodeActions } from "../nodes/node-actions.ts";
import { aboutNode, headLine, nodeColumns, noNodes } from "../nodes/node-lines.ts";
import {
  changesNodes,
  idsOf,
  isDue,
  loadNodes,
  newNodesState,
  nodesOf,
  type NodesState,
} from "../nodes/nodes-state.ts";
import type { Page } from "../page.ts";

/** The machines of the fleet besides this one: link, leases, slots, what is on each, and why one gets no work. */
export const nodesPage: Page<NodesState> = {
  name: "nodes",
  title: "Nodes",
  begin: (_aim, _model, before) => before ?? newNodesState(),
  entered: (at) => void loadNodes(at),
  draw({ state, model, size }) {
    const { columns, rows } = size;
    const nodes = nodesOf(state);
    if (nodes.length === 0) return filling([headLine(state, model), ...noNodes(state)], columns, rows);
    const head = { x: 0, y: 0, width: columns, height: 1, lines: [headLine(state, model)] };
    const list = listAndBox(
      {
        columns: nodeColumns(columns, model.now - (state.told?.at ?? model.now)),
        rows: nodes,
        idOf: ({ node }) => node,
        place: placeIn(idsOf(state), state.listing),
        note: "",
        about: (node) => ({ title: node.node, lines: aboutNode(node, model, columns - 4) }),
      },
      { columns, rows: rows - 1 },
    );
    return { parts: [head, ...moved(list, 0, 1).parts] };
  },
  focus: () => ({}),
  actions: nodeActions,
  heard: (event, { state }) => (changesNodes(event) ? { ...state, isStale: true } : state),
  // What has happened is asked for once it is seen, and the last of many asks for all.
  moves: ({ state, model }) => isDue(state, model),
  moved: (at) => {
    if (isDue(at.state, at.model)) void loadNodes(at);
  },
  clicked: (target, { state }) => ({ ...state, listing: movedTo(idsOf(state), idsOf(state).indexOf(target)) }),
  wheeled: (by, { state }) => ({
    ...state,
    listing: movedTo(idsOf(state), placeIn(idsOf(state), state.listing) + by),
  }),
};
