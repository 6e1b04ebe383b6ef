import { told } from "../draw/told.ts";
import { oneLine } from "../../../base/text.ts";
import { caliberText, type ConstructView, type RunView } from "../../../protocol/view.ts";
import { dial } from "../../words/amounts.ts";
import { waitingIn } from "../../words/waiting.ts";
import { blank, filling, line, type Line } from "../draw/block.ts";
import { confirmDialog } from "../dialogs/confirm.ts";
import { cursorIn, listActions, movedTo, newListing, placeIn, type Listing } from "../draw/listing.ts";
import { tableOf, type TableColumn } from "../draw/table.ts";
import { isOpen, type DeckModel } from "../model/deck-model.ts";
import type { Action, At, Page, Seen } from "../page.ts";

export interface QueueState {
  listing: Listing;
}

/** One that waits for its start. */
interface QueueRow {
  view: RunView;
  construct: ConstructView;
  /** In its run, from 1. */
  place: number;
  waitsFor: string;
}

/** What waits for its start, in the order in which it starts, and for what. */
export const queuePage: Page<QueueState> = {
  name: "queue",
  title: "Queue",
  begin: ({ construct }, _model, before) =>
    construct === undefined ? (before ?? { listing: newListing }) : { listing: { cursor: construct, place: 0 } },
  draw(seen) {
    const { model, state, size } = seen;
    const runs = openRuns(model);
    const rows = rowsOf(model);
    const seats = runs.map((view) => seatLine(view, runs.length > 1, size.columns));
    if (rows.length === 0)
      return filling([...seats, ...emptyLines(runs.length, size.columns)], size.columns, size.rows);
    const place = placeIn(idsOf(seen), state.listing);
    const foot = [blank, line([" One that comes after others waits for these, wherever it stands.", "faint"])];
    const height = Math.max(2, size.rows - seats.length - 1 - foot.length);
    const at = { place, width: size.columns, height };
    const table = tableOf(
      columnsFor(size.columns, model.now, runs.length > 1),
      rows,
      ({ construct }) => construct.id,
      at,
    );
    return filling([...seats, blank, ...table, ...foot], size.columns, size.rows);
  },
  focus(seen) {
    const row = here(seen);
    return { run: row?.view.run, construct: row?.construct.id };
  },
  actions: [
    {
      id: "queue.open",
      title: "open",
      keys: ["enter", "space"],
      can: (seen) => here(seen) !== undefined,
      run: ({ hands, focus }) => hands.show("construct", focus),
    },
    moving("queue.earlier", "earlier", ["W", "["], (queue, at) => (at > 0 ? queue[at - 1] : undefined)),
    moving("queue.later", "later", ["S", "]"], (queue, at) =>
      at < queue.length - 1 ? (queue[at + 2] ?? null) : undefined,
    ),
    moving("queue.to_front", "to the front", ["f"], (queue, at) => (at > 0 ? queue[0] : undefined)),
    moving("queue.to_end", "to the end", ["F"], (queue, at) => (at < queue.length - 1 ? null : undefined)),
    {
      id: "queue.cancel",
      title: "cancel it",
      keys: ["k", "delete"],
      can: (seen) => here(seen) !== undefined,
      run: (at) => askToCancel(at),
    },
    ...listActions<QueueState>("queue", {
      ids: (seen) => idsOf(seen),
      get: (state) => state.listing,
      set: (_state, listing) => ({ listing }),
    }),
  ],
  clicked: (target) => ({ listing: { cursor: target, place: 0 } }),
  wheeled: (rows, seen) => {
    const ids = idsOf(seen);
    return { listing: movedTo(ids, placeIn(ids, seen.state.listing) + Math.sign(rows)) };
  },
};

const openRuns = ({ runs }: DeckModel): RunView[] => [...runs.values()].filter(isOpen);

const rowsOf = (model: DeckModel): QueueRow[] =>
  openRuns(model).flatMap((view) =>
    waitingIn(view).flatMap(({ construct: id, place, waits_for: waitsFor }) => {
      const construct = view.constructs[id];
      return construct === undefined ? [] : [{ view, construct, place, waitsFor }];
    }),
  );

const idsOf = ({ model }: Pick<Seen<QueueState>, "model">): string[] => openRuns(model).flatMap(({ queue }) => queue);

function here(seen: Seen<QueueState>): QueueRow | undefined {
  const id = cursorIn(idsOf(seen), seen.state.listing);
  return rowsOf(seen.model).find(({ construct }) => construct.id === id);
}

