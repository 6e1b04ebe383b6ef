import { realpath } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { isWithin } from "../../base/files.ts";
import { homeFiles } from "../../store/home.ts";
import { type FileName, listOf, namesOf, whyNotAName } from "./file-names.ts";
import type { PrivateRepository } from "./private-repository.ts";

/**
 * What of a work tree is the deck's own: its home, where that lies in it, or the deck's files in there, where the home is the work tree
 * itself. It never travels, whatever git is told to ignore.
 */
export async function deckNames(home: string | undefined, workTree: string): Promise<string[]> {
  if (home === undefined) return [];
  const above = await realpath(dirname(home)).catch(() => dirname(home));
  // The home may be a link: then both the link and what it leads to are ours.
  const named = join(above, basename(home));
  const homes = [named, await realpath(home).catch(() => named)];
  const paths = homes.flatMap((one) => (isWithin(workTree, one) ? homeFiles(one) : [one]));
  const inside = paths.filter((path) => path !== workTree && isWithin(path, workTree));
  const names = inside.map((path) => relative(workTree, path));
  // Nothing in git's own folder is in a work tree.
  return [...new Set(names)].filter((name) => whyNotAName(fileName(name)) === undefined);
}

/** Whether a file is one of the deck's, or lies in a folder that is. */
export function isOfDeck(names: readonly string[]): (name: FileName) => boolean {
  const own = names.map(fileName);
  return (name) => own.some((one) => name === one || name.startsWith(`${one}/`));
}

/** Whether a file of this name would touch the deck's, or what they lie in. Case may not count on this disk. */
export function touchesDeck(names: readonly string[]): (name: FileName) => boolean {
  const own = names.map((name) => `${fileName(name).toLowerCase()}/`);
  return (name) => {
    const folder = `${name.toLowerCase()}/`;
    return own.some((one) => folder.startsWith(one) || one.startsWith(folder));
  };
}

/** The deck's files in the index become those of a commit again; null: none is there. Gives the names of those that were others. */
export async function resetDeck(
  repository: PrivateRepository,
  names: readonly string[],
  base: string | null,
): Promise<FileName[]> {
  if (names.length === 0) return [];
  const isDecks = isOfDeck(names);
  const staged = namesOf((await repository.git(["ls-files", "-z", "--stage"])).out).filter((line) =>
    isDecks(nameIn(line)),
  );
  const given =
    base === null
      ? []
      : namesOf((await repository.git(["ls-tree", "-r", "-z", "--full-tree", base, "--", ...names])).out).map((line) =>
          line.replace(/^(\d+) \w+ ([0-9a-f]+)\t/, "$1 $2 0\t"),
        );
  const [before, after] = [new Set(staged), new Set(given)];
  const changed = new Set(
    [...staged.filter((line) => !after.has(line)), ...given.filter((line) => !before.has(line))].map(nameIn),
  );
  if (changed.size === 0) return [];
  await repository.git(["update-index", "-z", "--force-remove", "--stdin"], { input: listOf([...changed]) });
  await repository.git(["update-index", "-z", "--add", "--index-info"], {
    input: listOf(given.filter((line) => changed.has(nameIn(line)))),
  });
  return [...changed];
}

const nameIn = (line: string): FileName => line.slice(line.indexOf("\t") + 1);

/** As git has it: bytes, each as one character. */
const fileName = (name: string): FileName => Buffer.from(name).toString("latin1");
