import type { Argument } from "../argument.ts";
import { locate } from "../paths.ts";
import { isWithin } from "../within.ts";
import { judgeCode } from "./code/judge-code.ts";
import type { Run } from "./run.ts";

/** What the line itself made of a file: nothing, a text that it shows, or something that only the run will tell. */
export type Made = { kind: "not" } | { kind: "text"; text: string } | { kind: "unseen" };

export function madeBy(run: Run, text: string): Made {
  const places = run.scene.folders.map((folder) => locate(text, folder, run.scene.context).plain);
  if (!places.some((place) => [...run.made].some((path) => isWithin(place, path)))) return { kind: "not" };
  const [only] = places;
  const known = places.length === 1 && only !== undefined ? run.texts.get(only) : undefined;
  const covered = [...run.made].some((path) => path !== only && only !== undefined && isWithin(only, path));
  return known === undefined || covered ? { kind: "unseen" } : { kind: "text", text: known };
}

/** Judges a text of the line that an interpreter, or the file's first line, will run. False where nobody knows how. */
export function judgeMadeText(run: Run, text: string): boolean {
  const first = /^#!.*?\b(\w+)\s*$/.exec(text.slice(0, 120).split("\n")[0] ?? "")?.[1];
  const language = interpreters.test(run.name) ? run.name : first === undefined ? "sh" : first;
  if (shells.test(language)) {
    run.emit({ kind: "interpret", what: language });
    run.script(text.replace(/^#!.*\n/, ""), []);
    return true;
  }
  if (!interpreters.test(language)) return false;
  judgeCode(text.replace(/^#!.*\n/, ""), { ...run, name: language });
  return true;
}

const shells = /^(?:sh|bash|zsh|dash|ksh|ash|source|\.)$/;

const interpreters = /^(?:sh|bash|zsh|dash|ksh|ash|source|\.|python[\d.]*|node|nodejs|bun|deno|tsx|ruby|perl|php)$/;

/** Programs of a compiled language: harmless only where nothing in them reaches files, processes or the network. */
export const isPlainProgram = (text: string): boolean =>
  text.length < 16_384 &&
  !/\b(?:exec\w*|Runtime|ProcessBuilder|syscall|unsafe|reflect|\w*(?:[Rr]emove|[Dd]elete|[Rr]ename|[Ww]rite(?!Str|ln)|[Oo]pen)\w*|Files?|Create\w*|Truncate|Chmod|Chown|net|http|Socket|URL|fs|process|system|popen|unlink|fopen|ofstream|filesystem|ClassLoader|native|Getenv|getenv|env|asm|extern|dlopen|fork|kill)\b/.test(
    text,
  );

/** Judges files of a compiled language that the line writes and then names to a tool that runs them. */
export function judgeMadePrograms(run: Run): void {
  for (const arg of run.args) {
    if (arg.kind !== "known" || !/\.(?:go|java|rs|cs|fsx?|kts?|scala|swift|d|nim|cr|zig|groovy)$/.test(arg.text))
      continue;
    const own = madeBy(run, arg.text);
    if (own.kind === "unseen" || (own.kind === "text" && !isPlainProgram(own.text)))
      run.emit({ kind: "execute-unknown", what: `${arg.text}, which this line makes`, foreign: true });
  }
}

/** Whether a word names a file of code that the line fetched or decoded. */
export function isFetchedCode(run: Run, arg: Argument): boolean {
  if (!run.fetched() || arg.kind !== "known" || arg.text.length > 4096) return false;
  const text = arg.text.replace(/^--?[\w-]+=/, "");
  return /\.(?:[cm]?[jt]sx?|py|rb|pl|php|lua|sh|jar|war|go|java|kts?|rs|c|cc|cpp|cs|swift|zip|whl|gem|t?gz|gradle|mk)$|(?:^|\/)[A-Z]\w*file$/.test(
    text,
  )
    ? madeBy(run, text).kind === "unseen"
    : false;
}
