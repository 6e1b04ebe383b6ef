import { inert, oneLine } from "../../../base/text.ts";
import { count } from "../../../base/units.ts";
import { widthOf, pad, wrap } from "../../words/width.ts";
import { filterActions } from "../actions/filter-actions.ts";
import { askForConstruct } from "../actions/talk-actions.ts";
import type { CatalogueRow, Fact } from "../catalogues/catalogue-rows.ts";
import {
  catalogueParts,
  idsOf,
  loadCatalogues,
  newCataloguesState,
  rowHere,
  rowsOf,
  withListing,
  type CataloguePart,
  type CataloguesState,
} from "../catalogues/catalogues-state.ts";
import { blank, line, type Line, type Placed } from "../draw/block.ts";
import { boxed } from "../draw/box.ts";
import { listActions, movedTo, newListing, placeIn } from "../draw/listing.ts";
import { tableOf, type TableColumn } from "../draw/table.ts";
import { tame } from "../draw/tame.ts";
import type { Page, Seen } from "../page.ts";

/** What a construct can be made of: profiles, programs, plugins and models; which of them can be had, and what the others lack. */
export const cataloguesPage: Page<CataloguesState> = {
  name: "catalogues",
  title: "Catalogues",
  begin: (_aim, _model, before) => before ?? newCataloguesState(),
  entered: (at) => void loadCatalogues(at),
  draw(seen) {
    const { state, size } = seen;
    const { columns, rows } = size;
    const row = rowHere(state);
    const head = { x: 0, y: 0, width: columns, height: 1, lines: [partsLine(state, columns)] };
    if (row === undefined)
      return {
        parts: [head, { x: 0, y: 1, width: columns, height: rows - 1, lines: emptyLines(state, columns) }],
      };
    const { list, box } = placesOf(seen);
    const place = placeIn(idsOf(state), state.listings[state.part]);
    const lines = tableOf(columnsFor(state.part, list.width), rowsOf(state), ({ id }) => id, { ...list, place });
    const facts = factLines(row, box.width - 4);
    const [top, shown] = [topIn(seen), box.height - 2];
    const note = facts.length > shown ? `${top + 1}–${Math.min(facts.length, top + shown)} of ${facts.length}` : "";
    return { parts: [head, { ...list, lines }, boxed(facts.slice(top), box, { title: row.name, note })] };
  },
  focus: ({ model }) => ({ run: model.current ?? undefined }),
  heard: (event, { state }) =>
    event.type === "catalogue.changed" || event.type === "catalogue.refused" ? { ...state, isStale: true } : state,
  moves: ({ state }) => state.isStale,
  moved(at): CataloguesState | void {
    if (!at.state.isStale || at.state.isLoading) return;
    void loadCatalogues(at);
    return { ...at.state, isStale: false };
  },
  actions: [
    {
      id: "catalogues.part",
      title: "next part",
      keys: ["tab"],
      run: ({ state }) => ({ ...state, part: stepped(state.part, 1), top: 0 }),
    },
    {
      id: "catalogues.part_before",
      title: "part before",
      keys: ["shift+tab"],
      isPlain: true,
      run: ({ state }) => ({ ...state, part: stepped(state.part, -1), top: 0 }),
    },
    {
      id: "catalogues.spawn",
      title: "start a construct with it",
      keys: ["enter", "space"],
      can: ({ state, model }) => rowHere(state)?.chosen !== undefined && model.link.state === "attached",
      run: (at) => askForConstruct(at, rowHere(at.state)?.chosen),
    },
    {
      id: "catalogues.details_down",
      title: "details on",
      keys: ["]"],
      can: (seen) => topIn(seen) < mostTop(seen),
      run: (at) => ({ ...at.state, top: Math.min(mostTop(at), topIn(at) + pageOf(at)) }),
    },
    {
      id: "catalogues.details_up",
      title: "details back",
      keys: ["["],
      can: (seen) => topIn(seen) > 0,
      run: (at) => ({ ...at.state, top: Math.max(0, topIn(at) - pageOf(at)) }),
    },
    {
      id: "catalogues.again",
      title: "look again",
      keys: ["r"],
      run: (at) => {
        at.hands.say(at.state.part === "calibers" ? "the agent is asked for its models" : "the catalogues are read");
        void loadCatalogues(at, at.state.part === "calibers");
      },
    },
    ...filterActions<CataloguesState>("catalogues", {
      get: ({ filter }) => filter,
      set: (state, filter, restarts) => {
        const next = { ...state, filter, top: 0 };
        return restarts ? withListing(next, newListing) : next;
      },
      found: ({ state }) => ({ rows: rowsOf(state), all: state.rows[state.part]?.length ?? 0 }),
    }),
    {
      id: "catalogues.copy_path",
      title: "copy the path of its file",
      keys: ["y"],
      isRare: true,
      can: ({ state }) => rowHere(state)?.path !== undefined,
      run: ({ state, hands }) => {
        const path = rowHere(state)?.path;
        if (path !== undefined) hands.copy(path, "the path");
      },
    },
    {
      id: "catalogues.copy_json",
      title: "copy all of it as JSON",
      keys: ["Y"],
      isRare: true,
      can: ({ state }) => rowHere(state) !== undefined,
      run: ({ state, hands }) => hands.copy(JSON.stringify(rowHere(state)?.record, null, 2), "the entry"),
    },
    ...listActions<CataloguesState>("catalogues", {
      ids: ({ state }) => idsOf(state),
      get: (state) => state.listings[state.part],
      set: withListing,
    }),
  ],
  clicked(target, { state }) {
    const part = catalogueParts.find((one) => `part:${one}` === target);
    return part === undefined ? withListing(state, { cursor: target, place: 0 }) : { ...state, part, top: 0 };
  },
  wheeled: (rows, { state }) => {
    const ids = idsOf(state);
    return withListing(state, movedTo(ids, placeIn(ids, state.listings[state.part]) + Math.sign(rows)));
  },
};

