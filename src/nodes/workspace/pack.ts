import { shownName } from "./file-names.ts";
import type { GitTools } from "./git-environment.ts";
import { type SpaceLimits, usualLimits } from "./limits.ts";
import { branchSchema, firstOf, type Left, type SpaceManifest } from "./manifest.ts";
import { type PrivateRepository, privateRepository } from "./private-repository.ts";
import { deckNames } from "./deck-home.ts";
import { definedFilters } from "./filters.ts";
import { borrowed, findRepository, type Repository } from "./repository.ts";
import { stage } from "./staging.ts";
import { writeBundle } from "./bundle.ts";

/**
 * Makes a bundle of a workspace: its commit with a bounded history, and what is not committed and not ignored, as one more commit on top of
 * it. Of the netrunner's repository nothing changes, not even an object is added to it.
 * @param workspace a folder in the work tree of a repository
 * @param outFile must not be there
 * @param deckHome the deck's own folder, which does not go along
 */
export async function pack(
  workspace: string,
  outFile: string,
  tools: GitTools,
  { deckHome, ...limits }: Partial<SpaceLimits> & { deckHome?: string | undefined } = {},
): Promise<SpaceManifest> {
  const most = { ...usualLimits, ...limits };
  const repository = await findRepository(workspace, tools);
  const shallow = await boundary(repository, tools, repository.isPartial ? 1 : most.commits);
  await using own = await privateRepository(tools, borrowed(repository, tools, { withFiles: true, shallow }));
  const deck = await deckNames(deckHome, repository.workTree);
  const staged = await stage(own, {
    workTree: repository.workTree,
    fileBytes: most.fileBytes,
    filters: definedFilters(repository),
    leaveLinks: false,
    deck: { names: deck, base: repository.head },
  });
  const isDirty = repository.head === null || staged.tree !== (await treeOf(own, repository.head));
  const commit =
    isDirty || repository.head === null ? await commitOf(own, staged.tree, repository.head) : repository.head;
  await own.git(["update-ref", workRef, commit]);
  const written = await writeBundle(own, { ref: workRef, not: [], outFile, mostBytes: most.bundleBytes });
  return {
    version: 1,
    ...written,
    format: repository.format,
    commit,
    head: repository.head,
    branch: branchSchema.safeParse(repository.branch).data ?? null,
    isDirty,
    folder: repository.folder,
    shallow,
    author: authorOf(repository),
    left: firstOf(staged.left),
    submodules: firstOf(staged.submodules.map(shownName)),
    filtered: firstOf(staged.filtered),
    linksOutside: firstOf(staged.linksOutside),
    underWay: repository.underWay,
    deck,
  };
}

/**
 * Makes a bundle of what an earlier one has become: a result that was taken, in place of the workspace as it is now.
 * @param given the earlier one
 * @param commit is in the repository, and builds on what was given
 */
export async function packCommit(
  workspace: string,
  { given, commit, outFile }: { given: SpaceManifest; commit: string; outFile: string },
  tools: GitTools,
  limits: Partial<SpaceLimits> = {},
): Promise<SpaceManifest> {
  const most = { ...usualLimits, ...limits };
  const repository = await findRepository(workspace, tools);
  const shallow = await boundary({ ...repository, head: commit }, tools, repository.isPartial ? 1 : most.commits);
  await using own = await privateRepository(tools, borrowed(repository, tools, { withFiles: false, shallow }));
  await own.git(["update-ref", workRef, commit]);
  const written = await writeBundle(own, { ref: workRef, not: [], outFile, mostBytes: most.bundleBytes });
  return { ...given, ...written, commit, shallow, isDirty: false, left: firstOf<Left>([]), underWay: null };
}

/** The reference in all bundles, on both ways. */
export const workRef = "refs/heads/cyberdeck-work";

/** The commits at which the history ends: those of the last so many of which a parent is not among them. */
async function boundary(repository: Repository, tools: GitTools, commits: number): Promise<string[]> {
  if (repository.head === null) return [];
  await using reader = await privateRepository(tools, borrowed(repository, tools, { withFiles: false }));
  const { out } = await reader.git(["rev-list", "--parents", `--max-count=${commits}`, repository.head]);
  const lines = out.toString("latin1").trim().split("\n");
  const rows = lines.map((line) => line.split(" "));
  const taken = new Set(rows.map(([id]) => id));
  const known = new Set(repository.shallow);
  return rows.flatMap(([id = "", ...parents]) =>
    known.has(id) || parents.some((parent) => !taken.has(parent)) ? [id] : [],
  );
}

const treeOf = (own: PrivateRepository, commit: string): Promise<string> =>
  own.line(["rev-parse", "--verify", `${commit}^{tree}`]);

const commitOf = (own: PrivateRepository, tree: string, head: string | null): Promise<string> =>
  own.line(["commit-tree", tree, ...(head === null ? [] : ["-p", head]), "-m", whatItIs]);

const whatItIs = "Not committed yet when it was given to a construct";

function authorOf({ settings }: Repository): SpaceManifest["author"] {
  const name = settings.get("user.name")?.slice(0, 500) ?? "";
  const email = settings.get("user.email")?.slice(0, 500) ?? "";
  return name === "" || email === "" ? null : { name, email };
}
