import { forEachChild, type Command, type ParsedScript, type SyntaxNode, type Word } from "unbash";
import { knownArgument, type Argument } from "../../shell/argument.ts";
import { locate } from "../../places/paths.ts";
import { representative } from "../../places/representative.ts";
import { isWithin } from "../../places/within.ts";
import { someName } from "../../shell/shape.ts";
import { listed, passesNames } from "../listing.ts";
import { namesIn, type Input } from "../run.ts";
import { sceneIn, type Part, type Walk } from "./state.ts";
import { words, wordsOf } from "./words.ts";

/** What a command hands to the one behind the pipe: its text where that is plain, or samples of the names that it lists. */
export function outputOf(walk: Walk, node: Part, folders: readonly string[], given: Input): Input {
  const output = shownBy(walk, node, folders, given);
  const foreign = (given.kind === "unseen" && given.foreign === true) || isForeign(walk, node);
  return output.kind === "unseen" && foreign ? { ...output, foreign } : output;
}

/** Whether a part of the line may show what is not the project's: from the network, decoded, or made by code. */
function isForeign(walk: Walk, node: SyntaxNode): boolean {
  if (node.type === "Command") {
    const words = [node.name, ...node.args].map((word) => (word?.type === "Word" ? word.value : ""));
    if (words.some((word) => foreignSources.has(word.replace(/^.*\//, "")))) return true;
    const name = node.name?.value ?? "";
    // Code on the line, or on the input, may show anything; a file of the project shows what the project does.
    if (codeRunners.test(name) && (words.length === 1 || words.some((word) => /^-$|^-\w*[cepr]\b|^eval$/.test(word))))
      return true;
    if (walk.shell.functions.has(name) || walk.shell.aliases.has(name)) return true;
  }
  let found = false;
  forEachChild(node, (child) => {
    found ||= isForeign(walk, child);
  });
  return found;
}

const codeRunners = /^(?:(?:ba|z|da|k|fi)?sh|python[\d.]*|node|nodejs|deno|bun|perl|ruby|php|lua|tclsh)$/;

const foreignSources = new Set(
  (
    "curl wget http https xh aria2c nc ncat netcat socat telnet ssh scp sftp ftp rclone openssl gpg base64 base32 basenc xxd uudecode gunzip zcat bzcat xzcat zstdcat gzip xz zstd bzip2 unzip " +
    "tar eval xargs parallel tr rev aws gsutil gcloud az"
  ).split(" "),
);

function shownBy(walk: Walk, node: Part, folders: readonly string[], given: Input): Input {
  if (node.type !== "Command" || node.name === undefined || node.redirects.some((item) => isOutput(item.type)))
    return { kind: "unseen" };
  const args = argumentsIn(walk, node, folders);
  const plain = args.every((arg) => arg.kind === "known" && !arg.text.includes("\\"));
  const text = args.map((arg) => arg.text);
  if (node.name.value === "echo" && plain && text[0]?.startsWith("-") !== true)
    return { kind: "text", text: text.join(" ") };
  if (node.name.value === "printf" && /^(?:%s(?:\\n|\\0)?)$/.test(text[0] ?? "") && args.slice(1).every(isPlain))
    return { kind: "text", text: text.slice(1).join("\n") };
  if (node.name.value === "yes") return { kind: "unseen", endless: true };
  const names = passesNames(node.name.value, text)
    ? namesIn(given, /\s+/)
    : listed(node.name.value, args, sceneIn(walk, folders));
  return names === undefined ? { kind: "unseen" } : { kind: "unseen", names };
}

const isOutput = (type: string): boolean => type !== "Redirect";

const isPlain = (arg: Argument): boolean => arg.kind === "known" && !arg.text.includes("\\");

/** The words of a `for`: a pattern stands for one of the names that it means, a substitution for what it lists. */
export function itemsOf(walk: Walk, items: readonly Word[], folders: readonly string[]): Argument[] {
  return items.flatMap((word) => {
    const only = word.parts?.length === 1 ? word.parts[0] : undefined;
    const script = only?.type === "CommandExpansion" ? only.script : undefined;
    const names = script === undefined ? undefined : listedBy(walk, script, folders);
    if (names !== undefined) return [...names];
    return words(walk, [word], folders).map((arg) => {
      const sample = arg.kind === "pattern" ? representative(arg, folders, walk.session.context) : undefined;
      return sample === undefined ? arg : knownArgument(sample);
    });
  });
}

function listedBy(walk: Walk, script: ParsedScript, folders: readonly string[]): readonly Argument[] | undefined {
  const [only] = script.commands;
  if (only === undefined || script.commands.length > 1) return undefined;
  const parts = only.command.type === "Pipeline" ? only.command.commands : [only.command];
  let from: Input = { kind: "none" };
  for (const part of parts) from = outputOf(walk, part, folders, from);
  return from.kind === "unseen" ? from.names : undefined;
}

/** What a substitution becomes, for the few commands whose output follows from the line. */
export function textOf(walk: Walk, script: ParsedScript, folders: readonly string[]): string | undefined {
  const [only] = script.commands;
  const node = only?.command;
  if (script.commands.length !== 1 || node?.type !== "Command" || node.name === undefined) return undefined;
  if (node.prefix.length > 0 || node.redirects.some((item) => item.type !== "Redirect")) return undefined;
  const args = argumentsIn(walk, node, folders);
  if (!args.every((arg) => arg.kind === "known")) return undefined;
  // A function of that name says what it likes.
  if (walk.shell.functions.has(node.name.value)) return undefined;
  const rule = Object.hasOwn(answers, node.name.value) ? answers[node.name.value] : undefined;
  const here = folders.length === 1 ? folders[0] : undefined;
  return rule?.(
    args.map((arg) => arg.text),
    walk,
    here,
  );
}

type Answer = (words: readonly string[], walk: Walk, here: string | undefined) => string | undefined;

const answers: Record<string, Answer | undefined> = {
  pwd: (words, _, here) => (words.length === 0 ? here : undefined),
  mktemp: (words) => temporary(words),
  dirname: ([path, ...more]) => (path === undefined || more.length > 0 ? undefined : parentOf(path)),
  basename: ([path, suffix]) => (path === undefined ? undefined : nameOf(path, suffix ?? "")),
  realpath: realPathOf,
  readlink: (words, walk, here) =>
    /^-[fem]$/.test(words[0] ?? "") ? realPathOf(words.slice(1), walk, here) : undefined,
  nproc: () => "4",
  uname: (words) => (/^-[ms]$/.test(words.join(" ")) ? someName : undefined),
  date: (words) =>
    words.some((word) => /^-[dfrs]/.test(word)) || !/^\+[%YmdHMSsFTj_.:-]+$/.test(words.at(-1) ?? "")
      ? undefined
      : "2026",
  id: (words) => (words.join() === "-u" || words.join() === "-g" ? "1000" : undefined),
  git: (words, walk, here) => {
    const { workspace } = walk.session.context;
    if (words.join(" ") === "rev-parse --show-toplevel")
      return here !== undefined && isWithin(here, workspace) ? workspace : undefined;
    return /^rev-parse --short(?:=\d+)? HEAD$/.test(words.join(" ")) ? "0a1b2c3" : undefined;
  },
};

/** A name of its own in a folder that the line names, or in /tmp. */
function temporary(words: readonly string[]): string | undefined {
  const operands = words.filter((word) => !word.startsWith("-"));
  const options = words.filter((word) => word.startsWith("-"));
  if (options.some((word) => !/^-(?:[dqut]+|-directory|-quiet)$/.test(word)) || operands.length > 1) return undefined;
  const template = operands[0] ?? "tmp.XXXXXXXXXX";
  const name = template.replace(/X+$|X{3,}/, someName);
  return options.some((word) => /^-[a-z]*t/.test(word)) || operands.length === 0 ? `/tmp/${name}` : name;
}

const parentOf = (path: string): string => {
  const trimmed = path.replace(/\/+$/, "");
  const cut = trimmed.lastIndexOf("/");
  return cut > 0 ? trimmed.slice(0, cut) : cut === 0 || path.startsWith("/") ? "/" : ".";
};

const nameOf = (path: string, suffix: string): string => {
  const name = path.replace(/\/+$/, "").split("/").at(-1) ?? "";
  return suffix !== "" && name.endsWith(suffix) && name !== suffix ? name.slice(0, -suffix.length) : name;
};

function realPathOf(words: readonly string[], walk: Walk, here: string | undefined): string | undefined {
  const [path] = words;
  if (path === undefined || words.length > 1 || path.startsWith("-") || here === undefined) return undefined;
  return locate(path, here, walk.session.context).real;
}

const argumentsIn = (walk: Walk, node: Command, folders: readonly string[]): Argument[] =>
  node.args.flatMap((arg) => (arg.type === "Word" ? wordsOf(walk, [arg], folders) : [knownArgument(arg.text)]));
