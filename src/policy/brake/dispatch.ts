import { basename, dirname } from "node:path";
import type { Argument } from "../shell/argument.ts";
import { anyFile, someName } from "../shell/shape.ts";
import { changeFolder } from "../shell/change-folder.ts";
import type { Scene } from "./context.ts";
import { underPolicy } from "../policy-file/commands.ts";
import { handlers } from "./commands.ts";
import { unknownFolder } from "./walk/flow.ts";
import { judgePluginCall } from "./commands/plugin-call.ts";
import { judgeInstalled, type Known } from "./installed.ts";
import { insideWorkspace, runFile } from "./project.ts";
import { taskEffect } from "./project-tasks.ts";
import { spelled, type Input, type Run } from "./run.ts";
import type { Session, Shell } from "./session.ts";

/** Wrappers around wrappers are unwrapped this far. */
const deepestWrapping = 10;

/** What may be a command among the words of an unknown program is unwrapped only this far. */
const nestedWrapping = 3;

/** What looking at such a command costs, in commands. */
const costOfNested = 4;

/** Where a simple command stands. */
export interface Surrounding {
  session: Session;
  shell: Shell;
  variables: ReadonlyMap<string, string>;
  scene: Scene;
  input: Input;
  script(text: string, input: Input, own?: readonly Argument[]): void;
}

/** What a handler gets to see of one command. */
export function makeRun(name: string, args: readonly Argument[], at: Surrounding, depth: number): Run {
  return {
    name,
    args,
    scene: at.scene,
    input: at.input,
    made: at.session.made,
    listsProcesses: () => at.session.listsProcesses,
    fetched: () => at.session.fetched,
    links: at.session.links,
    emit: (effect) => at.session.emit(effect),
    command: (inner, rest, folder) => inner && judgeCommand(inner, rest, folder ? moveTo(folder, at) : at, depth + 1),
    project: (text, folder) => at.session.project(text, moveTo(folder, at).scene.folders),
    knows: (word) => handlers.has(word),
    script: (text, own) => at.script(text, at.input, own),
    define: (kind, word, text) => {
      if (kind === "alias") at.shell.aliases.set(word, text);
      else at.shell.traps.push({ text, variables: new Map(at.variables) });
    },
    compiled: at.session.compiled,
    contents: at.session.contents,
  };
}

/** The same surroundings in another folder. */
function moveTo(folder: Argument, at: Surrounding): Surrounding {
  const found = changeFolder([folder], at.scene);
  return { ...at, scene: { ...at.scene, folders: "rule" in found ? [unknownFolder] : found.folders } };
}

/** Finds out what a command is, through its folder, and lets its handler say what it does. */
export function judgeCommand(name: Argument, args: readonly Argument[], at: Surrounding, depth: number): void {
  const own = makeRun(name.text, args, at, depth);
  const plain = name.kind === "known" ? plainName(name.text, at.scene) : undefined;
  const run = name.kind === "known" ? underPolicy(own, plain ?? name.text) : own;
  if (name.kind !== "known" || name.text === "" || name.text === someName || name.text === anyFile)
    return run.emit({ kind: "execute-unknown", what: `a command named ${name.text || '""'}`, foreign: false });
  if (plain === "ps" && args.some((arg) => /^-?[a-zA-Z]*[eAax][a-zA-Z]*$/.test(arg.text)))
    at.session.listsProcesses = true;
  if (depth > deepestWrapping) return run.emit({ kind: "unknown", what: "commands around one another, too deep" });
  // Which version it is, any program that is known may say.
  if (
    plain !== undefined &&
    handlers.has(plain) &&
    args.length === 1 &&
    args[0]?.kind === "known" &&
    args[0].text === "--version"
  )
    return;
  const handler = plain === undefined ? undefined : handlers.get(plain.replace(/\.exe$/, ""));
  if (plain !== undefined && handler !== undefined) return handler({ ...run, name: plain });
  const known: Known = {
    knows: (word) => handlers.has(plainName(word, at.scene)?.replace(/\.exe$/, "") ?? word),
    nested: (inner, rest) => {
      at.session.left -= costOfNested;
      if (at.session.left <= 0) return at.session.emit({ kind: "unknown", what: "too many commands in one call" });
      judgeCommand(inner, rest, at, Math.max(depth + 1, deepestWrapping - nestedWrapping));
    },
  };
  if (name.text === at.scene.context.plugins?.command()) return judgePluginCall(run, known);
  if (name.text.includes("/")) {
    // A project's own copy of a tool: what it is told to do counts like with the tool itself.
    const copy = /^(?:gradlew|mvnw|rails|rake|bundle|sbt|artisan|console|mill|sail)$/.exec(basename(name.text))?.[0];
    const known = copy === undefined ? undefined : handlers.get(copy);
    if (copy !== undefined && known !== undefined) known({ ...run, name: copy });
    const beyond = copy === undefined ? undefined : taskEffect(args.map((arg) => arg.text));
    if (beyond !== undefined) run.emit({ kind: beyond, what: spelled(run) });
    return runFile(run, name);
  }
  if (args.length === 1 && /^--(?:help|version)$/.test(args[0]?.text ?? ""))
    return run.emit({ kind: "run-project-code", what: `${name.text}, which is asked what it is` });
  const against = judgeInstalled(run, known);
  if (against !== undefined)
    run.emit({
      kind: "execute-unknown",
      what: `${name.text}, a program that the brake does not know, which ${against}`,
      foreign: false,
    });
}

/** A program of the system or of the project's tools by its plain name; undefined for other files. */
function plainName(text: string, scene: Scene): string | undefined {
  if (!text.includes("/")) return text;
  if (/^\/(?:usr\/(?:local\/)?)?s?bin\/[^/]+$/.test(text)) return basename(text);
  const tools = /(?:^|\/)(?:node_modules\/\.bin|\.?venv\/bin|vendor\/bin)$/.test(dirname(text));
  return tools && insideWorkspace(text, scene) && handlers.has(basename(text)) ? basename(text) : undefined;
}
