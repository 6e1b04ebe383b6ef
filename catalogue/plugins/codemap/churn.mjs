import { git } from "./files.mjs";

/** How often the files of a folder were changed lately, by their paths in it; undefined without a history. */
export function churnOf(root, days) {
  const log = git(root, [
    "log",
    `--since=${days}.days`,
    "--max-count=5000",
    "--no-merges",
    "--no-renames",
    "--no-ext-diff",
    "--name-only",
    "--relative",
    "-z",
    "--format=",
  ]);
  if (log === undefined) return undefined;
  const commits = new Map();
  for (const path of log.split("\0")) {
    const name = path.replace(/^\n+/, "");
    if (name !== "") commits.set(name, (commits.get(name) ?? 0) + 1);
  }
  return [...commits].map(([path, count]) => ({ path, commits: count }));
}
