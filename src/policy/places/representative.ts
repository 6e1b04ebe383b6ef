import { resolve } from "node:path";
import type { Argument } from "../shell/argument.ts";
import type { BrakeContext } from "../brake/context.ts";
import { decksOf } from "./decks.ts";
import { matchesSecrets } from "./secrets.ts";
import { anyDeep, anyOne, anyText, shapeMatches, someName } from "../shell/shape.ts";
import { record } from "./record.ts";

/**
 * One path that stands for all that a pattern may mean, with a mark where the wildcards were. Undefined where the pattern may
 * mean something that must stay, or everything in a folder that must stay.
 */
export function representative(
  pattern: Argument,
  folders: readonly string[],
  context: BrakeContext,
): string | undefined {
  if (pattern.kind !== "pattern") return undefined;
  const shape = deep(pattern.shape);
  const marked = shape.search(wildcard);
  if (/(?:^|\/)\.\.(?:\/|$)/.test(shape.slice(Math.max(0, marked)))) return undefined;
  for (const folder of folders) {
    const whole = resolve(folder, shape);
    const { writable = [], protected: guarded = [] } = context.policy ?? {};
    const roots = [context.workspace, context.realPath(context.workspace), context.runFolder, "/tmp", ...writable];
    for (const root of roots)
      if (whole.startsWith(`${root}/`) && !/[a-z0-9]/i.test(whole.slice(root.length + 1))) return undefined;
    if (kept(context).some((path) => shapeMatches(whole, path))) return undefined;
    const beginnings = withParents(whole);
    const barred = guarded.flatMap((path) => [path, context.realPath(path)]);
    if (barred.some((path) => beginnings.some((start) => shapeMatches(start, path)))) return undefined;
    const base = whole.slice(0, whole.slice(0, whole.search(wildcard)).lastIndexOf("/")) || "/";
    if (matchesSecrets(whole, base, false, context)) return undefined;
  }
  return shape.replaceAll(new RegExp(wildcard, "g"), someName);
}

const wildcard = new RegExp(`[${anyText}${anyOne}${anyDeep}]+`);

/** `**` as a step of its own reaches into folders. */
const deep = (shape: string): string =>
  shape
    .split("/")
    .map((step) => (step === `${anyText}${anyText}` ? anyDeep : step))
    .join("/");

/** What a pattern must not be able to mean: samples of everything that is protected, and all that it lies in. */
function kept(context: BrakeContext): string[] {
  const { workspace, home, realPath } = context;
  const decks = decksOf(context);
  const runs = decks.map(({ runFolder }) => runFolder);
  const { writable = [], protected: guarded = [] } = context.policy ?? {};
  const folders = [workspace, ...runs, ...decks.map(({ deckHome }) => deckHome), home, ...writable, ...guarded];
  const roots = [...new Set(folders.flatMap((root) => [root, realPath(root)]))];
  const inside = [workspace, realPath(workspace)].flatMap((root) => protectedNames.map((name) => `${root}/${name}`));
  const records = runs
    .flatMap((run) => [run, realPath(run)])
    .flatMap((root) => record.map((name) => `${root}/${name}`));
  return [...roots.flatMap(withParents), ...inside, ...records, "/tmp", "/"];
}

const withParents = (path: string): string[] =>
  path
    .split("/")
    .map((_, index, steps) => steps.slice(0, index + 1).join("/"))
    .filter((parent) => parent !== "");

const protectedNames = (
  ".git .git/config .git/HEAD .git/index .git/hooks .git/hooks/pre-commit .git/hooks/pre-commit.sample .git/objects .git/objects/aa/bb .git/refs " +
  ".git/refs/heads/main .git/logs/HEAD .git/info/exclude .git/COMMIT_EDITMSG .claude .claude/settings.json .claude/settings.local.json"
).split(" ");
