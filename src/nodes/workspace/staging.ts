import { constants } from "node:fs";
import { access, lstat, readlink } from "node:fs/promises";
import { isOfDeck, resetDeck } from "./deck-home.ts";
import { type FileName, leadsOut, listOf, namesOf, placeOf, shownName } from "./file-names.ts";
import { underFilters } from "./filters.ts";
import type { Left } from "./manifest.ts";
import type { PrivateRepository } from "./private-repository.ts";

export interface StagingRules {
  workTree: string;
  /** A larger file that is not committed is left, bytes. */
  fileBytes: number;
  /** Filters that the netrunner has set up: a file under one is left as committed, for only the filter knows what to make of it. */
  filters: ReadonlySet<string>;
  /** New links that lead out of the repository are left, too. */
  leaveLinks: boolean;
  /** The deck's own files stay as they are in this commit; null: none of them is there. */
  deck: { names: readonly string[]; base: string | null };
}

export interface Staged {
  /** The tree of the files as they are now. */
  tree: string;
  left: Left[];
  /** Folders of other repositories, of which the tree has only the name of a commit. */
  submodules: FileName[];
  filtered: string[];
  linksOutside: string[];
  /** Those of the deck's own that are not as in the commit, and stay behind. */
  ofDeck: FileName[];
}

/** Brings the index of a private repository to what is in the work tree: changed, new and gone files, nothing that is ignored. */
export async function stage(repository: PrivateRepository, rules: StagingRules): Promise<Staged> {
  // What was only touched is no change.
  await repository.git(["update-index", "-q", "--refresh", "--ignore-submodules", "--unmerged"], { codes: [0, 1] });
  const reset = await resetDeck(repository, rules.deck.names, rules.deck.base);
  const entries = entriesOf((await repository.git(["ls-files", "-z", "--stage"])).out);
  const submodules = new Set(entries.filter(({ mode }) => mode === "160000").map(({ name }) => name));
  const changed = changesOf((await repository.git(["diff-files", "-z", "--raw", "--ignore-submodules=all"])).out);

  const isDecks = isOfDeck(rules.deck.names);
  const found = namesOf((await repository.git(["ls-files", "-z", "--others", "--exclude-standard"])).out);
  const untracked = found.filter((name) => !isDecks(name));
  const gone: FileName[] = [];
  const there: FileName[] = [];
  for (const [name, isGone] of changed) if (!submodules.has(name) && !isDecks(name)) (isGone ? gone : there).push(name);
  const left: Left[] = [];
  const lie = (name: FileName, why: Left["why"]): void => void left.push({ path: shownName(name), why });
  const nested = untracked.filter((name) => name.endsWith("/"));
  for (const name of nested) lie(name, "nested_repository");

  const isTracked = new Set(there);
  const wanted = [...there, ...untracked.filter((name) => !name.endsWith("/"))];
  const filters = await underFilters(repository, rules.filters, [...wanted, ...entries.map(({ name }) => name)]);
  const write: FileName[] = [];
  const stay = new Set<FileName>();
  for (const name of wanted) {
    const found = await look(rules, name);
    if (found === "gone") {
      if (isTracked.has(name)) gone.push(name);
      continue;
    }
    const why = filters.has(name) ? "filtered" : found;
    if (why === undefined) write.push(name);
    else {
      lie(name, why);
      stay.add(name);
    }
  }
  // Both sides of a conflict that stays behind cannot stand in a tree; the netrunner's own does.
  const own = entries.filter(({ stage, name }) => stage === "2" && stay.has(name));
  await repository.git(["update-index", "-z", "--force-remove", "--stdin"], {
    input: listOf([...gone, ...own.map(({ name }) => name)]),
  });
  await repository.git(["update-index", "-z", "--add", "--index-info"], {
    input: Buffer.from(own.map(({ mode, id, name }) => `${mode} ${id} 0\t${name}\0`).join(""), "latin1"),
  });
  // One that has gone since it was looked at counts as gone.
  await repository.git(["update-index", "-z", "--add", "--replace", "--remove", "--stdin"], {
    input: listOf(write),
  });
  const links = [...entries.filter(({ mode }) => mode === "120000").map(({ name }) => name), ...write];
  return {
    tree: await repository.line(["write-tree"]),
    left,
    submodules: [...submodules],
    filtered: [...filters].map(shownName),
    linksOutside: await linksOutside(rules.workTree, links),
    ofDeck: [...new Set([...reset, ...[...changed.keys(), ...found].filter(isDecks)])],
  };
}

interface Entry {
  mode: string;
  id: string;
  stage: string;
  name: FileName;
}

const entriesOf = (list: Buffer): Entry[] =>
  namesOf(list).flatMap((line) => {
    const [, mode = "", id = "", stage = "", name = ""] = /^(\d+) ([0-9a-f]+) (\d)\t([^]*)$/.exec(line) ?? [];
    return name === "" ? [] : [{ mode, id, stage, name }];
  });

/** Each changed file, and whether it is gone; also one that is behind a link now. */
function changesOf(raw: Buffer): Map<FileName, boolean> {
  const fields = namesOf(raw);
  const changes = new Map<FileName, boolean>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const isGone = / 000000 [0-9a-f]+ [0-9a-f]+ U$| D$/.test(fields[at] ?? "");
    const name = fields[at + 1] ?? "";
    changes.set(name, isGone || changes.get(name) === true);
  }
  return changes;
}

/** Why a file is left; undefined: it is not. A folder in the place of a file means that the file is gone. */
async function look(
  { workTree, fileBytes, leaveLinks }: StagingRules,
  name: FileName,
): Promise<Left["why"] | "gone" | undefined> {
  const path = placeOf(workTree, name);
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || found.isDirectory()) return "gone";
  if (found.isSymbolicLink())
    return leaveLinks && leadsOut(name, await readlink(path, "latin1").catch(() => "/")) ? "link_outside" : undefined;
  if (!found.isFile()) return "not_a_file";
  if (found.size > fileBytes) return "too_large";
  const isReadable = await access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
  return isReadable ? undefined : "unreadable";
}

async function linksOutside(workTree: string, names: readonly FileName[]): Promise<string[]> {
  const outside = new Set<string>();
  for (const name of names) {
    // Most are no links, or gone.
    const target = await readlink(placeOf(workTree, name), "latin1").catch(() => undefined);
    if (target !== undefined && leadsOut(name, target)) outside.add(shownName(name));
  }
  return [...outside];
}
