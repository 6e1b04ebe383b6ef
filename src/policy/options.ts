import type { Argument } from "./argument.ts";
import { refuse, type Refusal } from "./refusal.ts";

/** A command's arguments, told apart. */
export interface SplitArguments {
  options: TakenOption[];
  /** What is no option, before or after `--`. */
  operands: Argument[];
  /** Of `operands`, those behind `--`. */
  rest: Argument[];
}

export interface TakenOption {
  /** As it was written, without a value behind `=`. */
  name: string;
  value: Argument | undefined;
  /** For commands that are not told apart exactly: what may be a value inside the option itself. */
  attached?: Argument | undefined;
}

/** The options that a command may have; whatever is not listed is refused. Names stand in one string, with spaces. */
export interface AllowedOptions {
  flags?: string;
  /** Options with a value, in either spelling: `-n 5`, `-n5`, `--lines 5`, `--lines=5`. */
  values?: string;
  /** Stop at the first operand: what follows belongs to another command. */
  inFront?: boolean;
}

/** Tells arguments apart by a list of what is allowed. `-#` in the flags stands for a number, as in `head -5`. */
export function allowedArguments(args: readonly Argument[], allowed: AllowedOptions): SplitArguments | Refusal {
  const flags = names(allowed.flags);
  const values = names(allowed.values);
  const split: SplitArguments = { options: [], operands: [], rest: [] };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at];
    if (arg === undefined) break;
    if (arg.kind === "unknown" && (arg.prefix === "" || arg.prefix.startsWith("-"))) return mayBeOption(arg);
    if (arg.kind === "known" && arg.text === "--") {
      split.rest = args.slice(at + 1);
      split.operands.push(...split.rest);
      break;
    }
    if (!arg.text.startsWith("-") || arg.text === "-") {
      if (allowed.inFront) {
        split.operands = args.slice(at);
        break;
      }
      split.operands.push(arg);
      continue;
    }
    const taken = readOption(arg, args[at + 1], flags, values);
    if (taken === undefined)
      return refuse("option.unlisted", `The option ${arg.text} is not on the list of this command.`);
    split.options.push(...taken.options);
    if (taken.usedNext) at += 1;
  }
  return split;
}

/** For commands that can only read: all options but these. One-letter names stand without a dash. */
export interface DeniedOptions {
  denied?: string;
  values?: string;
}

/** Tells arguments apart for a command with many harmless options and a few that are not. */
export function readingArguments(args: readonly Argument[], rules: DeniedOptions): SplitArguments | Refusal {
  const denied = [...names(rules.denied)];
  const values = names(rules.values);
  const split: SplitArguments = { options: [], operands: [], rest: [] };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at];
    if (arg === undefined) break;
    if (denied.length > 0 && arg.kind === "unknown" && arg.prefix === "") return mayBeOption(arg);
    if (arg.text === "--") {
      split.rest = args.slice(at + 1);
      split.operands.push(...split.rest);
      break;
    }
    if (!arg.text.startsWith("-") || arg.text === "-") {
      split.operands.push(arg);
      continue;
    }
    if (denied.some((name) => means(arg.text, name)))
      return refuse("option.denied", `The option ${arg.text} can write or run something; leave it out.`);
    const name = arg.text.split("=", 1)[0] ?? "";
    const next = args[at + 1];
    if (values.has(arg.text) && next !== undefined) {
      split.options.push({ name, value: next });
      at += 1;
    } else split.options.push({ name, value: undefined, attached: attachedTo(arg) });
  }
  return split;
}

/** What stands behind `=`, or behind the first letter. */
function attachedTo(arg: Argument): Argument | undefined {
  const equals = arg.text.indexOf("=");
  if (arg.text.length <= 2 || (arg.text.startsWith("--") && equals === -1)) return undefined;
  return tail(arg, equals === -1 ? 2 : equals + 1);
}

const names = (text: string | undefined): Set<string> => new Set(text === undefined ? [] : text.split(" "));

const mayBeOption = (arg: Argument): Refusal =>
  refuse("option.unknown", `${arg.text} is not known before it runs and may even be an option; write it out.`);

/** Long options may be shortened as far as they stay unique, letters may stand together. */
function means(text: string, denied: string): boolean {
  if (text.startsWith("--")) {
    const given = text.slice(2).split("=", 1)[0] ?? "";
    return denied.length > 1 && given !== "" && denied.startsWith(given);
  }
  return denied.length === 1 ? text.slice(1).includes(denied) : text === `-${denied}`;
}

function readOption(
  arg: Argument,
  next: Argument | undefined,
  flags: ReadonlySet<string>,
  values: ReadonlySet<string>,
): { options: SplitArguments["options"]; usedNext: boolean } | undefined {
  const { text } = arg;
  if (arg.kind === "known" && flags.has(text)) return { options: [{ name: text, value: undefined }], usedNext: false };
  if (flags.has("-#") && /^-\d+$/.test(text)) return { options: [{ name: "-#", value: undefined }], usedNext: false };
  if (values.has(text)) {
    if (next === undefined) return undefined;
    return { options: [{ name: text, value: next }], usedNext: true };
  }
  const equals = text.indexOf("=");
  if (equals !== -1 && arg.prefix.length > equals && values.has(text.slice(0, equals)))
    return { options: [{ name: text.slice(0, equals), value: tail(arg, equals + 1) }], usedNext: false };
  if (text.startsWith("--")) return undefined;
  return readLetters(arg, next, flags, values);
}

function readLetters(
  arg: Argument,
  next: Argument | undefined,
  flags: ReadonlySet<string>,
  values: ReadonlySet<string>,
): { options: SplitArguments["options"]; usedNext: boolean } | undefined {
  const options: SplitArguments["options"] = [];
  for (let at = 1; at < arg.text.length; at += 1) {
    if (arg.prefix.length <= at) return undefined;
    const name = `-${arg.text.charAt(at)}`;
    if (values.has(name)) {
      const attached = at + 1 < arg.text.length;
      const value = attached ? tail(arg, at + 1) : next;
      if (value === undefined) return undefined;
      return { options: [...options, { name, value }], usedNext: !attached };
    }
    if (!flags.has(name)) return undefined;
    options.push({ name, value: undefined });
  }
  return { options, usedNext: false };
}

/** What stands behind the first `from` characters, all of which are literal. */
const tail = (arg: Argument, from: number): Argument => ({
  ...arg,
  text: arg.text.slice(from),
  prefix: arg.prefix.slice(from),
  shape: arg.kind === "pattern" && arg.prefix.length < from ? "" : arg.shape.slice(from),
});
