import { forEachChild, type Assignment, type Command, type Redirection } from "unbash";
import { knownArgument, type Argument } from "../../shell/argument.ts";
import { mention } from "../../shell/mention.ts";
import { locate } from "../../places/paths.ts";
import { anyText, someName } from "../../shell/shape.ts";
import { judgeCommand, makeRun, type Surrounding } from "../dispatch.ts";
import { redirect } from "../redirect.ts";
import { namesIn, quoted, type Contents, type Input } from "../run.ts";
import { isHarmlessSetting } from "../settings.ts";
import { same, type Flow } from "./flow.ts";
import { call } from "./functions.ts";
import { moved } from "./move.ts";
import { arrayKey, forget, sceneIn, unknownPart, type Walk } from "./state.ts";
import { words, wordsOf } from "./words.ts";

/** Judges one simple command with its settings and redirections. */
export function judgeSimple(walk: Walk, node: Command, folders: readonly string[], input: Input): Flow {
  walk.judged.add(node);
  const earlier = new Map(walk.session.contents);
  let from = input;
  for (const part of [...node.prefix, ...node.suffix])
    if (part.type === "Word" || part.type === "Assignment") walk.nested(part, folders);
    else from = redirection(walk, part, folders) ?? from;
  const assigned = node.prefix.filter((part) => part.type === "Assignment");
  for (const part of assigned) assign(walk, part, folders, node.name !== undefined);
  if (node.name === undefined) return same(folders);
  walk.nested(node.name, folders);
  const args = node.args.flatMap((arg) => {
    if (arg.type === "Word") return words(walk, [arg], folders);
    assign(walk, arg, folders, false);
    return [knownArgument(arg.text)];
  });
  const [name, ...rest] = [...words(walk, [node.name], folders), ...args];
  if (name === undefined) return same(folders);
  const flow = run(walk, name, rest, folders, from);
  noteContents(walk, node, { name: name.text, rest, folders, input: from, earlier });
  return flow;
}

/** Remembers what a file holds after `cat > FILE <<'END'`, `echo TEXT > FILE` and `tee FILE <<'END'`. */
function noteContents(walk: Walk, node: Command, { name, rest, folders, input, earlier }: Written): void {
  const text = shownBy(name, rest, input);
  const [folder] = folders;
  if (text === undefined || folder === undefined || folders.length > 1) return;
  const targets =
    name === "tee"
      ? rest
      : node.redirects.flatMap((item) =>
          item.type === "Redirect" &&
          item.operator === ">" &&
          item.target !== undefined &&
          item.descriptor === undefined
            ? wordsOf(walk, [item.target], folders)
            : [],
        );
  for (const target of targets) {
    if (target.kind !== "known" || target.text.startsWith("-")) continue;
    const { plain, real } = locate(target.text, folder, walk.session.context);
    // What may not happen leaves what was there before.
    const before = walk.conditional > 0 ? (earlier.get(plain) ?? []) : [];
    for (const path of [plain, real]) walk.session.contents.set(path, before === "unseen" ? before : [...before, text]);
  }
}

/** A command that may write a text into files, and what they held in front of it. */
interface Written {
  name: string;
  rest: readonly Argument[];
  folders: readonly string[];
  input: Input;
  earlier: ReadonlyMap<string, Contents>;
}

function shownBy(name: string, rest: readonly Argument[], input: Input): string | undefined {
  const given = input.kind === "text" ? input.text : undefined;
  if (name === "cat") return rest.length === 0 ? given : undefined;
  if (name === "tee") return rest.some((arg) => /^-a|^--append/.test(arg.text)) ? undefined : given;
  if (name === "printf" && rest.every((arg) => arg.kind === "known")) return printed(rest.map((arg) => arg.text));
  const plain = rest.every((arg) => arg.kind === "known" && !arg.text.includes("\\"));
  return name === "echo" && plain && rest[0]?.text.startsWith("-") !== true
    ? rest.map((arg) => arg.text).join(" ")
    : undefined;
}

/** What `printf` makes of a plain format, or of words on lines of their own. */
function printed([format = "", ...words]: readonly string[]): string | undefined {
  if (/^%s(?:\\n)?$/.test(format)) return words.some((word) => word.includes("\\")) ? undefined : words.join("\n");
  const plain = format.replaceAll("\\n", "\n").replaceAll("\\t", "\t");
  return words.length > 0 || /[%\\]/.test(plain) ? undefined : plain;
}

function run(walk: Walk, name: Argument, rest: readonly Argument[], folders: readonly string[], input: Input): Flow {
  const called = name.kind === "known" ? call(walk, name.text, rest, folders, input) : undefined;
  if (called !== undefined) return called;
  const alias = name.kind === "known" ? walk.shell.aliases.get(name.text) : undefined;
  const surrounding = surroundingOf(walk, folders, input);
  if (alias !== undefined && !walk.active.has(`alias ${name.text}`)) {
    walk.active.add(`alias ${name.text}`);
    if (rest.every((arg) => arg.kind === "known"))
      surrounding.script([alias, ...rest.map((arg) => quoted(arg.text))].join(" "), input);
    else unknownPart(walk, `the alias ${name.text} with words that only the run will tell`);
    walk.active.delete(`alias ${name.text}`);
    return same(folders);
  }
  setByName(walk, name, rest, input);
  const target = name.kind === "known" ? moved(name.text, rest, sceneIn(walk, folders), walk.before) : undefined;
  if (target !== undefined) {
    for (const folder of target.ok) {
      walk.before.add(folder);
      mention(knownArgument(folder), sceneIn(walk, folders));
    }
    return target;
  }
  judgeCommand(name, rest, surrounding, 0);
  if (decoders.test(name.text)) walk.session.fetched = true;
  return same(folders);
}

