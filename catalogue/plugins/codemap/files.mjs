import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** The most files of a map. */
const most = 20_000;

/** What a repository without git would hardly call its own. */
const foreign = new Set([
  "node_modules",
  "vendor",
  "dist",
  "build",
  "target",
  "out",
  "coverage",
  "__pycache__",
  "venv",
]);

/**
 * The files of a folder, by their paths in it: what git knows and does not ignore, or, without git, what lies in folders that are
 * not hidden and not somebody else's. Undefined where there is no folder.
 */
export function filesBelow(root) {
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
  const listed = git(root, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  const paths = listed === undefined ? walk(root) : [...new Set(listed.split("\0"))].filter((path) => path !== "");
  const from = listed === undefined ? "folders" : "git";
  return { paths: paths.slice(0, most).sort((one, other) => (one < other ? -1 : 1)), from, isCut: paths.length > most };
}

/** What git says; undefined where it cannot. Nothing that a repository's settings name is run. */
export function git(root, args) {
  const quiet = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-pager", "--no-optional-locks"];
  try {
    return execFileSync("git", [...quiet, "-C", root, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 64 * 1024 * 1024,
      timeout: 20_000,
    });
  } catch {
    // No git, no repository, or too much of it.
    return undefined;
  }
}

function walk(root) {
  const paths = [];
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined && paths.length <= most; folder = folders.pop()) {
    for (const entry of entriesOf(join(root, folder))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile()) paths.push(path);
      else if (entry.isDirectory() && !entry.name.startsWith(".") && !foreign.has(entry.name)) folders.push(path);
    }
  }
  return paths;
}

function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // One that may not be read is not on the map.
    return [];
  }
}
