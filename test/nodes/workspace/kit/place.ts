import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { GitTools } from "../../../../src/nodes/workspace/git-environment.ts";

export interface Place {
  folder: string;
  home: string;
  tools: GitTools;
  /** A path in the folder. */
  at: (name: string) => string;
}

/** A folder of its own for each test, with a home and a place for temporary files that must be empty again at its end. */
export function place(): () => Place {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "deck-space-"));
    for (const name of ["home", "temporary"]) mkdirSync(join(folder, name));
  });
  afterEach(() => {
    const left = readdirSync(join(folder, "temporary"));
    rmSync(folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
  });
  return () => {
    const home = join(folder, "home");
    const tools = { path: process.env["PATH"] ?? "", temporary: join(folder, "temporary"), home };
    return { folder, home, tools, at: (name) => join(folder, name) };
  };
}

/** Runs git as the netrunner would. */
export function git(cwd: string, ...args: string[]): string {
  return run(cwd, args).trimEnd();
}

export function run(
  cwd: string,
  args: string[],
  input?: string | Buffer,
  env: Record<string, string> = {},
  encoding: BufferEncoding = "utf8",
): string {
  // Its parent is the home of the test.
  const home = join(tmpdir(), "deck-no-home");
  return execFileSync("git", args, {
    cwd,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: home,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Case",
      GIT_AUTHOR_EMAIL: "case@example.com",
      GIT_COMMITTER_NAME: "Case",
      GIT_COMMITTER_EMAIL: "case@example.com",
      ...env,
    },
    stdio: ["pipe", "pipe", "pipe"],
    maxBuffer: 2 ** 28,
    ...(input === undefined ? {} : { input }),
  }).toString(encoding);
}

export function put(root: string, files: Record<string, string | Buffer>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

/** A repository with one commit of these files. */
export function repository(root: string, files: Record<string, string | Buffer> = { "a.txt": "one\n" }): string {
  mkdirSync(root, { recursive: true });
  git(root, "init", "-q", "-b", "main");
  put(root, files);
  git(root, "add", "-A");
  git(root, "commit", "-q", "--allow-empty", "-m", "first");
  return root;
}

/** All files below a folder, without git's own: what they are, whether they may be run, what is in them. */
export function filesOf(
  root: string,
  leaveOut: (name: string) => boolean = (name) => name === ".git",
): Record<string, string> {
  const found: [string, string][] = [];
  const visit = (path: Buffer, name: string): void => {
    const entry = lstatSync(path);
    if (entry.isDirectory())
      for (const child of readdirSync(path, { encoding: "buffer" })) {
        const shown = name === "" ? child.toString("latin1") : `${name}/${child.toString("latin1")}`;
        if (!leaveOut(shown)) visit(Buffer.concat([path, Buffer.from("/"), child]), shown);
      }
    else if (entry.isSymbolicLink()) found.push([name, `link ${readlinkSync(path, "latin1")}`]);
    else if (entry.isFile())
      found.push([name, `${(entry.mode & 0o100) === 0 ? "file" : "program"} ${readFileSync(path).toString("latin1")}`]);
  };
  visit(Buffer.from(root), "");
  return Object.fromEntries(found.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * Every byte below a folder, and when each file was changed: it is the same only if nothing was touched. Git sets the date of an object anew
 * that would be written once more, so that it is not pruned: that is no change.
 */
export function printOf(root: string): string {
  const hash = createHash("sha256");
  const visit = (path: Buffer): void => {
    const entry = lstatSync(path, { bigint: true });
    const name = path.toString("latin1");
    const isObject = entry.isFile() && name.includes("/.git/objects/");
    const dates = isObject ? "" : `${entry.mtimeNs} ${entry.ctimeNs}`;
    hash.update(`${name} ${entry.mode} ${dates} ${entry.ino}\n`);
    if (entry.isDirectory())
      for (const child of readdirSync(path, { encoding: "buffer" }).toSorted((one, other) =>
        Buffer.compare(one, other),
      ))
        visit(Buffer.concat([path, Buffer.from("/"), child]));
    else if (entry.isFile()) hash.update(readFileSync(path));
  };
  visit(Buffer.from(root));
  return hash.digest("hex");
}