/** What they show may be code that the line does not. */
const decoders = /^(?:base64|base32|basenc|xxd|openssl|uudecode|gpg)$/;

const onlyNumbers = /^[\w-]*(?:%\([%\w-]*\)T|%0?\d*d)[\w-]*$/;

const isPlainName = (name: string): boolean => /^[a-z_]\w*$/.test(name);

/** What `read`, `shift`, `set` and their kin change. */
function setByName(walk: Walk, { text, kind }: Argument, rest: readonly Argument[], input: Input): void {
  // A word that may be the name of a variable: read, mapfile, unset, printf -v and the like change it.
  if (text !== "echo" && text !== "cd") for (const arg of rest) if (arg.text !== "HOME") forget(walk, arg.text);
  if (kind !== "known") return;
  if (text === "unset")
    for (const arg of rest) {
      const definition = walk.shell.functions.get(arg.text);
      if (definition !== undefined) definition.certain = false;
    }
  if (text === "shift")
    walk.positional =
      rest.length === 0 ? walk.positional?.slice(1) : walk.positional?.slice(Number(rest[0]?.text) || 99);
  if (text === "set" && rest.length > 0 && rest[0]?.text === "--")
    walk.positional = rest.every((arg) => arg.kind === "known") ? rest.slice(1) : undefined;
  else if (text === "set" && rest.some((arg) => !/^[-+]/.test(arg.text))) walk.positional = undefined;
  // A date or a number stays one name.
  if (text === "printf" && rest[0]?.text === "-v" && rest[1] !== undefined && rest.length > 2)
    if (onlyNumbers.test(rest[2]?.text ?? "") && isPlainName(rest[1].text)) walk.variables.set(rest[1].text, someName);
  const names = text === "read" ? namesIn(input, /\n/) : undefined;
  const variables = rest.filter((arg) => /^[A-Za-z]\w*$/.test(arg.text));
  const [only] = variables;
  if (names?.length === 1 && names[0] !== undefined && only !== undefined && variables.length === 1)
    if (input.kind === "unseen" && rest.every((arg) => arg === only || /^-(?:r|s|d)$|^$/.test(arg.text)))
      walk.variables.set(only.text, names[0].text);
}

const surroundingOf = (walk: Walk, folders: readonly string[], input: Input): Surrounding => ({
  session: walk.session,
  shell: walk.shell,
  variables: walk.variables,
  scene: sceneIn(walk, folders),
  input,
  script: (text, given, own) =>
    walk.session.script(text, {
      folders,
      depth: walk.depth + 1,
      input: given,
      active: walk.active,
      ...(own === undefined
        ? { shell: walk.shell, positional: undefined, variables: walk.variables }
        : { shell: undefined, positional: own }),
    }),
});

/** Judges a redirection. Returns what the command then reads, where its input changes. */
export function redirection(walk: Walk, node: Redirection, folders: readonly string[]): Input | undefined {
  forEachChild(node, (child) => walk.nested(child, folders));
  if (node.type === "HereDoc") {
    mention(knownArgument(node.body.text), sceneIn(walk, folders));
    const plain = node.body.parts === undefined || node.body.parts.every((part) => part.type === "Literal");
    return plain ? { kind: "text", text: node.body.text } : { kind: "unseen" };
  }
  const target = node.target === undefined ? undefined : words(walk, [node.target], folders)[0];
  if (target === undefined) {
    unknownPart(walk, "a redirection without a target");
    return undefined;
  }
  if (node.type === "HereString")
    return target.kind === "known" ? { kind: "text", text: target.text } : { kind: "unseen" };
  return redirect(node.operator, target, makeRun("", [], surroundingOf(walk, folders, { kind: "none" }), 0));
}

function assign(walk: Walk, node: Assignment, folders: readonly string[], passing: boolean): void {
  const value = node.value.type === "Word" ? words(walk, [node.value], folders) : [];
  const only = value.length === 1 && node.append !== true && node.index === undefined ? value[0] : undefined;
  const sample =
    only?.kind === "pattern" && only.single
      ? only.shape.replaceAll(new RegExp(`[${anyText}]+`, "g"), someName)
      : undefined;
  const known =
    only?.kind === "known"
      ? only.text
      : sample !== undefined && sample !== someName
        ? sample
        : /^"?\$[!$]"?$/.test(only?.text ?? "")
          ? only?.text
          : node.value.type === "Word" && node.value.text === ""
            ? ""
            : undefined;
  // For the shell itself a new IFS would change what the following words are.
  // PATH is judged by its parts, one of which is what it was before.
  if (
    !isHarmlessSetting(node.name, known ?? (node.name === "PATH" ? only?.text : undefined)) ||
    (node.name === "IFS" && !passing)
  )
    unknownPart(walk, `${node.text}, a setting that steers what programs run`);
  if (passing) return;
  assignArray(walk, node, folders);
  if (walk.shell.traps.length > 0 && walk.variables.get(node.name) !== known) walk.shell.unsteady.add(node.name);
  if (known === undefined) walk.variables.delete(node.name);
  else walk.variables.set(node.name, known);
}

/** The elements of an array, where all of them are known. */
function assignArray(walk: Walk, { name, value, append }: Assignment, folders: readonly string[]): void {
  const elements = value.type === "ArrayValue" ? words(walk, value.elements, folders) : undefined;
  const before = append === true ? walk.variables.get(arrayKey(name)) : "";
  walk.variables.delete(arrayKey(name));
  if (elements === undefined || before === undefined || !elements.every((item) => item.kind === "known")) return;
  const all = [...(before === "" ? [] : [before]), ...elements.map((item) => item.text)];
  if (all.length > 0) walk.variables.set(arrayKey(name), all.join("\0"));
}
