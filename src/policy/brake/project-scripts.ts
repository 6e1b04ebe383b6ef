import { z } from "zod";
import { knownArgument, type Argument } from "../shell/argument.ts";
import { locate } from "../places/paths.ts";
import type { Effect } from "./effect.ts";
import { recipesFor } from "./makefile.ts";
import { madeBy } from "./made.ts";
import type { Run } from "./run.ts";

/** Judges what `npm run NAME` and its kin would run, where the project's package file can be read. */
export function judgePackageScript(run: Run, name: string, folder: Argument = knownArgument(".")): void {
  const own = madeBy(run, pathIn(folder, "package.json"));
  if (own.kind === "unseen" && run.fetched())
    return run.emit({
      kind: "execute-unknown",
      what: "scripts of a package.json that this line fetches",
      foreign: true,
    });
  const text = own.kind === "texts" ? undefined : textIn(run, folder, ["package.json"]);
  for (const line of linesOf(text, name)) run.project(line, folder);
  if (own.kind === "texts")
    for (const shown of own.texts) for (const line of linesOf(shown, name)) run.script(line, []);
}

/** Judges the recipes that `make TARGET…` would run, where the makefile can be read. */
export function judgeRecipes(run: Run, targets: readonly string[], folder: Argument, file?: string): void {
  const names = file === undefined ? ["GNUmakefile", "makefile", "Makefile"] : [file];
  for (const name of names) {
    const own = madeBy(run, pathIn(folder, name));
    if (own.kind === "texts")
      for (const shown of own.texts) for (const recipe of recipesFor(shown, targets)) run.script(recipe, []);
    if (own.kind === "texts") return;
    if (own.kind === "unseen" && run.fetched())
      return run.emit({ kind: "execute-unknown", what: `${name}, which this line fetches`, foreign: true });
  }
  const text = textIn(run, folder, names);
  if (text !== undefined)
    for (const recipe of recipesFor(text, targets).slice(0, mostRecipes)) run.project(recipe, folder);
}

/** Judges a script of the project that a shell will run, where it can be read. */
export function judgeScriptFile(run: Run, file: Argument, isShell: boolean): void {
  const text = file.kind === "known" ? textIn(run, knownArgument("."), [file.text]) : undefined;
  if (text === undefined) return;
  const first = text.slice(0, 80).split("\n")[0] ?? "";
  if (isShell || /^#!.*\b(?:ba|z|da|k)?sh\b/.test(first)) run.project(text, knownArgument("."));
}

/** Judges the recipes of a file of `just` that the line itself writes: whatever is indented in it. */
export function judgeJustfile(run: Run, folder: Argument): void {
  for (const name of ["justfile", "Justfile", ".justfile"]) {
    const own = madeBy(run, pathIn(folder, name));
    if (own.kind === "texts")
      for (const shown of own.texts)
        for (const [, recipe = ""] of shown.matchAll(/^[ \t]+[-@]*(.+)$/gm)) run.script(recipe, []);
    if (own.kind === "unseen" && run.fetched())
      run.emit({ kind: "execute-unknown", what: `${name}, which this line fetches`, foreign: true });
  }
}

const pathIn = (folder: Argument, name: string): string =>
  folder.text === "." || folder.kind !== "known" ? name : `${folder.text}/${name}`;

const mostRecipes = 60;

/**
 * What reading the project's own scripts adds: dangers that stand there for certain. Their everyday surprises (variables,
 * generated files, programs of their own) are the project's business, as they are when the script cannot be read.
 */
export function isCertain(effect: Effect): boolean {
  switch (effect.kind) {
    case "write":
    case "delete":
      return effect.barrier !== undefined && !/^write\.(?:unknown|pattern|malformed|name)$/.test(effect.barrier.rule);
    case "execute-unknown":
      return effect.foreign && !effect.what.includes("which this line makes");
    case "network":
      return effect.metadata;
    case "process-control":
    case "read":
    case "run-project-code":
    case "interpret":
    case "change-repository":
    case "look-remote":
    case "unknown":
      return false;
    case "privilege":
    case "persistence":
    case "history-rewrite":
    case "publish":
    case "remote-mutation":
    case "database-mutation":
    case "container-escape":
    case "agent-settings":
    case "system-control":
    case "exfiltration":
    default:
      return true;
  }
}

/** What a package file runs under a name, with what goes before and after it. */
function linesOf(text: string | undefined, name: string): string[] {
  const scripts = text === undefined ? undefined : scriptsOf(text);
  return [`pre${name}`, name, `post${name}`].flatMap((script) =>
    scripts !== undefined && Object.hasOwn(scripts, script) ? (scripts[script] ?? []) : [],
  );
}

const packageSchema = z.object({ scripts: z.record(z.string(), z.string()).optional() });

function scriptsOf(text: string): Record<string, string> | undefined {
  try {
    return packageSchema.safeParse(JSON.parse(text)).data?.scripts;
  } catch {
    // A package file that is no JSON has no scripts; the package manager will say so itself.
    return undefined;
  }
}

/** The first of these files in the folder of the command that can be read, if the line has not made it itself. */
function textIn(run: Run, folder: Argument, names: readonly string[]): string | undefined {
  const { context, folders } = run.scene;
  const at = folders.length === 1 ? folders[0] : undefined;
  if (at === undefined || folder.kind !== "known" || context.readText === undefined) return undefined;
  for (const name of names) {
    const { real } = locate(name, locate(folder.text, at, context).plain, context);
    const text = context.readText(real);
    if (text !== undefined) return text;
  }
  return undefined;
}