/**
 * The list and the box with the details: side by side where there is room for both, else one above the other, and the box has what no
 * part's list needs. It stays where it is when another part is shown, or fewer rows of it.
 */
function placesOf({ state, size }: Seen<CataloguesState>): Record<"list" | "box", Omit<Placed, "lines">> {
  const { columns, rows } = size;
  if (columns >= 160) {
    const width = Math.floor(columns / 2);
    return {
      list: { x: 0, y: 1, width, height: rows - 1 },
      box: { x: width, y: 1, width: columns - width, height: rows - 1 },
    };
  }
  const longest = Math.max(...catalogueParts.map((part) => state.rows[part]?.length ?? 0));
  const height = Math.min(longest + 1, rows - 1 - Math.max(8, Math.floor(rows * 0.45)));
  return {
    list: { x: 0, y: 1, width: columns, height },
    box: { x: 0, y: 1 + height, width: columns, height: rows - 1 - height },
  };
}

const pageOf = (seen: Seen<CataloguesState>): number => Math.max(1, placesOf(seen).box.height - 3);

function mostTop(seen: Seen<CataloguesState>): number {
  const row = rowHere(seen.state);
  const { box } = placesOf(seen);
  return row === undefined ? 0 : Math.max(0, factLines(row, box.width - 4).length - (box.height - 2));
}

const topIn = (seen: Seen<CataloguesState>): number => Math.min(seen.state.top, mostTop(seen));

const stepped = (part: CataloguePart, by: number): CataloguePart =>
  catalogueParts[(catalogueParts.indexOf(part) + by + catalogueParts.length) % catalogueParts.length] ?? "profiles";

const titles: Record<CataloguePart, string> = {
  profiles: "Profiles",
  tools: "Tools",
  plugins: "Plugins",
  calibers: "Calibers",
};

function partsLine(state: CataloguesState, columns: number): Line {
  const parts = catalogueParts.map((part): readonly [string, "border_focused" | "faint"] => {
    const title = `${titles[part]} ${countOf(state, part)}`.trimEnd();
    return part === state.part ? [`▸ ${title}   `, "border_focused"] : [`  ${title}   `, "faint"];
  });
  const taken = parts.reduce((sum, [text]) => sum + widthOf(text), 1);
  const room = Math.max(0, columns - taken - 1);
  if (state.filter !== "") return line(" ", ...parts, [pad(`/${oneLine(state.filter, 60)}`, room, "right"), "key"]);
  const note = noteOf(state);
  return line(" ", ...parts, [
    pad(oneLine(note, Math.max(10, room - 1)), room, "right"),
    note === "" ? "faint" : "warning",
  ]);
}

