import { existsSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, Fault } from "../../base/fault.ts";
import { type GitTools, sealedEnvironment, usualTimeoutMs } from "./git-environment.ts";
import type { BorrowedParts } from "./private-repository.ts";
import { type GitAnswer, runGit } from "./run-git.ts";
import type { SpaceManifest } from "./manifest.ts";

/** The netrunner's repository, as it is found. Nothing of it has been changed, and nothing that it names has been run. */
export interface Repository {
  /** The work tree's own folder of git, and the one that several work trees share. */
  gitFolder: string;
  commonFolder: string;
  workTree: string;
  /** The workspace within the work tree: "" or `a/b`. */
  folder: string;
  format: "sha1" | "sha256";
  /** Null: no commit yet. */
  head: string | null;
  /** Null: HEAD is on no branch. */
  branch: string | null;
  /** Commits without their parents, as it has been cloned. */
  shallow: string[];
  /** Objects are fetched when they are needed: what is not in the work tree may be missing. */
  isPartial: boolean;
  underWay: SpaceManifest["underWay"];
  /** What git is set to do with files here. */
  settings: Map<string, string>;
}

/** Finds the repository that a workspace is in. Rejects with a fault where it is in none, or in one without files. */
export async function findRepository(workspace: string, tools: GitTools): Promise<Repository> {
  const git = asker(workspace, tools);
  const place = await realpath(workspace).catch(() => undefined);
  if (place === undefined || place.includes("\n")) throw noFolder(workspace);
  const commonFolder = await git(["rev-parse", "--path-format=absolute", "--git-common-dir"], [0, 128]);
  if (commonFolder.code !== 0) throw noRepository(workspace, commonFolder.said);
  const inTree = await git(["rev-parse", "--is-inside-work-tree"], [0, 128]);
  if (lineOf(inTree) !== "true") throw noFiles(workspace);
  const ask = async (...args: string[]): Promise<string> => lineOf(await git(["rev-parse", ...args]));
  const gitFolder = await ask("--path-format=absolute", "--git-dir");
  const common = lineOf(commonFolder);
  const settings = await settingsOf(git);
  const head = await git(["rev-parse", "--verify", "--quiet", "HEAD"], [0, 1]);
  const branch = await git(["symbolic-ref", "--quiet", "HEAD"], [0, 1]);
  return {
    gitFolder,
    commonFolder: common,
    workTree: await ask("--path-format=absolute", "--show-toplevel"),
    folder: (await ask("--show-prefix")).replace(/\/$/, ""),
    format: (await ask("--show-object-format")) === "sha256" ? "sha256" : "sha1",
    head: head.code === 0 ? lineOf(head) : null,
    branch: branch.code === 0 ? lineOf(branch).replace(/^refs\/heads\//, "") : null,
    shallow: (await textOf(join(common, "shallow"))).split("\n").filter((line) => line !== ""),
    isPartial: [...settings.keys()].some((key) => /^extensions\.partialclone$|^remote\..*\.promisor$/s.test(key)),
    underWay: states.find(([file]) => existsSync(join(gitFolder, file)))?.[1] ?? null,
    settings,
  };
}

/** Borrows its objects. With its files: their index, and what it says of ignored files and line ends, too. */
export function borrowed(
  repository: Repository,
  { home }: GitTools,
  { withFiles, shallow = repository.shallow }: { withFiles: boolean; shallow?: string[] },
): BorrowedParts {
  const { commonFolder, gitFolder, format, workTree, settings } = repository;
  const objects = join(commonFolder, "objects");
  if (!withFiles) return { objects, format, shallow };
  const own = (name: string): string => join(home ?? "/dev/null", ".config", "git", name);
  const known =
    home === undefined ? {} : { "core.excludesFile": own("ignore"), "core.attributesFile": own("attributes") };
  const carried = carriedSettings.flatMap((key) => {
    const value = settings.get(key.toLowerCase());
    return value === undefined ? [] : [[key, expanded(value, home)] as const];
  });
  const info = (["exclude", "attributes"] as const).map((name) => ({ name, path: join(commonFolder, "info", name) }));
  return {
    objects,
    format,
    shallow,
    workTree,
    index: join(gitFolder, "index"),
    info,
    settings: { ...known, ...Object.fromEntries(carried) },
  };
}

/** How files become contents. None of them names a program. */
const carriedSettings = [
  "core.autocrlf",
  "core.eol",
  "core.fileMode",
  "core.symlinks",
  "core.ignoreCase",
  "core.precomposeUnicode",
  "core.trustctime",
  "core.checkStat",
  "core.excludesFile",
  "core.attributesFile",
];

const expanded = (value: string, home: string | undefined): string =>
  value.startsWith("~/") && home !== undefined ? join(home, value.slice(2)) : value;

const states = [
  ["MERGE_HEAD", "merge"],
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  ["BISECT_LOG", "bisect"],
] as const;

type Asker = (args: readonly string[], codes?: readonly number[]) => Promise<GitAnswer>;

/** These questions read settings and names of commits; none of them runs what a setting names. */
function asker(cwd: string, { path, home, timeoutMs = usualTimeoutMs, signal }: GitTools): Asker {
  const sealed = sealedEnvironment(path);
  const open = home === undefined ? sealed : asNetrunner(sealed, home);
  return (args, codes = [0]) =>
    runGit({ args, cwd, env: args[0] === "config" ? open : sealed, timeoutMs, signal, codes });
}

/** With the settings of the netrunner and the machine, to be listed. */
function asNetrunner(sealed: Record<string, string>, home: string): Record<string, string> {
  const left = ["GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_GLOBAL", "XDG_CONFIG_HOME"];
  const entries = Object.entries(sealed).filter(([name]) => !left.includes(name));
  return { ...Object.fromEntries(entries), HOME: home };
}

async function settingsOf(git: Asker): Promise<Map<string, string>> {
  const { out } = await git(["config", "--list", "--null", "--show-scope"]);
  const fields = out.toString("utf8").split("\0");
  const settings = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    // Ours are not theirs.
    if (fields[at] === "command") continue;
    const [key = "", ...value] = (fields[at + 1] ?? "").split("\n");
    // A key alone, without even an `=`, is how git says yes.
    settings.set(key, value.length === 0 ? "true" : value.join("\n"));
  }
  return settings;
}

const lineOf = ({ out }: GitAnswer): string => out.toString("utf8").replace(/\n$/, "");

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return "";
  }
}

const sharedPath = "give the nodes a shared path (a network file system) to it";

const noFolder = (workspace: string): Fault =>
  new Fault("usage", "workspace.missing", `there is no folder ${workspace}, or its name has a line feed in it`, {
    hint: "Look at the path of the workspace.",
  });

const noRepository = (workspace: string, said: string): Fault =>
  new Fault("usage", "workspace.no_repository", `${workspace} is in no git repository, so it cannot travel: ${said}`, {
    hint: `Make it one with \`git init\`, or ${sharedPath}.`,
  });

const noFiles = (workspace: string): Fault =>
  new Fault("usage", "workspace.no_files", `${workspace} is a repository without files (bare), or git's own folder`, {
    hint: `Choose a work tree of it; \`git worktree add <folder>\` makes one. Or ${sharedPath}.`,
  });
