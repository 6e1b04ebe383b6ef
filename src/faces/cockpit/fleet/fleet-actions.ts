import { filterActions } from "../actions/filter-actions.ts";
import { newListing } from "../draw/listing.ts";
import { findConstruct } from "../model/constructs.ts";
import type { Action } from "../page.ts";
import { arrangedOf, hasPanes, type FleetState } from "./fleet-state.ts";
import { nextOrder, orderWord } from "./order.ts";

/** What the fleet page does beside moving its cursor. */
export const fleetActions: readonly Action<FleetState>[] = [
  {
    id: "fleet.open",
    title: "open",
    keys: ["enter", "space"],
    can: ({ focus }) => focus.construct !== undefined,
    run: ({ hands, focus }) => hands.show("construct", focus),
  },
  ...filterActions<FleetState>("fleet", {
    get: ({ filter }) => filter,
    set: (state, filter, restarts) => ({ ...state, filter, listing: restarts ? newListing : state.listing }),
    found: arrangedOf,
  }),
  {
    id: "fleet.sort",
    title: "order",
    keys: ["o"],
    run: ({ state, hands }) => {
      const order = nextOrder(state.order);
      hands.say(`in order: ${orderWord(order)}`);
      return { ...state, order };
    },
  },
  {
    id: "fleet.reverse",
    title: "turn the order",
    keys: ["O"],
    run: ({ state }) => ({ ...state, order: { ...state.order, isReversed: !state.order.isReversed } }),
  },
  {
    id: "fleet.group",
    title: "group by run",
    keys: ["u"],
    run: ({ state }) => ({ ...state, isGrouped: !state.isGrouped, shape: state.isGrouped ? state.shape : "table" }),
  },
  {
    id: "fleet.shape",
    title: "table or boxes",
    keys: ["z"],
    run: (at) => ({ ...at.state, isGrouped: false, shape: hasPanes(at) ? "table" : "panes" }),
  },
  {
    id: "fleet.copy",
    title: "copy its task",
    keys: ["y"],
    can: ({ focus }) => focus.construct !== undefined,
    run: ({ model, focus, hands }) => {
      const construct = findConstruct(model, focus.construct)?.construct;
      if (construct !== undefined) hands.copy(construct.task, `the task of ${construct.id}`);
    },
  },
  {
    id: "fleet.copy_json",
    title: "copy it as JSON",
    keys: ["Y"],
    can: ({ focus }) => focus.construct !== undefined,
    run: ({ model, focus, hands }) => {
      const construct = findConstruct(model, focus.construct)?.construct;
      if (construct !== undefined) hands.copy(JSON.stringify(construct, null, 2), `${construct.id} as JSON`);
    },
  },
];
