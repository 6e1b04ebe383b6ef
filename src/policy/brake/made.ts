import type { Argument } from "../shell/argument.ts";
import { locate } from "../places/paths.ts";
import { isWithin } from "../places/within.ts";
import type { Run } from "./run.ts";

/** What the line itself made of a file: nothing, texts that it shows, or something that only the run will tell. */
export type Made = { kind: "not" } | { kind: "texts"; texts: readonly string[] } | { kind: "unseen" };

export function madeBy(run: Run, text: string): Made {
  const places = run.scene.folders.map((folder) => locate(text, folder, run.scene.context));
  const isMade = places.some((place) =>
    [...run.made].some((path) => isWithin(place.plain, path) || isWithin(place.real, path)),
  );
  if (!isMade) return { kind: "not" };
  const contents = places.length === 1 ? run.contents.get(places[0]?.real ?? "") : undefined;
  return contents === undefined || contents === "unseen" ? { kind: "unseen" } : { kind: "texts", texts: contents };
}

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
    if (own.kind === "unseen" || (own.kind === "texts" && !own.texts.every(isPlainProgram)))
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
