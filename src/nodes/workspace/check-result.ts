import { Fault } from "../../base/fault.ts";
import { type BundleHead, takeObjects } from "./bundle.ts";
import { checkLinks, type Link } from "./check-links.ts";
import { checkTree } from "./check-tree.ts";
import { touchesDeck } from "./deck-home.ts";
import { type FileName, namesOf, shownName, whyNotAName } from "./file-names.ts";
import type { SpaceLimits } from "./limits.ts";
import type { SpaceManifest } from "./manifest.ts";
import type { PrivateRepository } from "./private-repository.ts";
import { refused } from "./result-refused.ts";
import { lineOf } from "./sealed-git.ts";

export interface ResultParts {
  /** Reads the objects of the netrunner's repository, and gets those of the bundle. */
  own: PrivateRepository;
  head: BundleHead;
  bundle: string;
  given: SpaceManifest;
  commit: string;
  format: string;
  most: SpaceLimits;
}

/** Takes a bundle into a repository of our own and checks everything of it. Gives the files that were changed. */
export async function checkResult(parts: ResultParts): Promise<FileName[]> {
  try {
    return await checked(parts);
  } catch (error) {
    if (error instanceof Fault && error.code === "git.failed") throw refused(error.message);
    throw error;
  }
}

async function checked({ own, head, bundle, given, commit, format, most }: ResultParts): Promise<FileName[]> {
  const [only, ...more] = head.brings;
  if (head.format !== given.format || format !== given.format) throw refused("it is of another kind of repository");
  if (only === undefined || more.length > 0 || only.id !== commit)
    throw refused("it brings another commit than its manifest tells of");
  // Anybody can write a head: each line of it would be two runs of git.
  const needs = new Set(head.needs);
  if (needs.size > mostNeeds) throw refused(`it builds on ${needs.size} commits, more than ${mostNeeds}`);
  for (const id of needs) await checkNeed(own, id, given);
  await takeObjects(own.git, bundle, head, { mostBytes: most.bundleBytes, isStrict: true });
  for (const id of [given.commit, commit]) {
    const type = await own.git(["cat-file", "-t", id], { codes: [0, 128] });
    if (type.code !== 0 || lineOf(type) !== "commit") throw refused("a commit of it is missing");
  }
  if (!(await isAncestor(own, given.commit, commit)))
    throw refused("it does not build on what the construct was given");
  const beyond = given.head === null ? [] : [`^${given.head}`];
  // Fails where an object is missing.
  await own.git(["rev-list", "--objects", "--quiet", commit, ...beyond]);
  const count = Number(await own.line(["rev-list", "--count", commit, ...beyond]));
  if (count > most.files) throw refused(`it has ${count} commits, more than ${most.files}`);
  await checkTree(own.git, commit, most);
  const changed = await changedFiles(own, given.commit, commit);
  const decks = changed.find(touchesDeck(given.deck));
  if (decks !== undefined) throw refused(`${shownName(decks)} is in the place of the deck's own files`);
  return changed;
}

/** One for each line of history that was given and that the construct has merged. */
const mostNeeds = 100;

/** What a bundle builds on must be what was given, or its history: the rest of the netrunner's repository is none of its business. */
async function checkNeed(own: PrivateRepository, id: string, { head }: SpaceManifest): Promise<void> {
  const isThere = (await own.git(["cat-file", "-e", `${id}^{commit}`], { codes: [0, 1, 128] })).code === 0;
  if (!isThere)
    throw refused(
      `it builds on ${id.slice(0, 12)}, which is not in the repository any more`,
      "Bring that commit back (`git reflog` may know it), then take the result again. It is kept.",
    );
  if (head === null || !(await isAncestor(own, id, head)))
    throw refused("it builds on a commit that was not given to it");
}

/** A commit that is not there is nobody's ancestor. */
export async function isAncestor(own: PrivateRepository, early: string, late: string): Promise<boolean> {
  return (await own.git(["merge-base", "--is-ancestor", early, late], { codes: [0, 1, 128] })).code === 0;
}

async function changedFiles(own: PrivateRepository, from: string, to: string): Promise<FileName[]> {
  const { out } = await own.git(["diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index", from, to]);
  const fields = namesOf(out);
  const names: FileName[] = [];
  const links: Link[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = "", id = ""] = /^:\d+ (\d+) [0-9a-f]+ ([0-9a-f]+) /.exec(fields[at] ?? "") ?? [];
    const name = fields[at + 1] ?? "";
    const why = whyNotAName(name);
    if (why !== undefined) throw refused(`${shownName(name)} ${why}`);
    if (mode === "120000") links.push({ name, id });
    names.push(name);
  }
  await checkLinks(own, links);
  return names;
}
