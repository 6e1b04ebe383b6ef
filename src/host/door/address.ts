import { lstat, mkdtemp, readFile, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errnoOf, Fault } from "../../base/fault.ts";
import { writeWhole } from "../../base/files.ts";
import { homePaths } from "../../store/home.ts";

/**
 * The longest path that a socket can have, bytes: 104 with its end mark on macOS, 108 on Linux. What is longer would be
 * cut without a word by some versions of libuv.
 */
const longestPath = 103;

/** The temporary folder by its short name: the variable's may be as long as the home that has no room for a socket. */
const shortFolder = "/tmp";

const privateSocket = /^\/tmp\/cyberdeck-door-[A-Za-z0-9]{6}\/deck\.sock$/;

/**
 * Whether a socket may stand in the home itself: it has room for its path, and nobody else has anything to do in that
 * folder. A socket gets its mode only after it is there, so it is the folder that keeps others out.
 */
export async function fitsInHome(home: string): Promise<boolean> {
  if (Buffer.byteLength(homePaths(home).socket) > longestPath) return false;
  const { mode, uid } = await stat(home);
  return (mode & 0o077) === 0 && uid === process.getuid?.();
}

/** A path for a socket outside of the home: in a folder of our own under the temporary one, named by a note in the home. */
export async function placeOutside(home: string): Promise<string> {
  const path = join(await mkdtemp(join(shortFolder, "cyberdeck-door-")), "deck.sock");
  await writeWhole(homePaths(home).socketNote, `${path}\n`);
  return path;
}

/** Removes what an earlier deck has left of its socket. For whoever holds the home's lock: nobody else knows it dead. */
export async function clearAddress(home: string): Promise<void> {
  const { socket, socketNote } = homePaths(home);
  const outside = await noteOf(home);
  if (outside !== undefined && (await isOurs(outside))) await clearOutside(outside);
  await rm(socketNote, { force: true });
  await rm(socket, { force: true });
}

/** Removes a socket outside of the home together with its folder. A path that is not of that kind is left alone. */
export async function clearOutside(path: string): Promise<void> {
  if (!privateSocket.test(path)) return;
  await rm(path, { force: true });
  await rmdir(dirname(path)).catch(() => "something else lies in it, or it is gone: not ours to delete");
}

/** Where a deck of this home would listen. Refused when it is not our user's: the home may have come with a download. */
export async function findAddress(home: string): Promise<string> {
  const path = (await noteOf(home)) ?? homePaths(home).socket;
  if (await isOurs(path)) return path;
  throw new Fault("refused", "deck.foreign_socket", `the socket ${path} belongs to another user`, {
    facts: { home, path },
    hint: "Do not trust this folder. Name the deck's own one with --home.",
  });
}

/** The path that the note in the home names; what is no path of ours counts as no note. */
async function noteOf(home: string): Promise<string | undefined> {
  try {
    const text = (await readFile(homePaths(home).socketNote, "utf8")).trim();
    return privateSocket.test(text) ? text : undefined;
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Also true for what does not exist: whoever connects finds that out. */
async function isOurs(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).uid === process.getuid?.();
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return true;
    throw error;
  }
}
