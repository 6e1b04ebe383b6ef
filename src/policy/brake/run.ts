import { knownArgument, type Argument } from "../shell/argument.ts";
import type { Scene } from "./context.ts";
import { locate, readable } from "../places/paths.ts";
import type { Refusal } from "./refusal.ts";
import { isSecret } from "../places/secrets.ts";
import { isWithin } from "../places/within.ts";
import { writable, type WritePurpose } from "../places/writing.ts";
import type { Effect, PlainKind } from "./effect.ts";

/** What reaches a command on its standard input, as far as it matters for what reads code from there. */
export type Input =
  | { kind: "none" }
  | { kind: "text"; text: string }
  /** `names`: samples of what it lists, where that much is known. `foreign`: from the network, decoded, or made by code. */
  | { kind: "unseen"; names?: readonly Argument[]; endless?: true; foreign?: true };

/** The texts of which a file holds one, or that nobody sees what it holds. */
export type Contents = readonly string[] | "unseen";

/** The names that reach a command on its input: samples of those that are listed, or words that are written out. */
export function namesIn(input: Input, between: RegExp): readonly Argument[] | undefined {
  if (input.kind === "unseen") return input.names;
  if (input.kind !== "text" || /['"\\]/.test(input.text)) return undefined;
  return input.text
    .split(between)
    .filter((word) => word !== "")
    .map(knownArgument);
}

/** One simple command with everything that its handler may use. */
export interface Run {
  name: string;
  args: readonly Argument[];
  scene: Scene;
  input: Input;
  emit(effect: Effect): void;
  /** Judges a command inside this one, which may run in another folder. */
  command(name: Argument | undefined, args: readonly Argument[], folder?: Argument): void;
  /** Judges shell text of the project's own that this command would run: only what is certainly dangerous counts. */
  project(text: string, folder: Argument): void;
  /** Whether the brake knows a program of this name. */
  knows(name: string): boolean;
  /** Judges shell text inside this command. `own`: it runs in a new shell, with these as `$1`, `$2`, … */
  script(text: string, own?: readonly Argument[]): void;
  /** Remembers what `alias` and `trap` define. */
  define(kind: "alias" | "trap", name: string, text: string): void;
  /** Programs that a compiler makes of the project's own code in this line. */
  readonly compiled: Set<string>;
  /** What files hold that this line has written, where it shows it. */
  readonly contents: Map<string, Contents>;
  /** Paths that this line has written, so that running them is running unseen code. */
  readonly made: Set<string>;
  /** Whether the line has fetched or decoded anything so far. */
  fetched(): boolean;
  /** Whether the line has listed all processes so far: what it then signals may be any of them. */
  listsProcesses(): boolean;
  /** Links that this line makes: from their own path to where they lead. */
  readonly links: Map<string, string>;
}

export type Handler = (run: Run) => void;

/** A table of names that share a handler; names stand in one string, with spaces. */
export const table = (names: string, handler: Handler): [string, Handler][] =>
  names.split(" ").map((name) => [name, handler]);

/** A handler for commands that are one effect, whatever their arguments. */
export const always =
  (kind: PlainKind): Handler =>
  (run) =>
    run.emit({ kind, what: spelled(run) });

/** The command as it was written, for people. */
export const spelled = (run: Run): string => [run.name, ...run.args.map((arg) => arg.text)].join(" ").slice(0, 160);

export const unknown = (run: Run, why: string): void => run.emit({ kind: "unknown", what: why });

export function reads(run: Run, path: Argument, reach = false): void {
  const refusal = readable(path, run.scene, reach);
  run.emit({ kind: "read", path: path.text, secret: refusal !== undefined });
}

export function writes(run: Run, path: Argument, purpose: WritePurpose = "file"): void {
  if (path.kind === "known" && /^\/dev\/(?:null|stdout|stderr|tty|fd\/\d+)$/.test(path.text) && purpose === "file")
    return;
  run.emit(barred(run, path, purpose, (barrier) => ({ kind: "write", path: path.text, barrier })));
  if (path.kind !== "known") return;
  if (purpose === "file") note(run, path.text);
  else forgetBelow(run, path.text);
}

export function deletes(run: Run, path: Argument, recursive: boolean): void {
  run.emit(barred(run, path, "remove", (barrier) => ({ kind: "delete", path: path.text, recursive, barrier })));
}

/** What is put into a folder may take the place of files that the line has shown. */
function forgetBelow(run: Run, text: string): void {
  for (const folder of run.scene.folders)
    for (const path of run.contents.keys())
      if (isWithin(path, locate(text, folder, run.scene.context).plain)) run.contents.set(path, "unseen");
}

/** Remembers a file that the line has made, by its own name and by where a link leads. */
function note(run: Run, text: string): void {
  for (const folder of run.scene.folders) {
    const { plain, real } = locate(text, folder, run.scene.context);
    for (const path of [plain, real]) {
      run.made.add(path);
      run.contents.set(path, "unseen");
    }
  }
}

function barred(
  run: Run,
  path: Argument,
  purpose: WritePurpose,
  plain: (barrier: Refusal | undefined) => Effect,
): Effect {
  const { scene } = run;
  const barrier = writable(path, { ...scene, context: { ...scene.context, tier: "default" } }, purpose);
  const places = path.kind === "known" ? scene.folders.map((at) => locate(path.text, at, scene.context)) : [];
  const spellings = places.flatMap((place) => [place.plain, place.real]);
  if (spellings.some((at) => startsLater(at, scene.context.home))) return { kind: "persistence", what: path.text };
  if (
    barrier?.rule === "write.settings" ||
    barrier?.rule === "write.deck" ||
    spellings.some((at) => at.startsWith(`${scene.context.home}/.claude`))
  )
    return { kind: "agent-settings", what: path.text };
  if (barrier === undefined && spellings.some((at) => isSecret(at, scene.context)) && purpose === "file")
    return plain(undefined);
  return plain(barrier);
}

const startsLater = (path: string, home: string): boolean =>
  /\/\.git\/hooks(?:\/|$)|^\/etc\/(?:cron|profile|rc\.|systemd|init)|^\/var\/spool\/cron/.test(path) ||
  (path.startsWith(`${home}/.`) &&
    /^\.(?:bash|zsh|profile|login|xprofile|xinitrc|config\/(?:systemd|autostart|fish)|ssh\/(?:authorized_keys|config|rc))/.test(
      path.slice(home.length + 1),
    ));

/** Tells operands from options. `values`: options that take the next argument; names stand in one string. */
export function split(args: readonly Argument[], values = ""): { options: Option[]; operands: Argument[] } {
  const taking = new Set(values.split(" "));
  const options: Option[] = [];
  const operands: Argument[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at];
    if (arg === undefined) break;
    if (arg.text === "--" && arg.kind === "known") {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (!arg.prefix.startsWith("-") || arg.text === "-") {
      operands.push(arg);
      continue;
    }
    const equals = arg.prefix.indexOf("=");
    const next = args[at + 1];
    const letter = arg.text.slice(0, 2);
    if (taking.has(arg.text) && next !== undefined) {
      options.push({ name: arg.text, value: next });
      at += 1;
    } else if (arg.text.startsWith("--") && equals !== -1)
      options.push({ name: arg.text.slice(0, equals), value: tailOf(arg, equals + 1) });
    else if (!arg.text.startsWith("--") && taking.has(letter)) options.push({ name: letter, value: tailOf(arg, 2) });
    else if (taking.has(`-${arg.text.slice(-1)}`) && /^-[A-Za-z]+$/.test(arg.text) && next !== undefined) {
      options.push({ name: arg.text.slice(0, -1), value: undefined }, { name: `-${arg.text.slice(-1)}`, value: next });
      at += 1;
    } else options.push({ name: arg.text, value: undefined });
  }
  return { options, operands };
}

export interface Option {
  name: string;
  value: Argument | undefined;
}

/** Whether one of the options is given: long by its name, single letters also in a group. */
export const has = (options: readonly Option[], names: string): boolean =>
  names.split(" ").some((name) =>
    options.some(
      (option) =>
        option.name === name ||
        (/^-[A-Za-z0-9]$/.test(name) && /^-[A-Za-z0-9]+$/.test(option.name) && option.name.includes(name.slice(1))) ||
        // Long options may be shortened.
        (name.startsWith("--") &&
          option.name.length > 3 &&
          option.name.startsWith("--") &&
          name.startsWith(option.name)),
    ),
  );

/** What stands behind the first characters of an argument, all of which are literal. */
export const tailOf = (arg: Argument, from: number): Argument => ({
  ...arg,
  text: arg.text.slice(from),
  prefix: arg.prefix.slice(from),
  shape: arg.kind === "pattern" && arg.prefix.length < from ? "" : arg.shape.slice(from),
});

/** A word in quotes, where it needs some. */
export const quoted = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** Whether an argument may turn out to be an option or several words. */
export const loose = (arg: Argument): boolean => arg.kind === "unknown" && (arg.prefix === "" || !arg.single);
