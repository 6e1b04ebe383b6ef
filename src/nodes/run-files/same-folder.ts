import { constants } from "node:fs";
import { lstat, mkdir, open, readlink, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errnoOf, Fault } from "../../base/fault.ts";

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** A file that was opened below a folder, without a link on the way. */
export interface OpenedFile {
  file: FileHandle;
  bytes: number;
  /** Changes when the file does. */
  stamp: string;
}

/**
 * Opens a plain file below a folder for reading. Whoever writes there may put a link in its place, or in that of a folder on the way, at
 * any moment: what was opened is looked at, not what was there before.
 * @param root the real path of the folder
 */
export async function openBelow(root: string, name: string): Promise<OpenedFile> {
  const path = join(root, name);
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
    throw errnoOf(error) === "ELOOP" ? isLink() : error;
  });
  try {
    if (!(await isAt(file, path))) throw isLink();
    const found = await file.stat({ bigint: true });
    if (!found.isFile()) throw left("it is no plain file");
    if (found.nlink > 1n) throw left("it has a second name (a hard link)");
    return { file, bytes: Number(found.size), stamp: stampOf(found) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What differs between two states of a file, as far as that can be seen without reading it. */
export const stampOf = (found: { ino: bigint; size: bigint; mtimeNs: bigint; ctimeNs: bigint }): string =>
  `${found.ino}-${found.size}-${found.mtimeNs}-${found.ctimeNs}`;

/**
 * Has something done in the folder of a file that is to be written: it is made where it is not there, and is none that a link leads to.
 * @param work gets a path by which that folder is reached whatever is put in its place meanwhile, where the system has that
 */
export async function inFolderOf<T>(root: string, name: string, work: (folder: string) => Promise<T>): Promise<T> {
  const path = dirname(join(root, name));
  let at = root;
  for (const part of dirname(name).split("/")) {
    if (part === ".") continue;
    at = join(at, part);
    await mkdir(at, { mode: 0o700 }).catch((error: unknown) => {
      if (errnoOf(error) !== "EEXIST") throw error;
    });
    const found = await lstat(at);
    if (!found.isDirectory()) throw left(found.isSymbolicLink() ? "a link is on its way" : "a file is on its way");
  }
  const folder = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    if (!(await isAt(folder, path))) throw left("a link is on its way");
    return await work(hasFolderOfOpen ? openAt(folder) : path);
  } finally {
    await folder.close();
  }
}

/** Whether it is what really stands at this path, with no link on the way. */
async function isAt(file: FileHandle, path: string): Promise<boolean> {
  if (hasFolderOfOpen) return (await readlink(openAt(file))) === path;
  const [found, there] = await Promise.all([file.stat({ bigint: true }), lstat(path, { bigint: true })]);
  return found.ino === there.ino && found.dev === there.dev;
}

/** The kernel knows where an open file is. Elsewhere a link that comes and goes at the right moment is not seen. */
const hasFolderOfOpen = process.platform === "linux";
const openAt = ({ fd }: FileHandle): string => `/proc/self/fd/${fd}`;

/** Why something of the folder of a run does not travel. */
export const left = (why: string): Fault =>
  new Fault("refused", "run_files.left", why, { hint: "Give it to the netrunner in another way." });

const isLink = (): Fault => left("it is a link");
