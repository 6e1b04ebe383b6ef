import type { RunFile } from "../../../protocol/run-files.ts";
import type { RunView } from "../../../protocol/view.ts";
import { readWords } from "../model/word-filter.ts";

/** In which order files are listed. */
export type FileOrder = "newest" | "path";

/** A file as it is listed. */
export interface ListedFile {
  file: RunFile;
  /** As it is seen from the workspace: `src/a.ts`, and `run:parts/a.txt` for what lies in the run's folder. */
  name: string;
  /** When a construct had to do with it last, milliseconds since the epoch. */
  at: number;
  /** Those that had to do with it, each once. */
  constructs: readonly string[];
  isWritten: boolean;
}

export interface FileList {
  rows: readonly ListedFile[];
  /** Their paths. */
  ids: readonly string[];
  /** How many there are without the filter. */
  all: number;
}

type Places = Pick<RunView, "workspace" | "folder">;

/** The files that have every word of the filter: in their name, in a construct of theirs, or in what they are. */
export function listFiles(
  files: readonly RunFile[],
  filter: string,
  order: FileOrder,
  places: Places | undefined,
): FileList {
  const { has } = readWords(filter, { texts: textsOf });
  const rows = files
    .map((file) => listed(file, places))
    .filter((one) => has(one, 0))
    .toSorted((one, other) => (order === "newest" ? other.at - one.at : 0) || byText(one.name, other.name));
  return { rows, ids: rows.map(({ file }) => file.path), all: files.length };
}

/** What has become of a file, in a word: its constructs wrote it or only showed it, or it is not there any more. */
export const whatOf = ({ file, isWritten }: ListedFile): "written" | "surfaced" | "gone" =>
  file.bytes === null ? "gone" : isWritten ? "written" : "surfaced";

/** A path as it is seen from the workspace; one that lies elsewhere stays as it is. */
export function nameOf(path: string, places: Places | undefined): string {
  if (places === undefined) return path;
  if (path.startsWith(`${places.folder}/`)) return `run:${path.slice(places.folder.length + 1)}`;
  return path.startsWith(`${places.workspace}/`) ? path.slice(places.workspace.length + 1) : path;
}

const textsOf = (one: ListedFile): string[] => [one.name, ...one.constructs, whatOf(one)];

function listed(file: RunFile, places: Places | undefined): ListedFile {
  return {
    file,
    name: nameOf(file.path, places),
    at: Math.max(0, ...file.by.map(({ at }) => at)),
    constructs: [...new Set(file.by.map(({ construct }) => construct))],
    isWritten: file.by.some(({ how }) => how === "written"),
  };
}

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
