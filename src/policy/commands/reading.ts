import type { Argument } from "../argument.ts";
import type { Scene } from "../context.ts";
import { readingArguments, type DeniedOptions } from "../options.ts";
import { readable } from "../paths.ts";
import { firstRefusal, isRefusal, refuse, type Refusal } from "../refusal.ts";
import { assignable } from "../variables.ts";
import { writable } from "../writing.ts";
import { condition } from "./condition.ts";
import { sameRule, type CommandRule } from "./rule.ts";
import { sed } from "./sed.ts";

/** Commands that only read, or do nothing at all: allowed in every tier. */
export const readingCommands: Record<string, CommandRule> = {
  ...sameRule("cat head tail wc cut cmp comm paste nl column tac rev fold fmt expand unexpand strings", content({})),
  ...sameRule("od hexdump md5sum sha1sum sha256sum sha512sum cksum", content({})),
  diff: content({}, { reach: true }),
  sort: content({ denied: "o output compress-program T temporary-directory files0-from", values: "-t -k -S" }),
  file: content({ denied: "C compile f files-from" }),
  jq: content({ values: "-f --from-file -L --indent --tab --arg --argjson" }, { skip: jqFilter }),
  uniq: secondIsOutput({ values: "-f -s -w" }),
  xxd: secondIsOutput({ values: "-c -g -l -s -o -seek -len -cols -name -n" }),
  date: dateRule,
  sed,
  ...sameRule("ls stat du df basename dirname realpath readlink which type pwd true false id whoami", anything),
  ...sameRule("uname nproc seq tr echo : exit break continue wait groups arch tty apropos whatis", anything),
  tree: names("o R output fromfile"),
  ps: processes,
  printf,
  sleep,
  set: setRule,
  read: readRule,
  ...sameRule("test [", condition),
};

interface ContentSpec {
  reach?: boolean;
  /** How many of the first operands are no files. */
  skip?: (options: readonly string[]) => number;
  /** Options whose value is a text, not a path. */
  texts?: readonly string[];
}

/** A command that shows what is in files. Its operands, and whatever may be a path in its options, must be readable. */
export function content(options: DeniedOptions, spec: ContentSpec = {}): CommandRule {
  return (args, scene) => {
    const split = readingArguments(args, options);
    if (isRefusal(split)) return split;
    const files = split.operands.slice(spec.skip?.(split.options.map((option) => option.name)) ?? 0);
    const isText = (name: string): boolean => spec.texts?.some((text) => name.startsWith(text)) === true;
    const paths = split.options.flatMap(({ name, value, attached }) =>
      isText(name) ? [] : [value ?? attached].filter((path) => path !== undefined),
    );
    return firstRefusal([...files, ...paths], (path) => readable(path, scene, spec.reach === true));
  };
}

/** jq's filter is the first operand, unless it comes from a file. */
function jqFilter(options: readonly string[]): number {
  if (options.some((name) => /^(?:-[a-zA-Z]*f|--from-file)$/.test(name))) return 0;
  return 1 + options.filter((name) => /^--arg(?:json)?$/.test(name)).length;
}

function anything(): undefined {
  return undefined;
}

/** Shows names and figures of files, never what is in them. */
function names(denied: string): CommandRule {
  return (args) => {
    const split = readingArguments(args, { denied });
    return isRefusal(split) ? split : undefined;
  };
}

/** `uniq IN OUT` and `xxd IN OUT` write their second operand. */
function secondIsOutput(options: DeniedOptions): CommandRule {
  const reads = content(options);
  return (args, scene) => {
    const split = readingArguments(args, { ...options, denied: "-" });
    if (isRefusal(split)) return split;
    const many = split.operands.findIndex((operand) => !operand.single);
    if (many !== -1)
      return refuse(
        "write.unknown",
        `${split.operands[many]?.text ?? ""} may be two files, and the second would be written.`,
      );
    return reads(args, scene) ?? firstRefusal(split.operands.slice(1), (output) => writable(output, scene, "file"));
  };
}

function dateRule(args: readonly Argument[], scene: Scene): Refusal | undefined {
  const values = "-d --date -r --reference -f --file -I";
  const split = readingArguments(args, { denied: "s set", values });
  if (isRefusal(split)) return split;
  const setting = split.operands.find((operand) => !operand.prefix.startsWith("+"));
  if (setting !== undefined) return refuse("date.set", `date ${setting.text} would set the clock; use date +FORMAT.`);
  return content({ values })(args, scene);
}

/** `ps e` shows the environment of processes, where keys are. */
function processes(args: readonly Argument[]): Refusal | undefined {
  const shows = args.find(
    (arg) =>
      arg.kind !== "known" ||
      /env/i.test(arg.text) ||
      /^[a-zA-Z]*e/.test(arg.text) ||
      /^-\w*(?:x\w*e|e\w*x|E)/.test(arg.text),
  );
  return shows && refuse("secret.environment", `ps ${shows.text} may show the environment of processes; use ps -ef.`);
}

function printf(args: readonly Argument[]): Refusal | undefined {
  const first = args[0];
  if (first?.text.startsWith("-v") === true || (first !== undefined && first.kind !== "known" && first.prefix === ""))
    return refuse(
      "printf.variable",
      "printf needs a format that is written out first, and no -v; use NAME=$(…) instead.",
    );
  return undefined;
}

/** The longest pause in seconds: longer than that is a hang. */
const longestSleep = 600;

function sleep(args: readonly Argument[]): Refusal | undefined {
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400 };
  let total = 0;
  for (const arg of args) {
    const match = /^(\d{1,9}(?:\.\d{1,9})?)([smhd]?)$/.exec(arg.kind === "known" ? arg.text : "");
    const unit = match?.[2];
    total +=
      match === null ? Infinity : Number(match[1]) * (unit === "m" || unit === "h" || unit === "d" ? seconds[unit] : 1);
  }
  return total <= longestSleep
    ? undefined
    : refuse("sleep.long", `sleep takes at most ${longestSleep} seconds, as a number.`);
}

function setRule(args: readonly Argument[]): Refusal | undefined {
  const odd = args.find(
    (arg) => arg.kind !== "known" || !/^(?:[-+][eux]*o?|pipefail|errexit|nounset|xtrace)$/.test(arg.text),
  );
  return odd && refuse("shell.set", `set ${odd.text} is not allowed; only -e, -u, -x and -o pipefail are.`);
}

function readRule(args: readonly Argument[]): Refusal | undefined {
  return firstRefusal(args, (arg) => {
    if (arg.kind !== "known") return refuse("read.name", `read ${arg.text}: write the names of the variables out.`);
    if (arg.text === "" || /^-(?:[rs]+|[dntp])$/.test(arg.text) || /^\d+$/.test(arg.text)) return undefined;
    return assignable(arg.text);
  });
}
