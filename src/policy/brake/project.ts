import { isOfDeck } from "../places/decks.ts";
import { isWithin } from "../places/within.ts";
import { knownArgument, type Argument } from "../shell/argument.ts";
import type { Scene } from "./context.ts";
import { locate } from "../places/paths.ts";
import { judgeCode } from "./code/judge-code.ts";
import { isFetchedCode } from "./made.ts";
import { judgeScriptFile } from "./project-scripts.ts";
import type { Run } from "./run.ts";

/** A file that is run by its path: the project's own code, unless the same line made it. */
export function runFile(run: Run, file: Argument): void {
  const { scene } = run;
  const stream = /^\/dev\/(?:stdin|fd\/)/.test(file.text);
  if (file.kind !== "known" || stream) return run.emit({ kind: "execute-unknown", what: file.text, foreign: stream });
  const places = scene.folders.map((folder) => locate(file.text, folder, scene.context));
  if (places.every((place) => run.compiled.has(place.plain)))
    return run.emit({ kind: "run-project-code", what: `${file.text}, compiled from the project` });
  const made = places.some((place) =>
    [...run.made].some((path) => isWithin(place.plain, path) || isWithin(place.real, path)),
  );
  const shown = places.length === 1 ? run.contents.get(places[0]?.real ?? "") : undefined;
  if (made && shown !== undefined && shown !== "unseen") runShown(run, file, shown);
  else if (made) run.emit({ kind: "execute-unknown", what: `${file.text}, which this line makes`, foreign: true });
  // The deck's own folder lies in the workspace; of what is in there, only a run's files are a construct's to run.
  else if (places.some(({ plain, real }) => isOfDeck(plain, scene.context) || isOfDeck(real, scene.context)))
    run.emit({ kind: "execute-unknown", what: `${file.text}, which is the deck's own`, foreign: false });
  else if (insideWorkspace(file.text, scene)) {
    run.emit({ kind: "run-project-code", what: file.text });
    judgeScriptFile(run, file, /^(?:sh|bash|zsh|dash|ksh|ash|source|\.)$/.test(run.name));
  } else run.emit({ kind: "execute-unknown", what: `${file.text}, which is outside of the workspace`, foreign: false });
}

/** A file that the line itself has written, with a text that it shows: what is in there is judged. */
function runShown(run: Run, file: Argument, contents: readonly string[]): void {
  run.emit({ kind: "run-project-code", what: `${file.text}, as this line writes it` });
  for (const text of contents) {
    const shebang = /^#!\s*(?:\/usr\/bin\/env\s+(?:-S\s+)?)?(?:\/[\w/.-]*\/)?([\w.-]+)/.exec(text)?.[1];
    const language = interpreters.test(run.name) ? run.name : (shebang ?? "sh");
    if (/^(?:ba|z|da|k)?sh$|^(?:source|\.|ash)$/.test(language)) run.script(text, []);
    else judgeCode(text, { ...run, name: language });
  }
}

const interpreters =
  /^(?:(?:ba|z|da|k|a)?sh|source|\.|python[\d.]*|node|nodejs|ruby|perl|php|Rscript|lua|bun|deno|tsx|ts-node)$/;

/** Whether a path lies in the workspace, links followed, wherever the command may run. */
export function insideWorkspace(text: string, scene: Scene): boolean {
  const root = scene.context.realPath(scene.context.workspace);
  return scene.folders.every((folder) => isWithin(locate(text, folder, scene.context).real, root));
}

/** Project code runs in the folder of the command; outside of the workspace nobody knows what it is. */
export function projectCode(run: Run, what: string, folder: Argument = knownArgument(".")): void {
  const fetched = run.args.find((arg) => isFetchedCode(run, arg));
  if (fetched !== undefined)
    return run.emit({ kind: "execute-unknown", what: `${fetched.text}, which this line fetches`, foreign: true });
  if (folder.kind === "known" && insideWorkspace(folder.text, run.scene)) run.emit({ kind: "run-project-code", what });
  else run.emit({ kind: "execute-unknown", what: `${what} outside of the workspace`, foreign: false });
}

/** Whether an argument is a path that leads out of the workspace: settings and plugins from there are unknown code. */
export function isFar(arg: Argument, run: Run): boolean {
  const text = arg.text.replace(/^--?[\w-]+=/, "");
  return (
    arg.kind === "known" &&
    /^(?:[/~]|\.\.)/.test(text) &&
    !/^\/tmp\/[^.]*$/.test(text) &&
    !insideWorkspace(text, run.scene)
  );
}
