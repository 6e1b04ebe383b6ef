import { messageOf } from "../../base/fault.ts";
import type { Clock } from "../../base/clock.ts";
import {
  entryName,
  entryNameRule,
  type CatalogueChange,
  type CatalogueEntry,
  type CatalogueKind,
  type CataloguePlace,
  type RefusedEntry,
} from "../../protocol/catalogue.ts";
import {
  entryFiles,
  mostEntryFiles,
  realFolders,
  stateOf,
  textOf,
  watchedFolders,
  type CatalogueLayout,
  type EntryFile,
} from "./entry-files.ts";

/** How one kind of entry is written down. */
export interface CatalogueFormat<T> {
  kind: CatalogueKind;
  layout: CatalogueLayout;
  /** What stands in a file. Pure; a file of one entry gives that entry, by the name of the file, or refuses it. */
  read: (text: string, file: EntryFile) => ReadEntries<T>;
}

export interface ReadEntries<T> {
  entries: { name: string; value: T }[];
  /** A name that is null stands for all entries of the file. */
  refused: { name: string | null; line: number; problem: string }[];
}

/** A folder in which catalogues lie. It need not be there. */
export interface CatalogueRoot {
  place: CataloguePlace;
  path: string;
}

export interface CatalogueParts<T> {
  format: CatalogueFormat<T>;
  /** The strongest first: where two have an entry of the same name, the first one's holds. */
  roots: readonly CatalogueRoot[];
  clock: Pick<Clock, "now">;
  /** Told of what `look` finds after the first time. */
  onChange: (change: CatalogueChange) => void;
  onRefusal: (refused: RefusedEntry) => void;
}

export type Found<T> =
  | { kind: "found"; entry: CatalogueEntry<T> }
  /** There is such an entry, but it never was valid. A weaker place does not stand in for it. */
  | { kind: "refused"; refused: RefusedEntry }
  | { kind: "unknown" };

/** The valid entries of one kind, over all places. */
export interface Catalogue<T> {
  readonly kind: CatalogueKind;
  /** Reads again what has changed on the disk. Cheap when nothing has; never throws. Call it before an entry is used. */
  look(): void;
  find(name: string): Found<T>;
  /** Sorted by name. */
  entries(): readonly CatalogueEntry<T>[];
  /** What is wrong now, whether or not an earlier version is still in force. */
  refused(): readonly RefusedEntry[];
  /** The folders in which a change matters, and the names in them that do. */
  watched(): ReadonlyMap<string, ReadonlySet<string> | "all">;
}

/** Files that were changed so shortly before they were read may change again without looking different, milliseconds. */
const unsettled = 100;

/** Reads a catalogue. One bad entry costs only itself; the last good version of it stays in force. */
export function openCatalogue<T>(parts: CatalogueParts<T>): Catalogue<T> {
  const { format, roots, onChange, onRefusal } = parts;
  let files = new Map<string, KnownFile<T>>();
  let inForce = new Map<string, CatalogueEntry<T>>();
  let isFirst = true;

  const look = (): void => {
    const before = { files, inForce };
    files = new Map(roots.flatMap((root) => filesOf(root, before.files, parts)));
    inForce = resolved([...files.values()]);
    if (!isFirst) tell(before.files, before.inForce);
    isFirst = false;
  };

  const tell = (filesBefore: typeof files, before: typeof inForce): void => {
    const told = new Set([...filesBefore.values()].flatMap(({ refused }) => refused.map(keyOf)));
    const refused = refusedIn(files);
    for (const one of refused) if (!told.has(keyOf(one))) onRefusal(one);
    const wrong = new Set(refused.map(({ path, name }) => `${path}\0${name}`));
    const wasWrong = new Set(refusedIn(filesBefore).map(({ path, name }) => `${path}\0${name}`));
    for (const [name, { path, value }] of inForce) {
      const earlier = before.get(name);
      const isMended = [name, null].some((key) => wasWrong.has(`${path}\0${key}`) && !wrong.has(`${path}\0${key}`));
      if (earlier === undefined) onChange({ kind: format.kind, name, change: "added", path });
      else if (isMended || earlier.path !== path || JSON.stringify(earlier.value) !== JSON.stringify(value))
        onChange({ kind: format.kind, name, change: "changed", path });
    }
    for (const [name, { path }] of before)
      if (!inForce.has(name)) onChange({ kind: format.kind, name, change: "removed", path });
  };

  look();
  return {
    kind: format.kind,
    look,
    find(name) {
      const entry = inForce.get(name);
      if (entry !== undefined) return { kind: "found", entry };
      const refused = refusedIn(files).find((one) => one.name === name);
      return refused === undefined ? { kind: "unknown" } : { kind: "refused", refused };
    },
    entries: () => [...inForce.values()],
    refused: () => refusedIn(files),
    watched() {
      const all = new Map<string, ReadonlySet<string> | "all">();
      for (const { path, place } of roots)
        if (place !== "shipped")
          for (const [folder, names] of watchedFolders(path, format.layout))
            all.set(folder, joined(all.get(folder), names));
      return all;
    },
  };
}

