import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../base/fault.ts";
import { writeBundle } from "./bundle.ts";
import { type FileName, namesOf, placeOf, shownName } from "./file-names.ts";
import type { GitTools } from "./git-environment.ts";
import { type SpaceLimits, usualLimits } from "./limits.ts";
import { firstOf, type Left, type ResultManifest, type SpaceManifest } from "./manifest.ts";
import { workRef } from "./pack.ts";
import { type PrivateRepository, privateRepository } from "./private-repository.ts";
import { type Git, lineOf, sealedGit } from "./sealed-git.ts";
import { stage } from "./staging.ts";

export type PackedResult =
  | { isNothing: false; manifest: ResultManifest }
  /** The agent has left the files as it was given them; `left`: what else is there, and does not travel. */
  | { isNothing: true; left: ResultManifest["left"] };

/**
 * Makes a bundle of what an agent has left in a work tree that it was given: its commits, and what it has not committed, on top of what it
 * was given. Nothing in that folder changes, and nothing that the agent may have written there is run.
 * @param outFile must not be there; nothing is written where there is nothing new
 */
export async function packResult(
  folder: string,
  given: SpaceManifest,
  outFile: string,
  tools: GitTools,
  limits: Partial<SpaceLimits> = {},
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
  });
  const left = firstOf([...staged.left, ...(await inSubmodules(folder, staged.submodules))]);
  const isLeftOver = staged.tree !== (await own.line(["rev-parse", `${last.commit}^{tree}`]));
  const commit = isLeftOver
    ? await own.line(["commit-tree", staged.tree, "-p", last.commit, "-m", "What a construct has left"])
    : last.commit;
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

/** The commit that the agent was on last; where that does not build on what it was given, the given one. */
async function lastOf(
  theirs: Git,
  own: PrivateRepository,
  { commit }: SpaceManifest,
): Promise<{ commit: string; isRewritten: boolean }> {
  const head = await theirs(["rev-parse", "--verify", "--quiet", "HEAD"], { codes: [0, 1, 128] });
  if (head.code !== 0) return { commit, isRewritten: true };
  const last = lineOf(head);
  const { code } = await own.git(["merge-base", "--is-ancestor", commit, last], { codes: [0, 1, 128] });
  return code === 0 ? { commit: last, isRewritten: false } : { commit, isRewritten: true };
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