/** "3"; of what a filter narrows down, "1/3"; "" where it is not known yet. */
function countOf(state: CataloguesState, part: CataloguePart): string {
  const all = state.rows[part];
  if (all === null) return "";
  return state.filter === "" ? `${all.length}` : `${rowsOf(state, part).length}/${all.length}`;
}

/** What is not as it should be, or where the models come from. */
function noteOf({ part, problems, source, rows }: CataloguesState): string {
  if (part !== "calibers") {
    const wrong = (rows[part] ?? []).filter(({ standing }) => standing[1] !== "good").length;
    return problems.files !== "" && rows[part] !== null ? "not up to date" : wrong === 0 ? "" : `${wrong} not usable`;
  }
  if (problems.calibers !== "" && rows.calibers !== null) return "not up to date";
  if (source === null) return "";
  return source.warnings[0]?.message ?? (source.from === "fallback" ? "the agent was not heard: r asks it" : "");
}

function columnsFor(part: CataloguePart, width: number): TableColumn<CatalogueRow>[] {
  const isCalibers = part === "calibers";
  const isWide = width >= 110;
  return [
    { title: isCalibers ? "MODEL" : "NAME", width: isWide ? 26 : 20, cell: ({ name }) => name },
    { title: isCalibers ? "EFFORTS" : "USABLE", width: isCalibers ? 12 : 8, cell: ({ standing }) => standing },
    {
      title: isCalibers ? "$ IN / OUT" : "SORT",
      width: 13,
      cell: ({ sort }) => [sort, isCalibers ? "plain" : "faint"],
    },
    { title: isCalibers ? "FAST" : "FROM", width: isCalibers ? 4 : 7, cell: ({ from }) => [from, "faint"] },
    { title: "WHAT FOR", width: 0, cell: ({ about }) => oneLine(about.slice(0, 800), 240) },
  ];
}

const nameColumns = 12;

/** What is known of an entry, wrapped. */
function factLines({ facts }: CatalogueRow, width: number): Line[] {
  return facts.filter(([, text]) => text !== "").flatMap((fact) => linesOf(fact, width));
}

function linesOf([name, text, look]: Fact, width: number): Line[] {
  const rows = wrap(inert(text).replaceAll("\t", "    "), Math.max(10, width - nameColumns - 1));
  return rows.map((row, index) =>
    line([` ${pad(index === 0 ? name : "", nameColumns)}`, "faint"], look === undefined ? row : [row, look]),
  );
}

function emptyLines(state: CataloguesState, columns: number): Line[] {
  const { part, problems, places, rows, filter } = state;
  const all = rows[part]?.length ?? 0;
  if (all > 0)
    return [
      blank,
      line([`  None of ${count(all, "entry", "entries")} is like this: `, "faint"], [filter, "strong"]),
      line(["  / changes the filter, Esc takes it away; Tab shows the other parts.", "faint"]),
    ];
  const problem = part === "calibers" ? problems.calibers : problems.files;
  const wrapped = (text: string, look: "warning" | "faint"): Line[] =>
    wrap(tame(text), columns - 4).map((row) => line([`  ${row}`, look]));
  if (problem !== "")
    return [blank, ...wrapped(`They cannot be listed: ${problem}`, "warning"), ...wrapped("r looks again.", "faint")];
  if (rows[part] === null) return [blank, line(["  They are being looked up…", "faint"])];
  if (part === "calibers")
    return [blank, line(["  The agent has told no models.", "strong"]), line(["  r asks it anew.", "faint"])];
  return [
    blank,
    line([`  ${emptyWords[part]}`, "strong"]),
    ...(places.length > 0 ? [line(["  They are looked for in these folders, the strongest first:", "faint"])] : []),
    ...places.map(({ path }) => line(`    ${path}`)),
  ];
}

const emptyWords: Record<Exclude<CataloguePart, "calibers">, string> = {
  profiles: "No profile: each is a file profiles/NAME.toml.",
  tools: "No program is registered: they stand in tools.toml.",
  plugins: "No plugin: each is a folder plugins/NAME with a plugin.toml.",
};