/** Two sets of names that matter in the same folder. */
export const joined = (
  one: ReadonlySet<string> | "all" | undefined,
  other: ReadonlySet<string> | "all",
): ReadonlySet<string> | "all" =>
  one === undefined ? other : one === "all" || other === "all" ? "all" : new Set([...one, ...other]);

/** A file as it was read last. */
interface KnownFile<T> {
  mark: string;
  /** It may have changed since without looking different. */
  isUnsettled: boolean;
  good: Map<string, CatalogueEntry<T>>;
  refused: RefusedEntry[];
}

function filesOf<T>(
  root: CatalogueRoot,
  before: ReadonlyMap<string, KnownFile<T>>,
  parts: CatalogueParts<T>,
): [string, KnownFile<T>][] {
  const { format } = parts;
  const whole = (name: string | null, path: string, problem: string): RefusedEntry => ({
    kind: format.kind,
    name,
    path,
    line: 0,
    problem,
  });
  let found: EntryFile[];
  try {
    found = entryFiles(root.path, format.layout);
  } catch (error) {
    const problem = `it cannot be read: ${messageOf(error)}; what was read of it before stays in force`;
    const kept = [...before].filter(([path]) => path.startsWith(`${root.path}/`));
    const unread: KnownFile<T> = {
      mark: "",
      isUnsettled: true,
      good: new Map(),
      refused: [whole(null, root.path, problem)],
    };
    return [...kept, [root.path, unread]];
  }
  const folders = realFolders(root.path);
  const listed = found.slice(0, mostEntryFiles).flatMap((file): [string, KnownFile<T>][] => {
    const earlier = before.get(file.path);
    const state = stateOf(file.path, folders);
    if (state === undefined) return [];
    const mark = "problem" in state ? state.problem : state.mark;
    if (earlier?.mark === mark && !earlier.isUnsettled) return [[file.path, earlier]];
    const now = parts.clock.now();
    const text = "problem" in state ? state : textOf(state.real);
    const read: ReadEntries<T> =
      "problem" in text ? refusedWhole(file, text.problem) : checked(text.text, file, format);
    const known: KnownFile<T> = {
      mark,
      isUnsettled: "changedAt" in state && now - state.changedAt < unsettled,
      good: new Map(),
      refused: read.refused.map((one) => ({ kind: format.kind, path: file.path, ...one })),
    };
    const isBad = (name: string): boolean => read.refused.some((one) => one.name === name || one.name === null);
    for (const [name, entry] of earlier?.good ?? []) if (isBad(name)) known.good.set(name, entry);
    for (const { name, value } of read.entries)
      if (!known.good.has(name)) known.good.set(name, { name, place: root.place, path: file.path, value });
    return [[file.path, known]];
  });
  if (found.length <= mostEntryFiles) return listed;
  const problem = `there are more than ${mostEntryFiles} entries; the others are not looked at, remove some`;
  const many: KnownFile<T> = {
    mark: "",
    isUnsettled: false,
    good: new Map(),
    refused: [whole(null, root.path, problem)],
  };
  return [...listed, [`${root.path}/`, many]];
}

const refusedWhole = <T>({ name }: EntryFile, problem: string): ReadEntries<T> => ({
  entries: [],
  refused: [{ name: name ?? null, line: 0, problem }],
});

/** What a file says, held against the rule for names. Whatever the format's own reading throws is the file's problem. */
function checked<T>(text: string, file: EntryFile, format: CatalogueFormat<T>): ReadEntries<T> {
  if (file.name !== undefined && !entryName.test(file.name)) return refusedWhole(file, entryNameRule);
  try {
    return format.read(text, file);
  } catch (error) {
    return refusedWhole(file, `it cannot be understood: ${messageOf(error)}`);
  }
}

/** Files come with the strongest first. A name that is wrong where it would count is not looked for in weaker places. */
function resolved<T>(files: readonly KnownFile<T>[]): Map<string, CatalogueEntry<T>> {
  const entries = new Map<string, CatalogueEntry<T>>();
  const barred = new Set<string>();
  for (const { good, refused } of files) {
    for (const [name, entry] of good) if (!barred.has(name) && !entries.has(name)) entries.set(name, entry);
    for (const { name } of refused) if (name !== null && !entries.has(name)) barred.add(name);
  }
  return new Map([...entries].sort(([one], [other]) => (one < other ? -1 : 1)));
}

const refusedIn = <T>(files: ReadonlyMap<string, KnownFile<T>>): RefusedEntry[] =>
  [...files.values()].flatMap(({ refused }) => refused);

const keyOf = (refused: RefusedEntry): string => JSON.stringify(refused);
