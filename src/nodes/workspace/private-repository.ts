import { copyFile, lstat, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errnoOf } from "../../base/fault.ts";
import type { GitTools } from "./git-environment.ts";
import { type Git, type GitHow, lineOf, sealedGit } from "./sealed-git.ts";

export interface BorrowedParts {
  /** The folder of objects that it reads and never writes to. */
  objects: string;
  format: "sha1" | "sha256";
  /** Commits that count as having no parents. */
  shallow: readonly string[];
  /** The files that it looks at. Left out: none. */
  workTree?: string;
  /** The index of these files, of which it takes a copy. */
  index?: string;
  /** Settings that change how files are read; whoever gives them has looked at each. */
  settings?: Record<string, string>;
  /** Patterns of ignored files and of attributes that are not in the work tree. */
  info?: readonly { name: "exclude" | "attributes"; path: string }[];
}

/**
 * A repository of our own that reads the objects of another one, and gets all that is new. So nothing is written to the other, and nothing
 * that its settings name is run: it is not asked for them.
 */
export interface PrivateRepository extends AsyncDisposable {
  readonly gitFolder: string;
  git: Git;
  /** The first line of the answer. */
  line(args: readonly string[], how?: GitHow): Promise<string>;
}

export async function privateRepository(tools: GitTools, parts: BorrowedParts): Promise<PrivateRepository> {
  const folder = await mkdtemp(join(tools.temporary, "deck-git-"));
  const gitFolder = join(folder, "git");
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    for (const name of ["refs/heads", "objects/info", "info"]) await mkdir(join(gitFolder, name), { recursive: true });
    await writeFile(join(gitFolder, "HEAD"), "ref: refs/heads/none\n");
    const isPlain = parts.format === "sha1";
    await writeFile(
      join(gitFolder, "config"),
      isPlain
        ? "[core]\n\trepositoryformatversion = 0\n"
        : "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n",
    );
    await writeFile(join(gitFolder, "objects/info/alternates"), `${quotedPath(parts.objects)}\n`);
    if (parts.shallow.length > 0) await writeFile(join(gitFolder, "shallow"), `${parts.shallow.join("\n")}\n`);
    if (parts.index !== undefined) await copyIndex(parts.index, gitFolder);
    for (const { name, path } of parts.info ?? []) await copyIfThere(path, join(gitFolder, "info", name));
  } catch (error) {
    await remove();
    throw error;
  }
  const { workTree, settings } = parts;
  const git = sealedGit(tools, { gitFolder, cwd: workTree ?? folder, workTree, settings });
  return {
    gitFolder,
    git,
    line: async (args, how) => lineOf(await git(args, how)),
    [Symbol.asyncDispose]: remove,
  };
}

async function copyIndex(index: string, to: string): Promise<void> {
  const found = await lstat(index).catch(() => undefined);
  await copyIfThere(index, join(to, "index"));
  // Git compares what a file has in it when the index may have been written in the same second: by the date of the index.
  const seconds = Math.floor((found?.mtimeMs ?? 0) / 1000);
  if (found?.isFile() === true) await utimes(join(to, "index"), seconds, seconds);
  // An index may be split: then the larger part of it is in a file beside it.
  const beside = await readdir(dirname(index));
  for (const name of beside)
    if (/^sharedindex\.[0-9a-f]+$/.test(name)) await copyIfThere(join(dirname(index), name), join(to, name));
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    // To read from a pipe that somebody has put there would wait for ever.
    if ((await lstat(from)).isFile()) await copyFile(from, to);
  } catch (error) {
    const code = errnoOf(error);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
  }
}

/** As git reads a path in its list of alternates, whatever characters it has. */
const quotedPath = (path: string): string =>
  `"${path
    .replaceAll("\\", "\\\\")
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`)}"`;
