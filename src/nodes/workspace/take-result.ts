import { rm } from "node:fs/promises";
import { readBundle, takeObjects } from "./bundle.ts";
import { type BranchFound, type BranchPlace, branchFor, type EarlierBranch, makeBranch } from "./branch.ts";
import { checkResult, isAncestor } from "./check-result.ts";
import { shownName } from "./file-names.ts";
import { definedFilters, underFilters } from "./filters.ts";
import type { GitTools } from "./git-environment.ts";
import { type SpaceLimits, usualLimits } from "./limits.ts";
import { firstOf, type ResultManifest, resultManifestSchema, type Shown, type SpaceManifest } from "./manifest.ts";
import { type MergeOutlook, mergeOutlook } from "./merge-outlook.ts";
import { type PatchWritten, writePatch } from "./patch.ts";
import { privateRepository } from "./private-repository.ts";
import { borrowed, findRepository } from "./repository.ts";
import { refused } from "./result-refused.ts";
import { sealedGit } from "./sealed-git.ts";

export interface Wish {
  /** The work tree or a folder in it, as it was packed. */
  workspace: string;
  bundle: string;
  /** As the node has sent it. */
  manifest: unknown;
  /** What was given to the node, from our own record. */
  given: SpaceManifest;
  construct: string;
  /** Another name for the branch than `cyberdeck/<construct>`. */
  branch?: string;
  /** What it has brought back before: that branch moves on where this result builds on it. */
  earlier?: EarlierBranch;
  /** Where the changes are written to as a patch, too. It must not be there. */
  patchFile?: string;
}

export type Taken =
  | {
      how: "taken";
      branch: string;
      commit: string;
      /** What the construct has changed since it was given the files. */
      files: Shown;
      /** Those of them that a filter of the netrunner's would have changed (Git LFS): they are as the construct has left them. */
      unfiltered: Shown;
      /** Whether the branch would merge into what is checked out now. */
      merge: MergeOutlook;
      /** Undefined: none was wanted. */
      patch: PatchWritten | undefined;
      isRewritten: boolean;
      otherBranches: Shown;
      left: ResultManifest["left"];
    }
  /** A branch of that name has something else. Nothing was changed; `free` is a name that can be taken. */
  | { how: "conflict"; branch: string; free: string; message: string; hint: string };

/**
 * Brings the result of a construct into the netrunner's repository, as a new branch. Everything of it is checked first, in a repository of
 * our own. Nothing is checked out, merged or overwritten; taken twice, it is the same branch.
 */
export async function takeResult(wish: Wish, tools: GitTools, limits: Partial<SpaceLimits> = {}): Promise<Taken> {
  const { given, bundle } = wish;
  const most = { ...usualLimits, ...limits };
  const told = resultManifestSchema.safeParse(wish.manifest);
  if (!told.success) throw refused("its manifest is not one");
  const { commit, base, isRewritten, otherBranches, left } = told.data;
  if (base !== given.commit) throw refused("it builds on another state than was given to that construct");
  const head = await readBundle(bundle, told.data, most.bundleBytes);
  const repository = await findRepository(wish.workspace, tools);

  await using own = await privateRepository(tools, borrowed(repository, tools, { withFiles: false }));
  const changed = await checkResult({ own, head, bundle, given, commit, format: repository.format, most });
  await own.git(["read-tree", commit]);
  const unfiltered = await underFilters(own, definedFilters(repository), changed, { isCached: true });
  const ours = sealedGit(tools, { gitFolder: repository.commonFolder, cwd: repository.commonFolder });
  const place: BranchPlace = { git: ours, commonFolder: repository.commonFolder, construct: wish.construct, commit };
  const earlier = wish.earlier && {
    ...wish.earlier,
    isBuiltOn: await isAncestor(own, wish.earlier.commit, commit),
  };
  const look = (): Promise<BranchFound> => branchFor(place, wish.branch, earlier);
  let branch = await look();
  if (!branch.isFree) return conflict(branch.name, branch.other);
  const merge = await mergeOutlook(own, repository.head, commit);
  const patch =
    wish.patchFile === undefined
      ? undefined
      : await writePatch(own, { from: given.commit, to: commit, path: wish.patchFile, mostBytes: most.bundleBytes });
  if (!branch.isThere) {
    await takeObjects(ours, bundle, head, { mostBytes: most.bundleBytes, isStrict: true });
    // All that took its time: meanwhile somebody may have made a branch of that name, or checked it out.
    branch = await look();
    // Somebody else may have made one since.
    if (branch.isFree && !branch.isThere && !(await makeBranch(place, branch.name, branch.from))) {
      branch = await look();
      if (branch.isFree && !branch.isThere)
        throw refused(
          `git could not make the branch ${branch.name}`,
          "Look whether another git works there (a .lock file in its folder `refs`), then take the result again. It is kept.",
        );
    }
    if (!branch.isFree) {
      // It is written again with the result as another branch.
      if (patch?.isWritten === true) await rm(patch.path, { force: true });
      return conflict(branch.name, branch.other);
    }
  }
  return {
    how: "taken",
    branch: branch.name,
    commit,
    files: firstOf(changed.map(shownName)),
    unfiltered: firstOf([...unfiltered].map(shownName)),
    merge,
    patch,
    isRewritten,
    otherBranches,
    left,
  };
}

const conflict = (branch: string, free: string): Taken => ({
  how: "conflict",
  branch,
  free,
  message: `there is a branch ${branch} already, and it is something else`,
  hint: `It was left as it is. Take the result as ${free}, or rename the branch that is there: git branch -m ${branch} <name>`,
});