/**
 * A key that changes the order.
 * @param to before which one it comes then; null: it is the last; undefined: it cannot be moved so
 */
function moving(
  id: string,
  title: string,
  keys: string[],
  to: (queue: readonly string[], at: number) => string | null | undefined,
): Action<QueueState> {
  const target = (seen: Seen<QueueState>) => {
    const row = here(seen);
    return row === undefined ? undefined : to(row.view.queue, row.view.queue.indexOf(row.construct.id));
  };
  return {
    id,
    title,
    keys,
    can: (seen) => target(seen) !== undefined,
    run(at) {
      const construct = here(at)?.construct.id;
      const before = target(at);
      if (construct === undefined || before === undefined) return at.state;
      void at.hands.send({ type: "queue.move", construct, before });
      return { listing: { ...at.state.listing, cursor: construct } };
    },
  };
}

function askToCancel(at: At<QueueState>): void {
  const row = here(at);
  if (row === undefined) return;
  const { id, task } = row.construct;
  at.hands.open(
    confirmDialog({
      title: "Cancel it?",
      words: [
        `${id} will not start: ${oneLine(task.slice(0, 800), 200)}`,
        row.view.kind === "goal" ? "The daemon is told, and may ask for it again." : "Nothing starts in its place.",
      ],
      verb: "cancels it",
      run: (hands) => void hands.send({ type: "queue.cancel", construct: id }, `${id} does not start any more`),
    }),
  );
}

function columnsFor(width: number, now: number, isOfMany: boolean): TableColumn<QueueRow>[] {
  const caliber: TableColumn<QueueRow> = {
    title: "CALIBER",
    width: 14,
    cell: ({ construct }) => [caliberText(construct), "faint"],
  };
  return [
    ...(isOfMany
      ? [
          { title: "#", width: 3, side: "right" as const, cell: ({ place }: QueueRow) => String(place) },
          { title: "RUN", width: 4, cell: ({ view }: QueueRow) => [view.run.slice(-4), "faint"] as const },
        ]
      : []),
    { title: "CONSTRUCT", width: 11, cell: ({ construct }) => construct.id },
    { title: "SINCE", width: 7, side: "right", cell: ({ construct }) => [dial(now - construct.queuedAt), "faint"] },
    ...(width >= 110 ? [caliber] : []),
    {
      title: "WAITS FOR",
      width: Math.min(44, Math.floor(width / 3.6)),
      cell: ({ waitsFor, view }) => [waitsFor, lookOf(view)],
    },
    { title: "TASK", width: 0, cell: ({ construct }) => oneLine(construct.task.slice(0, 800), 240) },
  ];
}

/** What only the netrunner or the provider can end is not a mere matter of time. */
const lookOf = ({ status, account }: RunView): "warning" | "plain" =>
  status === "paused" || account !== null ? "warning" : "plain";

/** Columns from which on there is room for how many have been spawned. */
const leastForSpawned = 100;

function seatLine(view: RunView, isOfMany: boolean, columns: number): Line {
  const { max_concurrent: most, max_starting: mostStarting, max_spawns: mostSpawns } = view.settings;
  const constructs = Object.values(view.constructs);
  const starting = constructs.filter(({ state }) => state === "starting").length;
  const seated = constructs.filter((one) => isSeated(one)).length;
  const signs = most <= 40 ? ` ${"■".repeat(Math.min(seated, most))}${"□".repeat(Math.max(0, most - seated))}` : "";
  const spawned = constructs.length;
  return line(
    [isOfMany ? ` ${view.run.slice(-4)} ` : " ", "faint"],
    ["slots", "faint"],
    [signs, "busy"],
    ` ${seated} of ${most} taken`,
    [` · starting ${starting} of ${mostStarting} at a time · waiting ${view.queue.length}`, "faint"],
    ...(columns < leastForSpawned
      ? []
      : [[` · spawned ${spawned}${mostSpawns === 0 ? "" : ` of ${mostSpawns}`}`, "faint"] as const]),
  );
}

/** It takes one of the places of those that may be at work at once. */
const isSeated = ({ state, outcome }: ConstructView): boolean =>
  outcome === null && state !== "queued" && state !== "suspended";

const emptyLines = (open: number, columns: number): Line[] => [
  blank,
  line([open === 0 ? "  No run is open, so nothing waits." : "  Nothing waits for its start.", "strong"]),
  blank,
  ...told(
    "What is spawned comes in here until there is a slot for it, and what it is to come after has ended.",
    columns,
  ),
];
