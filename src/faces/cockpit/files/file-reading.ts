import { newReading, type Entry } from "../draw/entries.ts";
import type { ReadingOf } from "../draw/reading-of.ts";
import { numberColumns, timeColumns } from "./file-entries.ts";
import type { FilesState } from "./files-state.ts";

/** Rows above the text of an open file. */
export const rowsAbove = 2;

/** The open file, for the keys that read it; without one there is nothing to read. */
export const readingOfFile: ReadingOf<FilesState> = {
  entries: ({ state }) => entriesIn(state),
  pane: ({ state, size }) => ({
    width: size.columns - 1,
    height: Math.max(1, size.rows - rowsAbove),
    margin: state.open?.part === "changes" ? timeColumns : numberColumns(entriesIn(state)),
  }),
  get: ({ open }) => open?.readings[open.part] ?? newReading(),
  set: (state, reading) =>
    state.open === null
      ? state
      : { ...state, open: { ...state.open, readings: { ...state.open.readings, [state.open.part]: reading } } },
};

function entriesIn({ open }: FilesState): readonly Entry[] {
  if (open === null) return [];
  const asked = open[open.part];
  return asked.state === "there" ? asked.it.entries : [];
}
