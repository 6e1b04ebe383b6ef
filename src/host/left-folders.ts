import { lstat, readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";

/** Where sockets without room in their home stand, and what is made for a moment. */
const sharedFolder = "/tmp";

/**
 * The folders of ours there, and for how long one may be empty and in use, milliseconds: a socket is in its folder at once, an agent
 * may take a while to write into its own.
 */
const kinds: readonly { name: RegExp; useMs: number }[] = [
  { name: /^cyberdeck-(?:door|bridge)-[A-Za-z0-9]{6}$/, useMs: 60_000 },
  { name: /^cyberdeck-(?:models|doctor)-[A-Za-z0-9]{6}$/, useMs: 3_600_000 },
];

/**
 * Removes the empty folders that killed decks, and walls that were put up just then, have left. What is not empty may be in use, and
 * is never touched: the removal itself refuses it. Never rejects.
 */
export async function sweepLeftFolders(folder: string = sharedFolder, now: number = Date.now()): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const kind = kinds.find((one) => one.name.test(name));
    if (kind === undefined) continue;
    const path = join(folder, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory() !== true || found.uid !== process.getuid?.() || now - found.mtimeMs < kind.useMs) continue;
    await rmdir(path).catch(() => "it is not empty, or gone already");
  }
}
