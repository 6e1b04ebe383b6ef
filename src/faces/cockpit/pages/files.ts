import { oneLine } from "../../../base/text.ts";
import { showBytes } from "../../../base/units.ts";
import { clock, moment } from "../../words/amounts.ts";
import { widthOf, wrap } from "../../words/width.ts";
import { blank, filling, line, type Line } from "../draw/block.ts";
import { boxRows, listAndBox } from "../draw/list-and-box.ts";
import { movedTo, placeIn } from "../draw/listing.ts";
import type { Look } from "../draw/look.ts";
import { pointed, rolled } from "../draw/reading.ts";
import type { TableColumn } from "../draw/table.ts";
import { tame } from "../draw/tame.ts";
import { whatOf, type FileList, type ListedFile } from "../files/file-list.ts";
import { readingOfFile } from "../files/file-reading.ts";
import { fileView } from "../files/file-view.ts";
import { filesActions } from "../files/files-actions.ts";
import { concernsFiles, fileHere, listOf, newFilesState, runOf, type FilesState } from "../files/files-state.ts";
import { isDue, loadFiles, openFile } from "../files/load-files.ts";
import { tailOf } from "../files/tail-of.ts";
import type { Page, Seen } from "../page.ts";

/** What the constructs of a run have written and shown: which files, what is in them, and how they came to be so. */
export const filesPage: Page<FilesState> = {
  name: "files",
  title: "Files",
  begin({ run, path }, model, before) {
    const wanted = run ?? model.current;
    const state = before !== undefined && before.run === wanted ? before : newFilesState(wanted);
    return path === undefined ? state : { ...state, filter: "", open: null, listing: { cursor: path, place: 0 } };
  },
  entered: (at) => void loadFiles(at),
  draw(seen) {
    const { state, size } = seen;
    if (state.open !== null) return fileView(seen, state.open);
    const list = listOf(seen);
    if (list.rows.length === 0) return filling(emptyLines(seen, list), size.columns, size.rows);
    const shown = {
      columns: columnsFor(size.columns),
      rows: list.rows,
      idOf: ({ file }: ListedFile) => file.path,
      place: placeIn(list.ids, state.listing),
      note: noteOf(list, state),
      about: (row: ListedFile) => ({
        title: tailOf(tame(row.name), size.columns - 8),
        lines: boxLines(seen, row),
      }),
    };
    return listAndBox(shown, size);
  },
  focus: (seen) => ({ run: seen.state.run ?? undefined, path: fileHere(seen)?.file.path }),
  actions: filesActions,
  heard: (event, { state, model }) =>
    event.run === state.run && !state.isStale && concernsFiles(event, model) ? { ...state, isStale: true } : state,
  moves: ({ state }) => state.isStale,
  moved(at): FilesState | void {
    if (!isDue(at.state, at.model.now)) return;
    void loadFiles(at, true);
    return { ...at.state, isStale: false };
  },
  clicked(target, at) {
    const { state, focus } = at;
    if (state.open !== null) return /^\d+$/.test(target) ? pointed(readingOfFile, target, at) : undefined;
    if (focus.path === target) return openFile(at, target, "text");
    return { ...state, listing: { cursor: target, place: 0 } };
  },
  wheeled(rows, seen) {
    if (seen.state.open !== null) return rolled(readingOfFile, rows, seen);
    const { ids } = listOf(seen);
    return { ...seen.state, listing: movedTo(ids, placeIn(ids, seen.state.listing) + Math.sign(rows)) };
  },
};

const looks = { written: "good", surfaced: "strong", gone: "warning" } as const satisfies Record<string, Look>;

function columnsFor(width: number): TableColumn<ListedFile>[] {
  const isWide = width >= 110;
  const name = Math.max(10, width - (isWide ? 69 : 48));
  return [
    isWide
      ? { title: "WHEN", width: 16, cell: ({ at }) => [moment(at), "faint"] }
      : { title: "WHEN", width: 8, cell: ({ at }) => [clock(at), "faint"] },
    { title: "SIZE", width: 9, side: "right", cell: ({ file }) => (file.bytes === null ? "–" : showBytes(file.bytes)) },
    { title: "WHAT", width: 8, cell: (row) => [whatOf(row), looks[whatOf(row)]] },
    { title: "BY", width: isWide ? 28 : 15, cell: ({ constructs }) => [byWord(constructs, isWide ? 28 : 15), "faint"] },
    { title: "FILE", width: 0, cell: (row) => tailOf(tame(row.name), name) },
  ];
}

/** As many ids as there is room for, and how many more there are. */
function byWord(ids: readonly string[], width: number): string {
  for (let shown = ids.length; shown > 1; shown -= 1) {
    const text = withRest(ids, shown);
    if (widthOf(text) <= width) return text;
  }
  return withRest(ids, 1);
}

const withRest = (ids: readonly string[], shown: number): string =>
  `${ids.slice(0, shown).join(" ")}${shown < ids.length ? ` +${ids.length - shown}` : ""}`;

function noteOf({ rows, all }: FileList, { filter, order, problem }: FilesState): string {
  const shown = filter === "" ? [] : [`/${oneLine(filter, 24)}  ${rows.length} of ${all}`];
  const old = problem === "" ? [] : ["not up to date"];
  return [...old, ...shown, order === "newest" ? "newest first" : "by path"].join(" · ");
}

/** Who had to do with it, the latest first, with the task that it was for. */
function boxLines(seen: Seen<FilesState>, { file, name }: ListedFile): Line[] {
  const view = runOf(seen);
  const room = seen.size.columns - 4;
  const state = file.bytes === null ? "It is gone, or is no plain file any more." : showBytes(file.bytes);
  const isElsewhere = name === file.path;
  const uses = file.by.toSorted((one, other) => other.at - one.at);
  const shown = uses.slice(0, boxRows - 4);
  const rest = uses.length - shown.length;
  return [
    line(
      [` ${state}`, file.bytes === null ? "warning" : "plain"],
      [isElsewhere ? "  · outside the workspace" : "", "warning"],
      [rest > 0 ? `  · ${uses.length} times, the latest ${shown.length}:` : "", "faint"],
    ),
    ...shown.map(({ construct, how, at }) =>
      line([` ${clock(at)}  `, "faint"], [construct, "strong"], how === "written" ? " wrote it  " : " showed it ", [
        oneLine(view?.constructs[construct]?.task.slice(0, 800) ?? "", Math.max(10, room - 32)),
        "faint",
      ]),
    ),
  ];
}

function emptyLines({ state, size }: Seen<FilesState>, { all }: FileList): Line[] {
  if (all > 0)
    return [
      blank,
      line([`  None of ${all} files is like this: `, "faint"], [state.filter, "strong"]),
      line(["  / changes the filter, Esc takes it away.", "faint"]),
    ];
  if (state.problem !== "")
    return [
      blank,
      ...wrap(tame(`The files cannot be listed: ${state.problem}`), size.columns - 4).map((row) =>
        line([`  ${row}`, "warning"]),
      ),
    ];
  if (state.run === null)
    return [
      blank,
      line(["  No run yet.", "strong"]),
      blank,
      line(["  e  ", "key"], "sets a goal: what its constructs write stands here"),
    ];
  if (state.files === null) return [blank, line(["  The record is being read…", "faint"])];
  return [
    blank,
    line(["  No file yet.", "strong"]),
    line(["  What a construct of this run writes or shows stands here by itself.", "faint"]),
  ];
}
