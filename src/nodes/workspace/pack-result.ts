import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../base/fault.ts";
import { readBundle, takeObjects, writeBundle } from "./bundle.ts";
import { isAncestor } from "./check-result.ts";
import { type FileName, namesOf, placeOf, shownName } from "./file-names.ts";
import type { GitTools } from "./git-environment.ts";
import { type SpaceLimits, usualLimits } from "./limits.ts";
import { firstOf, type Left, type ResultManifest, type SpaceManifest } from "./manifest.ts";
import { workRef } from "./pack.ts";
import { type PrivateRepository, privateRepository } from "./private-repository.ts";
import { type Git, lineOf, sealedGit } from "./sealed-git.ts";
import { stage } from "./staging.ts";

/** What was brought back of the same folder before, as a bundle that was made here. */
export interface EarlierResult {
  bundle: string;
  manifest: ResultManifest;
}

export type PackedResult =
  | { isNothing: false; manifest: ResultManifest }
  /** The agent has left the files as it was given them; `left`: what else is there, and does not travel. */
  | { isNothing: true; left: ResultManifest["left"] };

/**
 * Makes a bundle of what an agent has left in a work tree that it was given: its commits, and what it has not committed, on top of what it
 * was given. Nothing in that folder changes, and nothing that the agent may have written there is run.
 * @param outFile must not be there; nothing is written where there is nothing new
 * @param earlier the new result builds on it, so that its branch can move on
 */
export async function packResult(
  folder: string,
  given: SpaceManifest,
  outFile: string,
  tools: GitTools,
  { earlier, ...limits }: Partial<SpaceLimits> & { earlier?: EarlierResult | undefined } = {},
): Promise<PackedResult> {
  const most = { ...usualLimits, ...limits };
  const gitFolder = join(folder, ".git");
  await checkOwn(gitFolder);
  const theirs = sealedGit(tools, { gitFolder, cwd: folder });
  await using own = await privateRepository(tools, {
    objects: join(gitFolder, "objects"),
    format: given.format,
    shallow: given.shallow,
    workTree: folder,
    info: [{ name: "exclude", path: join(gitFolder, "info", "exclude") }],
  });
  const last = await lastOf(theirs, own, given);
  // Not with the agent's index: that says which files it has looked at, and could leave some out.
  await own.git(["read-tree", last.commit]);
  const staged = await stage(own, {
    workTree: folder,
    fileBytes: most.fileBytes,
    filters: new Set(),
    leaveLinks: true,
    deck: { names: given.deck, base: given.commit },
  });
  const ofDeck = staged.ofDeck.map((name): Left => ({ path: shownName(name), why: "deck_home" }));
  const left = firstOf([...staged.left, ...ofDeck, ...(await inSubmodules(folder, staged.submodules))]);
  if (earlier !== undefined) {
    const head = await readBundle(earlier.bundle, earlier.manifest, most.bundleBytes);
    await takeObjects(own.git, earlier.bundle, head, { mostBytes: most.bundleBytes, isStrict: false });
  }
  const commit = await commitOf(own, staged.tree, last.commit, earlier?.manifest.commit);
  if (commit === given.commit) return { isNothing: true, left };
  await own.git(["update-ref", workRef, commit]);
  const not = given.head === null ? [] : [given.head];
  const written = await writeBundle(own, { ref: workRef, not, outFile, mostBytes: most.bundleBytes });
  const otherBranches = firstOf(await branchesBeside(theirs, given));
  return {
    isNothing: false,
    manifest: {
      version: 1,
      ...written,
      base: given.commit,
      commit,
      isRewritten: last.isRewritten,
      otherBranches,
      left,
    },
  };
}

/** The commit of these files that builds on what the agent has committed, and on what was brought back before. */
async function commitOf(
  own: PrivateRepository,
  tree: string,
  last: string,
  before: string | undefined,
): Promise<string> {
  const treeOf = (commit: string): Promise<string> => own.line(["rev-parse", `${commit}^{tree}`]);
  const isBehind = before === undefined || (await isAncestor(own, before, last));
  if (isBehind && tree === (await treeOf(last))) return last;
  // Nothing has been done since.
  if (!isBehind && tree === (await treeOf(before)) && (await isAncestor(own, last, before))) return before;
  const parents = [last, ...(isBehind ? [] : [before])].flatMap((commit) => ["-p", commit]);
  return own.line(["commit-tree", tree, ...parents, "-m", "What a construct has left"]);
}

/** The commit that the agent was on last; where that does not build on what it was given, the given one. */
async function lastOf(
  theirs: Git,
  own: PrivateRepository,
  { commit }: SpaceManifest,
): Promise<{ commit: string; isRewritten: boolean }> {
  const head = await theirs(["rev-parse", "--verify", "--quiet", "HEAD"], { codes: [0, 1, 128] });
  if (head.code !== 0) return { commit, isRewritten: true };
  const last = lineOf(head);
  return (await isAncestor(own, commit, last)) ? { commit: last, isRewritten: false } : { commit, isRewritten: true };
}

async function branchesBeside(theirs: Git, given: SpaceManifest): Promise<string[]> {
  const answer = await theirs(["for-each-ref", "--format=%(refname:lstrip=2)%00", "refs/heads"], { codes: [0, 128] });
  const names = namesOf(answer.out).map((name) => name.replace(/^\n/, ""));
  return names.filter((name) => name !== (given.branch ?? "work")).map(shownName);
}

/** Such a folder was empty when it was given: what is in it now is in no commit, also where the agent has committed its name. */
async function inSubmodules(workTree: string, folders: readonly FileName[]): Promise<Left[]> {
  const left: Left[] = [];
  for (const name of folders) {
    // It may be gone, or be something else by now: then that is a change as any other.
    const found = await readdir(placeOf(workTree, name)).catch(() => []);
    if (found.length > 0) left.push({ path: shownName(name), why: "nested_repository" });
  }
  return left;
}

/** All objects must be the folder's own: a link or a list of others could make us send those of other repositories of this machine. */
async function checkOwn(gitFolder: string): Promise<void> {
  const objects = join(gitFolder, "objects");
  const isFolder = async (path: string): Promise<boolean> =>
    (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (!(await isFolder(gitFolder)) || !(await isFolder(objects))) throw notOurs("its folder of git is gone");
  // It would say that its references are elsewhere; a repository that was made here has none.
  if ((await lstat(join(gitFolder, "commondir")).catch(() => undefined)) !== undefined)
    throw notOurs("its references are elsewhere");
  const found = await readdir(objects, { withFileTypes: true, recursive: true });
  for (const entry of found) {
    if (!entry.isFile() && !entry.isDirectory()) throw notOurs("its objects are elsewhere");
    if (/^(?:http-)?alternates$/.test(entry.name)) throw notOurs("it uses the objects of another repository");
  }
}

const notOurs = (why: string): Fault =>
  new Fault("refused", "workspace.not_ours", `the work tree is not the one that was given to the construct: ${why}`, {
    hint: "Nothing was taken of it. Its files are still on the node: look at them there.",
  });
