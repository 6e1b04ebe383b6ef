import type { DeckEvent } from "../../../protocol/event.ts";
import type { ReadFile, RunFile } from "../../../protocol/run-files.ts";
import type { RunView } from "../../../protocol/view.ts";
import { cursorIn, newListing, type Listing } from "../draw/listing.ts";
import { newReading, type Entry, type Reading } from "../draw/entries.ts";
import type { DeckModel } from "../model/deck-model.ts";
import { eventsOf } from "../model/feeds.ts";
import { kept } from "../model/kept.ts";
import type { Seen } from "../page.ts";
import { listFiles, type FileList, type FileOrder, type ListedFile } from "./file-list.ts";

/** What is shown of an open file, in the order in which Tab goes through it. */
export const fileParts = ["text", "changes"] as const;
export type FilePart = (typeof fileParts)[number];

/** What was asked for: it is on its way, it cannot be had, or it is there. */
export type Asked<T> = { state: "asked" } | { state: "refused"; problem: string } | { state: "there"; it: T };

/** Something to read, as rows. */
export interface Readable<T> {
  about: T;
  entries: readonly Entry[];
}

/** The changes of a file on record. */
export interface Changes {
  /** The calls that wanted them, and their returns, oldest first. */
  events: readonly DeckEvent[];
  /** Up to which of its events each construct was looked through. */
  upTo: ReadonlyMap<string, number>;
  /** There is no later event of theirs. */
  isWhole: boolean;
}

/** A file that is being read. */
export interface OpenFile {
  path: string;
  part: FilePart;
  /** Long lines go on in the next row; else they are cut. */
  wraps: boolean;
  text: Asked<Readable<ReadFile>>;
  changes: Asked<Readable<Changes>>;
  readings: Record<FilePart, Reading>;
}

/** What the page of the files keeps. */
export interface FilesState {
  run: string | null;
  /** As the deck told them last; null: not yet. */
  files: readonly RunFile[] | null;
  isLoading: boolean;
  /** Something was written since they were told: they are asked for again. */
  isStale: boolean;
  /** When they were asked for last, milliseconds since the epoch. */
  askedAt: number;
  /** Why they could not be had; "": they could. */
  problem: string;
  filter: string;
  order: FileOrder;
  listing: Listing;
  /** Null: the list is shown. */
  open: OpenFile | null;
  arrange: (files: FilesState["files"], filter: string, order: FileOrder, view: RunView | undefined) => FileList;
}

export const newFilesState = (run: string | null): FilesState => ({
  run,
  files: null,
  isLoading: false,
  isStale: false,
  askedAt: 0,
  problem: "",
  filter: "",
  order: "newest",
  listing: newListing,
  open: null,
  arrange: kept((files: FilesState["files"], filter: string, order: FileOrder, view: RunView | undefined) =>
    listFiles(files ?? [], filter, order, view),
  ),
});

/** A file as it is opened: its first line is under the cursor. */
export const newOpenFile = (path: string, part: FilePart): OpenFile => ({
  path,
  part,
  wraps: true,
  text: { state: "asked" },
  changes: { state: "asked" },
  readings: { text: atStart(), changes: atStart() },
});

type SeenFiles = Pick<Seen<FilesState>, "model" | "state">;

/** The run whose files these are. */
export const runOf = ({ model, state }: SeenFiles): RunView | undefined =>
  state.run === null ? undefined : model.runs.get(state.run);

/** The files as they are shown. */
export const listOf = (seen: SeenFiles): FileList =>
  seen.state.arrange(seen.state.files, seen.state.filter, seen.state.order, runOf(seen));

/** The file that is open, or under the cursor. */
export function fileHere(seen: SeenFiles): ListedFile | undefined {
  const { rows, ids } = listOf(seen);
  const path = seen.state.open?.path ?? cursorIn(ids, seen.state.listing);
  return rows.find(({ file }) => file.path === path);
}

/** Whether an event says that the files may not be the same any more. */
export function concernsFiles(event: DeckEvent, model: DeckModel): boolean {
  if (event.type === "construct.ended" || event.type === "construct.surfaced") return true;
  if (event.type !== "construct.tool_returned" || event.body.failed) return false;
  const { construct, call } = event.body;
  return eventsOf(model.feeds, event.run, construct).some(
    ({ type, body }) => type === "construct.tool_called" && body.call === call && body.change !== undefined,
  );
}

const atStart = (): Reading => {
  const first = { seq: 1, row: 0 };
  return { ...newReading(), scroll: { follows: false, top: first, cursor: first } };
};
