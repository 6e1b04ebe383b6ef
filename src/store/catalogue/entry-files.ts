import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { errnoOf, messageOf } from "../../base/fault.ts";
import { isWithin } from "../../base/files.ts";

/** Where the entries of one kind stand below a place. */
export type CatalogueLayout =
  /** All of them in one file. */
  | { in: "file"; file: string }
  /** `<folder>/<name>.toml` */
  | { in: "files"; folder: string }
  /** `<folder>/<name>/<file>` */
  | { in: "folders"; folder: string; file: string };

/** A file that holds an entry, or all of them. */
export interface EntryFile {
  path: string;
  /** The entry's name, by the name of the file or of its folder; undefined where one file holds all. */
  name: string | undefined;
}

/** The largest file that is read, bytes: files are looked at between a wish to spawn and the spawn. */
export const largestEntryFile = 64 * 1024;

/** So many entries of one kind are looked at in one place. */
export const mostEntryFiles = 200;

/** The files of a place, sorted; a place that is not there has none. Throws where the disk says no. */
export function entryFiles(root: string, layout: CatalogueLayout): EntryFile[] {
  if (layout.in === "file")
    return isListed(join(root, layout.file)) ? [{ path: join(root, layout.file), name: undefined }] : [];
  const folder = join(root, layout.folder);
  // What editors leave lying about begins with a dot or has another ending.
  const names = namesIn(folder).filter((name) => !name.startsWith("."));
  if (layout.in === "files")
    return names
      .filter((name) => name.endsWith(".toml"))
      .map((name) => ({ path: join(folder, name), name: basename(name, ".toml") }));
  return names
    .filter((name) => isListed(join(folder, name, layout.file)))
    .map((name) => ({ path: join(folder, name, layout.file), name }));
}

/** The folders in which a change matters, and the names in them that do. What is not there yet is awaited in what is. */
export function watchedFolders(root: string, layout: CatalogueLayout): Map<string, ReadonlySet<string> | "all"> {
  const watched = new Map<string, ReadonlySet<string> | "all">();
  let [above, awaited] = [dirname(root), basename(root)];
  while (!isThere(above) && dirname(above) !== above) [above, awaited] = [dirname(above), basename(above)];
  watched.set(above, new Set([awaited]));
  if (!isThere(root)) return watched;
  if (layout.in === "file") return watched.set(root, new Set([layout.file]));
  watched.set(root, new Set([layout.folder]));
  const folder = join(root, layout.folder);
  if (!isThere(folder)) return watched;
  watched.set(folder, "all");
  if (layout.in === "folders") {
    const names = readable(folder).filter((name) => !name.startsWith("."));
    for (const name of names.slice(0, mostEntryFiles))
      if (isThere(join(folder, name))) watched.set(join(folder, name), new Set([layout.file]));
  }
  return watched;
}

/** What tells one state of a file from another; a text says why it is not read. */
export type FileState = { real: string; mark: string; changedAt: number } | { problem: string } | undefined;

/** Where folders really lie. Asked once for each folder of a look, since most files share one. */
export function realFolders(root: string): { root: () => string; of: (folder: string) => string } {
  const known = new Map<string, string>();
  const of = (folder: string): string => {
    const real = known.get(folder) ?? realpathSync.native(folder);
    known.set(folder, real);
    return real;
  };
  return { root: () => of(root), of };
}

/** Looks at a file without reading it; undefined: it is gone. What leads out of its place is not followed. */
export function stateOf(path: string, folders: ReturnType<typeof realFolders>): FileState {
  try {
    let real = join(folders.of(dirname(path)), basename(path));
    let stats = lstatSync(real, { bigint: true });
    if (stats.isSymbolicLink()) {
      real = realpathSync.native(path);
      stats = statSync(real, { bigint: true });
    }
    if (!isWithin(real, folders.root()))
      return { problem: "it is a link that leads out of its folder; put the file itself in its place" };
    const { ino, mtimeNs, ctimeNs, ctimeMs, size } = stats;
    return { real, mark: `${real} ${ino} ${mtimeNs} ${ctimeNs} ${size}`, changedAt: Number(ctimeMs) };
  } catch (error) {
    return errnoOf(error) === "ENOENT" && !isListed(path) ? undefined : { problem: whyUnread(error) };
  }
}

/** The text of a file that is one, and not too large. */
export function textOf(real: string): { text: string } | { problem: string } {
  let handle: number | undefined;
  try {
    // Without waiting: a named pipe that nobody writes to would hold up everything.
    handle = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (!fstatSync(handle).isFile()) return { problem: "it is not a file; put one in its place, or remove it" };
    const room = Buffer.alloc(largestEntryFile + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < room.length; length += read)
      read = readSync(handle, room, length, room.length - length, length);
    if (length > largestEntryFile) return { problem: `it is larger than ${largestEntryFile / 1024} KB; shorten it` };
    return { text: new TextDecoder("utf8", { fatal: true }).decode(room.subarray(0, length)) };
  } catch (error) {
    return { problem: error instanceof TypeError ? "it is not text in UTF-8; save it as such" : whyUnread(error) };
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

const whyUnread = (error: unknown): string =>
  errnoOf(error) === "ENOENT"
    ? "it is a link that leads nowhere; remove it"
    : `it cannot be read: ${messageOf(error)}; make it a readable file of yours, or remove it`;

/** Whether a folder has such a file, be it a link that leads nowhere or one that may not be looked at. */
function isListed(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return errnoOf(error) !== "ENOTDIR";
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return [];
    throw error;
  }
}

function readable(folder: string): string[] {
  try {
    return namesIn(folder);
  } catch {
    // What may not be read is told by whoever looks for entries in it.
    return [];
  }
}

function isThere(folder: string): boolean {
  try {
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    // The same: it cannot be watched, and is told elsewhere.
    return false;
  }
}
