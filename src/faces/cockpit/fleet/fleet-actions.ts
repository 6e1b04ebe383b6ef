import { filterActions } from "../actions/filter-actions.ts";
import { newListing } from "../draw/listing.ts";
import { findConstruct } from "../model/constructs.ts";
import type { Action, Seen } from "../page.ts";
import { arrangedOf, hasPanes, idsOf, type FleetState } from "./fleet-state.ts";
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
    can: hasAny,
  }),
  {
    id: "fleet.sort",
    title: "order",
    keys: ["o"],
    isRare: true,
    can: hasAny,
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
    isRare: true,
    can: hasAny,
    run: ({ state }) => ({ ...state, order: { ...state.order, isReversed: !state.order.isReversed } }),
  },
  {
    id: "fleet.group",
    title: "group by run",
    keys: ["u"],
    isRare: true,
    can: hasAny,
    run: ({ state }) => ({ ...state, isGrouped: !state.isGrouped, shape: state.isGrouped ? state.shape : "table" }),
  },
  {
    id: "fleet.shape",
    title: "table or boxes",
    keys: ["z"],
    isRare: true,
    can: hasAny,
    run: (at) => ({ ...at.state, isGrouped: false, shape: hasPanes(at) ? "table" : "panes" }),
  },
  {
    id: "fleet.copy",
    title: "copy its task",
    keys: ["y"],
    isRare: true,
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
    isRare: true,
    can: ({ focus }) => focus.construct !== undefined,
    run: ({ model, focus, hands }) => {
      const construct = findConstruct(model, focus.construct)?.construct;
      if (construct !== undefined) hands.copy(JSON.stringify(construct, null, 2), `${construct.id} as JSON`);
    },
  },
];

/** Where there is no construct, there is nothing to put in order or to leave out. */
function hasAny(seen: Seen<FleetState>): boolean {
  return seen.state.filter !== "" || idsOf(seen).length > 0;
}
