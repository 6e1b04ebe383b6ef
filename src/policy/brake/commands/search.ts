import { knownArgument, type Argument } from "../../shell/argument.ts";
import { onlyFilters } from "../sed-script.ts";
import { deletes, has, reads, split, table, unknown, writes, type Handler, type Run } from "../run.ts";

/** Commands that look for files and text, or edit a stream. */
export const searchCommands: [string, Handler][] = [
  ...table("grep egrep fgrep zgrep rg ag ack", grep),
  ...table("find fd fdfind", find),
  ...table("locate", () => undefined),
  ...table("sed gsed", sed),
];

function grep(run: Run): void {
  const values =
    "-e -f -A -B -C -m -d -D -g -t -T -j -M -E --include --exclude --exclude-dir --type --glob --regexp --file";
  const { options, operands } = split(
    run.args,
    run.name === "rg" ? values : values.replace(" -E", "").replace(" -t -T", ""),
  );
  if (has(options, "--pre --hostname-bin --pager")) unknown(run, `${run.name} with a program of its own`);
  for (const option of options) if (/^(?:-\w*f|--file)$/.test(option.name) && option.value) reads(run, option.value);
  const files = has(options, "-e --regexp -f --file --files") ? operands : operands.slice(1);
  const below =
    run.name === "rg" || options.some((option) => /^-[a-zA-Z]*[rR]|^--(?:dereference-)?rec/.test(option.name));
  for (const file of files) reads(run, file, below);
  if (below && files.length === 0) reads(run, knownArgument("."), true);
}

/** The most starting points times actions that are judged. */
const mostActions = 40;

/** What `find` does to what it finds is judged for each of its starting points, as if all of it were found. */
function find(run: Run): void {
  const firstTest = run.args.findIndex((arg) => /^[-(!]/.test(arg.prefix) && !/^-(?:[HLP]|D|O\d)$/.test(arg.text));
  const starts = run.args
    .slice(0, firstTest === -1 ? undefined : firstTest)
    .filter((arg) => !arg.prefix.startsWith("-"));
  const given = run.name === "find" ? starts : starts.slice(1);
  const from: readonly Argument[] = given.length > 0 ? given : [knownArgument(".")];
  for (const start of starts) run.emit({ kind: "read", path: start.text, secret: false });
  if (
    run.args.some((arg) => arg.kind === "unknown" && (arg.prefix === "" || arg.prefix.startsWith("-")) && !arg.single)
  )
    unknown(run, "find with tests that only the run will tell");
  const acting = run.args.filter((arg) => /^-(?:exec|ok|delete|x$|X$|-exec)/.test(arg.text)).length;
  if (acting * from.length > mostActions) return unknown(run, "find with more to do than can be judged");
  const tests = firstTest === -1 ? [] : run.args.slice(firstTest);
  const joined = tests.some((arg) => /^(?:[()]|,)$/.test(arg.text));
  for (const part of joined ? [tests] : alternatives(tests)) actions(run, part, from, joined);
}

/** The parts between `-o`: each has tests and actions of its own. */
function alternatives(tests: readonly Argument[]): Argument[][] {
  const parts: Argument[][] = [[]];
  for (const arg of tests)
    if (arg.text === "-o" || arg.text === "-or") parts.push([]);
    else parts.at(-1)?.push(arg);
  return parts;
}

function actions(run: Run, args: readonly Argument[], from: readonly Argument[], joined: boolean): void {
  const texts = args.map((arg) => arg.text);
  const guarded = args.findIndex(
    (arg, index) =>
      index > 0 &&
      /^-(?:i?name|i?path|i?regex|wholename)$/.test(texts[index - 1] ?? "") &&
      texts[index - 2] !== "!" &&
      texts[index - 2] !== "-not" &&
      isNarrow(arg),
  );
  const narrow = guarded !== -1 && !(joined && /^(?:-o|-or|,)$/m.test(texts.join("\n")));
  const found = (): Argument[] => from.map((start) => beneath(start, narrow ? texts[guarded] : undefined));
  for (let at = 0; at < args.length; at += 1) {
    const text = texts[at] ?? "";
    if (text === "-delete") for (const path of found()) deletes(run, path, true);
    if (/^-f(?:print0?|ls|printf)$/.test(text)) {
      const file = args[at + 1];
      if (file !== undefined) writes(run, file);
    }
    const fdExec = run.name !== "find" && /^(?:-x|-X|--exec|--exec-batch)$/.test(text);
    if (!/^-(?:exec|execdir|ok|okdir)$/.test(text) && !fdExec) continue;
    const end = texts.findIndex((word, index) => index > at && (word === ";" || word === "+"));
    const written = args.slice(at + 1, end === -1 ? undefined : end);
    const words =
      fdExec && !written.some((arg) => arg.text.includes("{")) ? [...written, knownArgument("{}")] : written;
    const [name, ...rest] = words;
    const inPlace = /^-(?:exec|ok)dir$/.test(text);
    for (const [index, path] of found().entries()) {
      const filled = rest.map((arg) => (arg.text === "{}" ? path : arg.text.includes("{}") ? unseen(arg.text) : arg));
      if (inPlace && rest.some((arg) => arg.text === "{}") && name?.text === "rm") deletes(run, path, true);
      else {
        const program = name?.text.includes("{}") === true ? unseen(name.text) : name;
        // In the folder of what is found, which may be any one below the starting point.
        if (inPlace) run.command(program, filled, from[index]);
        else run.command(program, filled);
      }
    }
    if (end !== -1) at = end;
  }
}

/** A pattern that cannot mean everything, nor the repository itself. */
const isNarrow = (arg: Argument): boolean =>
  arg.kind === "known" &&
  /[a-z0-9]{2}/i.test(arg.text) &&
  !/\.git(?![\w-])|settings|\.claude|\.cyberdeck|\.ssh/.test(arg.text);

/** Something below a starting point: a name that fits, or anything at all. */
function beneath(start: Argument, pattern: string | undefined): Argument {
  if (start.kind !== "known") return start;
  const folder = start.text.replace(/\/+$/, "") || "/";
  if (pattern === undefined) return knownArgument(folder);
  const name = pattern.replaceAll(/[^\w.-]/g, "").replace(/^-+/, "") || "x";
  return knownArgument(`${folder === "/" ? "" : folder}/found/${name}`);
}

export const unseen = (text: string): Argument => ({ kind: "unknown", text, prefix: "", shape: "", single: true });

function sed(run: Run): void {
  const { options, operands } = split(run.args, "-e -f --expression --file -l");
  const inPlace = options.some((option) => /^-[nErsuz]*i|^--in-place/.test(option.name));
  const given = options.filter((option) => /^(?:-\w*e|--expression)$/.test(option.name));
  if (has(options, "-f --file")) unknown(run, "sed with a script file");
  if (options.some((option) => option.name === "--in-place" && option.value?.text.includes("/") === true))
    unknown(run, "sed with copies in another folder");
  const scripts = given.length > 0 ? given.map((option) => option.value) : operands.slice(0, 1);
  const files = given.length > 0 ? operands : operands.slice(1);
  for (const script of scripts)
    if (script === undefined || script.kind !== "known" || !onlyFilters(script.text))
      unknown(run, `sed ${script?.text ?? ""}, a script that may run or write`);
  // With the BSD's own spelling `-i ''` no copy is kept.
  for (const file of files) {
    if (inPlace && file.kind === "known" && file.text === "" && given.length > 0) continue;
    if (inPlace) writes(run, file);
    else reads(run, file);
  }
}
