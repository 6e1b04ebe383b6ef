import { oneLine } from "../../../base/text.ts";
import { dial, money } from "../../words/amounts.ts";
import { constructWord } from "../../words/state-word.ts";
import { pad } from "../../words/width.ts";
import { filling, line, type Line } from "../draw/block.ts";
import { cursorIn, firstShown, listActions, movedTo, newListing, placeIn, type Listing } from "../draw/listing.ts";
import { ageOf, constructsOf, findConstruct, type Placed } from "../model/constructs.ts";
import type { Page, Seen } from "../page.ts";

export interface FleetState {
  listing: Listing;
}

const idsOf = ({ model }: Seen<FleetState>): string[] => constructsOf(model).map(({ construct }) => construct.id);

/** All constructs of the open runs at a glance. */
export const fleetPage: Page<FleetState> = {
  name: "fleet",
  title: "Fleet",
  begin: ({ construct }, _model, before) => {
    const listing = construct === undefined ? (before?.listing ?? newListing) : { cursor: construct, place: 0 };
    return { ...before, listing };
  },
  draw(seen) {
    const { model, state, size } = seen;
    const all = constructsOf(model);
    if (all.length === 0)
      return filling(
        [line(""), line(["  No construct yet. e sets a goal, n starts a construct.", "faint"])],
        size.columns,
        size.rows,
      );
    const place = placeIn(idsOf(seen), state.listing);
    const rows = size.rows - 1;
    const first = firstShown(all.length, place, rows);
    const lines = all.slice(first, first + rows).map((one, index) => rowOf(one, first + index === place, model.now));
    const head = line([
      `   ${pad("CONSTRUCT", 10)} ${pad("STATE", 11)} ${pad("TIME", 7, "right")} ${pad("COST", 8, "right")}  TASK AND WHAT IT DOES`,
      "faint",
    ]);
    return filling([head, ...lines], size.columns, size.rows);
  },
  focus(seen) {
    const construct = cursorIn(idsOf(seen), seen.state.listing);
    return { construct, run: findConstruct(seen.model, construct)?.view.run };
  },
  actions: [
    {
      id: "fleet.open",
      title: "open",
      keys: ["enter", "space"],
      can: ({ focus }) => focus.construct !== undefined,
      run: ({ hands, focus }) => hands.show("construct", focus),
    },
    ...listActions<FleetState>("fleet", {
      ids: idsOf,
      get: (state) => state.listing,
      set: (state, listing) => ({ ...state, listing }),
    }),
  ],
  clicked: (target, { state }) => ({ ...state, listing: { cursor: target, place: 0 } }),
  wheeled: (rows, seen) => {
    const ids = idsOf(seen);
    return { ...seen.state, listing: movedTo(ids, placeIn(ids, seen.state.listing) + rows) };
  },
};

function rowOf({ construct }: Placed, isCursor: boolean, now: number): Line {
  const state = constructWord(construct.state);
  const row = line(
    [isCursor ? " ▸ " : "   ", "key"],
    pad(construct.id, 10),
    " ",
    [pad(`${state.glyph} ${state.word}`, 11), state.style === "alarm" ? "act" : state.style],
    " ",
    [pad(dial(ageOf(construct, now)), 7, "right"), "faint"],
    " ",
    [pad(money(construct.costUsd), 8, "right"), "faint"],
    `  ${oneLine(construct.task, 200)}`,
    [`  ${construct.activity}`, "faint"],
  );
  return { ...row, target: construct.id, ...(isCursor ? { fill: "cursor" as const } : {}) };
}
