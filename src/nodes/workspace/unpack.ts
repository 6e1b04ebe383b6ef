import { lstat, mkdir, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, Fault, messageOf } from "../../base/fault.ts";
import { oneLine } from "../../base/text.ts";
import { type BundleHead, readBundle, takeObjects } from "./bundle.ts";
import { checkTree } from "./check-tree.ts";
import type { GitTools } from "./git-environment.ts";
import { type SpaceLimits, usualLimits } from "./limits.ts";
import { type SpaceManifest, spaceManifestSchema } from "./manifest.ts";
import { sealedGit } from "./sealed-git.ts";

export interface Unpacked {
  /** The folder in it that is the workspace of the construct. */
  workspace: string;
  branch: string;
}

/**
 * Makes a work tree of a bundle, in a folder that is not there, or empty. What the bundle has in it is checked, is put into that folder
 * alone, and runs nothing. After a fault, the folder is as it was.
 */
export async function unpack(
  bundle: string,
  manifest: unknown,
  folder: string,
  tools: GitTools,
  limits: Partial<SpaceLimits> = {},
): Promise<Unpacked> {
  const most = { ...usualLimits, ...limits };
  const told = understood(manifest);
  const head = await readBundle(bundle, told, most.bundleBytes);
  checkHead(head, told);
  const isOurs = await makeFolder(folder);
  try {
    return await fill(bundle, head, told, await realpath(folder), tools, most);
  } catch (error) {
    if (isOurs) await rm(folder, { recursive: true, force: true });
    else for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
    // What git does not take is the bundle's fault, not that of this machine.
    throw error instanceof Fault && error.code === "git.failed" ? refused(error.message) : error;
  }
}

async function fill(
  bundle: string,
  head: BundleHead,
  told: SpaceManifest,
  folder: string,
  tools: GitTools,
  most: SpaceLimits,
): Promise<Unpacked> {
  const git = sealedGit(tools, { gitFolder: join(folder, ".git"), cwd: folder, workTree: folder });
  const branch = told.branch ?? "work";
  await git(["init", "--quiet", "--template=", `--object-format=${told.format}`, `--initial-branch=${branch}`, folder]);
  if (told.shallow.length > 0) await writeFile(join(folder, ".git", "shallow"), `${told.shallow.join("\n")}\n`);
  await takeObjects(git, bundle, head, { mostBytes: most.bundleBytes, isStrict: false });
  await git(["rev-list", "--objects", "--quiet", told.commit]);
  if (told.head !== null) await git(["merge-base", "--is-ancestor", told.head, told.commit]);
  await checkTree(git, told.commit, most);
  await git(["update-ref", `refs/heads/${branch}`, told.commit]);
  // Without a name, git would not let the construct commit.
  const { name, email } = told.author ?? { name: "cyberdeck construct", email: "construct@cyberdeck.invalid" };
  await git(["config", "--", "user.name", name]);
  await git(["config", "--", "user.email", email]);
  await git(["reset", "--quiet", "--hard"]);
  return { workspace: await workspaceIn(folder, told.folder), branch };
}

/** It may be a folder of which git has no file. A link is none: it could lead out. */
async function workspaceIn(folder: string, name: string): Promise<string> {
  let place = folder;
  for (const part of name === "" ? [] : name.split("/")) {
    place = join(place, part);
    const found = await lstat(place).catch(() => undefined);
    if (found === undefined) await mkdir(place);
    else if (!found.isDirectory()) throw refused("the workspace is no folder in it");
  }
  return place;
}

/** Whether the folder is made here; one that is there must be empty. */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw notMade(folder, error);
    const names = await readdir(folder).catch(() => ["a file"]);
    if (names.length === 0) return false;
    throw new Fault("refused", "workspace.occupied", `there is something in ${folder} already`, {
      hint: "Nothing is overwritten. Choose another folder, or look whether that one can go.",
    });
  }
}

function understood(manifest: unknown): SpaceManifest {
  const read = spaceManifestSchema.safeParse(manifest);
  if (read.success) return read.data;
  throw refused(`its manifest is not one: ${oneLine(read.error.issues[0]?.message ?? "", 200)}`);
}

function checkHead(head: BundleHead, told: SpaceManifest): void {
  const [only, ...more] = head.brings;
  if (head.format !== told.format || head.needs.length > 0) throw refused("it builds on another repository");
  if (only === undefined || more.length > 0 || only.id !== told.commit)
    throw refused("it brings another commit than its manifest tells of");
}

const refused = (why: string): Fault =>
  new Fault("refused", "workspace.refused", `the workspace was not unpacked: ${why}`, {
    hint: "Have it packed again by the host. If that does not help, use a shared path.",
  });

const notMade = (folder: string, cause: unknown): Fault =>
  new Fault("storage", "workspace.no_place", `could not make the folder ${folder}: ${messageOf(cause)}`, {
    hint: "Look whether the folder above it is there and may be written to.",
    cause,
  });
