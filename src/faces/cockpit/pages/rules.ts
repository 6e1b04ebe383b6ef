import type { DeckEvent } from "../../../protocol/event.ts";
import { clip, widthOf } from "../../words/width.ts";
import { blank, line, type Drawing, type Line } from "../draw/block.ts";
import { boxed } from "../draw/box.ts";
import { firstShown, listActions, movedTo, placeIn } from "../draw/listing.ts";
import type { Page, Seen } from "../page.ts";
import { loadRules, rulesActions } from "../rules/rules-actions.ts";
import {
  brakeDetail,
  brakeHead,
  brakeRow,
  forbiddenDetail,
  forbiddenHead,
  forbiddenRow,
  tripwireDetail,
  tripwireHead,
  tripwireRow,
} from "../rules/rules-lines.ts";
import {
  forbiddenOf,
  idsOf,
  newRulesState,
  openNow,
  ruleParts,
  tierNow,
  withListing,
  type RulePart,
  type RulesState,
} from "../rules/rules-state.ts";

/** What constructs may not do: tripwires, forbidden work, and the rules of the brake. */
export const rulesPage: Page<RulesState> = {
  name: "rules",
  title: "Rules",
  begin: (_aim, _model, before) => before ?? newRulesState(),
  entered: (at) => void loadRules(at),
  draw(seen) {
    const { state, model, size } = seen;
    const place = placeIn(idsOf(state, model), state.listings[state.part]);
    const { head, rows, detail, empty } = partOf(seen, place);
    const about = detail.slice(0, Math.max(2, Math.floor(size.rows / 3)));
    const box = place < 0 ? 0 : about.length + 2;
    const room = Math.max(1, size.rows - box - 2);
    const first = firstShown(rows.length, place, room);
    const inView = rows.slice(first, first + room).map((row) => fitted(row, size.columns - 1));
    const lines = [partsLine(seen), head, ...(rows.length === 0 ? [blank, empty] : inView)];
    const list = { x: 0, y: 0, width: size.columns, height: size.rows - box, lines };
    if (box === 0) return { parts: [list] };
    const at = { x: 0, y: size.rows - box, width: size.columns, height: box };
    const spaced = about.map((one): Line => ({ ...one, spans: [{ text: " " }, ...one.spans] }));
    return { parts: [list, boxed(spaced, at)] } satisfies Drawing;
  },
  focus: () => ({}),
  heard: (event, seen) => afterEvent(event, seen.state),
  actions: [
    ...rulesActions,
    ...listActions<RulesState>("rules", {
      ids: ({ state, model }) => idsOf(state, model),
      get: (state) => state.listings[state.part],
      set: withListing,
    }),
  ],
  clicked: (target, { state, model }) => {
    const ids = idsOf(state, model);
    return withListing(state, movedTo(ids, ids.indexOf(target)));
  },
  wheeled: (rows, { state, model }) => {
    const ids = idsOf(state, model);
    return withListing(state, movedTo(ids, placeIn(ids, state.listings[state.part]) + rows));
  },
};

/** A row whose last text ends within so many columns. */
function fitted(row: Line, columns: number): Line {
  const last = row.spans.at(-1);
  if (last === undefined) return row;
  const before = row.spans.slice(0, -1);
  const used = before.reduce((sum, { text }) => sum + widthOf(text), 0);
  return { ...row, spans: [...before, { ...last, text: clip(last.text, columns - used) }] };
}

interface Part {
  head: Line;
  rows: Line[];
  detail: Line[];
  /** In place of the rows where there are none. */
  empty: Line;
}

function partOf({ state, model, size }: Seen<RulesState>, place: number): Part {
  const columns = size.columns - 4;
  const none = (text: string): Line => line([`  ${text}`, "faint"]);
  if (state.part === "tripwires") {
    const all = state.tripwires ?? [];
    const rule = all[place];
    return {
      head: tripwireHead,
      rows: all.map((one, index) => tripwireRow(one, { place: index, isCursor: index === place })),
      detail: rule === undefined ? [] : tripwireDetail(rule, columns),
      empty: none(state.tripwires === null ? "The tripwires are being read…" : "The deck knows of no tripwire."),
    };
  }
  if (state.part === "forbidden") {
    const all = forbiddenOf(state, model);
    const one = all[place];
    return {
      head: forbiddenHead,
      rows: all.map((each, index) => forbiddenRow(each, { place: index, isCursor: index === place })),
      detail: one === undefined ? [] : forbiddenDetail(one, columns),
      empty: none("Nothing is forbidden in this home. f forbids some work, K kills a construct and forbids its task."),
    };
  }
  const rules = state.brake?.rules ?? [];
  const rule = rules[place];
  return {
    head: brakeHead,
    rows: rules.map((one, index) => brakeRow(one, String(index), { place: index, isCursor: index === place })),
    detail: rule === undefined ? [] : brakeDetail(rule, columns),
    empty: none("cyberdeck brake show lists the rules of the brake."),
  };
}

const titles: Record<RulePart, string> = { tripwires: "Tripwires", forbidden: "Forbidden work", brake: "Brake" };

function partsLine({ state, model }: Seen<RulesState>): Line {
  const run = openNow(model);
  const tier = tierNow(model);
  return line(
    " ",
    ...ruleParts.flatMap((part): [string, "border_focused" | "faint"][] => {
      const title = part === "brake" ? `${titles.brake}: ${tier}` : titles[part];
      return part === state.part ? [[`▸ ${title}   `, "border_focused"]] : [[`  ${title}   `, "faint"]];
    }),
    [run === undefined ? "  no run is open" : `  ${run.run}`, "faint"],
  );
}

/** What has changed by somebody else's hand. */
function afterEvent(event: DeckEvent, state: RulesState): RulesState {
  if (event.type === "tripwire.muted" && state.tripwires !== null) {
    const { name, muted } = event.body;
    const tripwires = state.tripwires.map((rule) =>
      rule.name === name && rule.state !== "idle"
        ? { ...rule, state: muted ? ("muted" as const) : ("on" as const) }
        : rule,
    );
    return { ...state, tripwires };
  }
  if (event.type !== "blacklist.added" && event.type !== "blacklist.removed") return state;
  const { entry } = event.body;
  const others = (state.entries ?? []).filter(({ id }) => id !== entry.id);
  return { ...state, entries: event.type === "blacklist.added" ? [...others, entry] : others };
}
