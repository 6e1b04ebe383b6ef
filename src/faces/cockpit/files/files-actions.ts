import { openFilter, type Filtered } from "../actions/filter-actions.ts";
import { listActions, newListing } from "../draw/listing.ts";
import { readingActions } from "../draw/reading.ts";
import type { Action, Seen } from "../page.ts";
import { readingOfFile } from "./file-reading.ts";
import { fileParts, fileHere, listOf, type FilesState } from "./files-state.ts";
import { openFile, wrappedOr } from "./load-files.ts";

type SeenFiles = Pick<Seen<FilesState>, "model" | "state">;

const isReading = ({ state }: SeenFiles): boolean => state.open !== null;
const isListing = ({ state }: SeenFiles): boolean => state.open === null;
const hasFile = (seen: SeenFiles): boolean => fileHere(seen) !== undefined;

/** Of the keys that read a text, those that are other ones here: [ and ] go to other files, y copies the path. */
const ownKeys: Readonly<Record<string, readonly string[]>> = {
  "file.match_after": ["N"],
  "file.match_before": ["M"],
  "file.copy": [],
};
const leftOut: ReadonlySet<string> = new Set(["file.follow", "file.fold", "file.fold_all", "file.copy_json"]);

const readers = readingActions<FilesState>("file", readingOfFile)
  .filter(({ id }) => !leftOut.has(id))
  .map((action): Action<FilesState> => ({ ...action, keys: ownKeys[action.id] ?? action.keys }));

const movesInList = listActions<FilesState>("files", {
  ids: (seen) => (isListing(seen) ? listOf(seen).ids : []),
  get: (state) => state.listing,
  set: (state, listing) => ({ ...state, listing }),
});

const filtered: Filtered<FilesState> = {
  get: ({ filter }) => filter,
  set: (state, filter, restarts) => ({ ...state, filter, listing: restarts ? newListing : state.listing }),
  found: listOf,
};

/** Moving about in the list, and with the same keys in the file that is open. */
const moves = movesInList.map((inList): Action<FilesState> => {
  const inFile = inFileOf(inList.id);
  if (inFile === undefined) return inList;
  const meant = (seen: SeenFiles): Action<FilesState> => (isReading(seen) ? inFile : inList);
  return { ...inList, can: (at) => meant(at).can?.(at) ?? true, run: (at) => meant(at).run(at) };
});

function inFileOf(id: string): Action<FilesState> | undefined {
  return readers.find((one) => one.id === id.replace("files.", "file."));
}

const ofFileAlone = readers.filter(
  ({ id }) => !movesInList.some((inList) => inFileOf(inList.id)?.id === id) && id !== "file.search",
);

const search = readers.find(({ id }) => id === "file.search");

const neighbour = (id: string, title: string, key: string, by: 1 | -1): Action<FilesState> => ({
  id,
  title,
  keys: [key],
  can: (at) => isReading(at) && neighbourOf(at, by) !== undefined,
  run: (at) => {
    const path = neighbourOf(at, by);
    return path === undefined ? at.state : openFile(at, path, at.state.open?.part ?? "text");
  },
});

/** What the page of the files does. */
export const filesActions: readonly Action<FilesState>[] = [
  {
    id: "files.open",
    title: "read it",
    keys: ["enter", "space"],
    can: (seen) => isListing(seen) && hasFile(seen),
    run: (at) => {
      const path = fileHere(at)?.file.path;
      return path === undefined ? at.state : openFile(at, path, "text");
    },
  },
  {
    id: "files.part",
    title: "its text or its changes",
    keys: ["tab"],
    can: (seen) => isReading(seen) || hasFile(seen),
    run: (at) => {
      const { state } = at;
      const { open } = state;
      const path = fileHere(at)?.file.path;
      if (open === null) return path === undefined ? state : openFile(at, path, "changes");
      const part = fileParts[(fileParts.indexOf(open.part) + 1) % fileParts.length] ?? "text";
      return { ...state, open: { ...open, part } };
    },
  },
  {
    id: "files.back",
    title: "one step back",
    keys: ["escape"],
    can: ({ state }) => state.open !== null || state.filter !== "",
    run: (at) => {
      const { state } = at;
      const reading = readingOfFile.get(state);
      if (state.open === null) return { ...state, filter: "" };
      return reading.search === "" ? { ...state, open: null } : readingOfFile.set(state, { ...reading, search: "" });
    },
  },
  {
    id: "files.wrap",
    title: "wrap or cut long lines",
    keys: ["W"],
    can: ({ state: { open } }) => open?.part === "text" && open.text.state === "there",
    run: ({ state }) => (state.open === null ? state : { ...state, open: wrappedOr(state.open, !state.open.wraps) }),
  },
  neighbour("files.previous", "file before", "[", -1),
  neighbour("files.next", "file after", "]", 1),
  {
    id: "files.filter",
    title: "filter the list, search in the file",
    keys: ["/"],
    can: (at) => isListing(at) || search?.can?.(at) === true,
    run: (at) => (isListing(at) ? openFilter("files", filtered, at) : search?.run(at)),
  },
  {
    id: "files.order",
    title: "newest first or by path",
    keys: ["o"],
    isRare: true,
    can: isListing,
    run: ({ state }) => ({ ...state, order: state.order === "newest" ? "path" : "newest" }),
  },
  {
    id: "files.construct",
    title: "the construct behind it",
    keys: ["c"],
    can: hasFile,
    run: (at) => {
      const by = fileHere(at)?.file.by ?? [];
      const [last] = by.toSorted((one, other) => other.at - one.at);
      if (last !== undefined) at.hands.show("construct", { construct: last.construct });
    },
  },
  {
    id: "files.copy_path",
    title: "copy its path",
    keys: ["y"],
    isRare: true,
    can: hasFile,
    run: (at) => {
      const path = fileHere(at)?.file.path;
      if (path !== undefined) at.hands.copy(path, "the path");
    },
  },
  {
    id: "files.copy_json",
    title: "copy what is on record of it, as JSON",
    keys: ["Y"],
    isRare: true,
    can: hasFile,
    run: (at) => {
      const file = fileHere(at)?.file;
      const changes = at.state.open?.changes;
      if (file === undefined) return;
      const known = changes?.state === "there" ? changes.it.about.events : undefined;
      const calls = known?.filter(({ type }) => type === "construct.tool_called");
      const events = calls === undefined ? {} : { changes: calls };
      at.hands.copy(JSON.stringify({ ...file, ...events }, null, 2), "its record");
    },
  },
  ...ofFileAlone,
  ...moves,
];

function neighbourOf(seen: SeenFiles, by: 1 | -1): string | undefined {
  const { ids } = listOf(seen);
  const at = ids.indexOf(seen.state.open?.path ?? "");
  return ids.length < 2 ? undefined : ids[(Math.max(0, at) + by + ids.length) % ids.length];
}
