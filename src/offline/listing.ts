import { posix } from "node:path";
import { mustCall, notDone, type Program } from "./program.ts";
import { leftOutFolders, rootOf, showScope, type Scope } from "./scope.ts";
import { bash, linesOf, quoted, type Line } from "./shell.ts";

/** More files than this would take hundreds of calls: the netrunner is asked for a smaller scope instead. */
export const mostFiles = 20_000;

/**
 * A command line that prints the paths of the scope's files, one a line, sorted; a line feed inside a name is shown as
 * the control character 1.
 * @param home the deck's own folder inside the workspace, if it has another name than `.cyberdeck`
 */
export function listCommand(scope: Scope, home?: string): string {
  const names = scope.endings.map((ending) => `-iname ${quoted(`*.${ending}`)}`).join(" -o ");
  const files = `-type f ${names === "" ? "" : `\\( ${names} \\) `}-print0`;
  return `find -H ${walk(scope, home)} ${files} 2>/dev/null | tr '\\000\\n' '\\n\\001' | sort`;
}

/** A line of `listCommand` as a path. */
export const pathFrom = (line: Line): Line => ({ ...line, text: line.text.replaceAll("\u0001", "\n") });

/** The paths of the scope's files; a scope that does not exist, or is too large, ends the program. */
export function* listFiles(scope: Scope, home?: string): Program<Line[]> {
  yield* mustExist(scope);
  const lines = yield* linesOf(listCommand(scope, home), `List the files ${showScope(scope)}`, 1, mostFiles + 1);
  if (lines.length > mostFiles) throw notDone(tooMany);
  return lines.map(pathFrom);
}

/** Ends the program when there is no such folder or file. */
export function* mustExist(scope: Scope): Program<void> {
  if (scope.below === undefined) return;
  const root = quoted(rootOf(scope));
  const command = `test -d ${root} && echo folder; test -f ${root} && echo file; echo checked`;
  const found = yield* mustCall(bash(command, `Look whether ${scope.below} exists`));
  if (found.trim() === "checked")
    throw notDone(`there is no file or folder ${JSON.stringify(scope.below)} in the workspace; check the name`);
}

/** What could not be looked into, as sentences; empty when all could. */
export function* unreadable(scope: Scope, home?: string): Program<string[]> {
  const command = `find -H ${walk(scope, home)} -type f 2>&1 >/dev/null`;
  const errors = yield* linesOf(command, "Look for folders that cannot be read", 1, 5);
  if (errors.length === 0) return [];
  return [`Folders that could not be read, first of all: ${errors.map((error) => error.text).join("; ")}.`];
}

/** The deck's home, from the run folder, as a path that starts with "./"; undefined when it lies outside or is hidden. */
export function homeInside(workspace: string, runFolder: string): string | undefined {
  const runs = posix.dirname(runFolder);
  const home = posix.relative(workspace, posix.basename(runs) === "runs" ? posix.dirname(runs) : runFolder);
  const outside = home === "" || home.startsWith("..") || posix.isAbsolute(home);
  return outside || home.split("/").includes(".cyberdeck") ? undefined : `./${home}`;
}

export const tooMany = `there are more than ${mostFiles} files; name a folder or a kind of file`;

function walk(scope: Scope, home: string | undefined): string {
  const folders = leftOutFolders.map((name) => `-name ${name}`).join(" -o ");
  const own = home === undefined ? "" : ` -o -path ${quoted(home.replace(/[[\]*?\\]/g, "\\$&"))}`;
  return `${quoted(rootOf(scope))} -type d \\( ${folders}${own} \\) -prune -o`;
}
