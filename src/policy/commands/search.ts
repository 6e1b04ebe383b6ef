import { knownArgument, type Argument } from "../argument.ts";
import type { Scene } from "../context.ts";
import { allowedArguments, readingArguments, type DeniedOptions } from "../options.ts";
import { readable } from "../paths.ts";
import { firstRefusal, isRefusal, refuse, type Refusal } from "../refusal.ts";
import { content, readingCommands } from "./reading.ts";
import { sameRule, type CommandRule } from "./rule.ts";

const grepRule = search(
  { values: "-A -B -C -m -d -D -e -f --include --exclude --exclude-dir --color --colour --label --regexp --file" },
  (options) => options.some((name) => /^-[a-zA-Z]*[rR]|^--(?:dereference-)?rec|^-d$|^--dir/.test(name)),
);

/** Commands that look for text or files, and `xargs` in front of a reading command. */
export const searchCommands: Record<string, CommandRule> = {
  ...sameRule("grep egrep fgrep", grepRule),
  rg: search(
    {
      denied: "pre hostname-bin",
      values: "-A -B -C -m -e -f -g -t -T -d -r -j -M -E --type --glob --regexp --file --max-depth --replace",
    },
    () => true,
  ),
  find,
  xargs,
};

/** @param below tells from the options whether folders are searched, and the current one when none is named */
function search(options: DeniedOptions, below: (options: readonly string[]) => boolean): CommandRule {
  const pattern = (given: readonly string[]): number =>
    given.some((name) => /^-[a-zA-Z]*[ef]$|^-[ef]|^--(?:regexp|file|files)$/.test(name)) ? 0 : 1;
  const texts = ["-e", "--regexp", "--exclude", "--color", "--label", "-r", "--replace"];
  const reads = content(options, { reach: true, skip: pattern, texts });
  return (args, scene) => {
    const split = readingArguments(args, options);
    if (isRefusal(split)) return split;
    const given = split.options.map((option) => option.name);
    const unnamed = split.operands.length <= pattern(given) && below(given);
    return (unnamed ? readable(knownArgument("."), scene, true) : undefined) ?? reads(args, scene);
  };
}

const findTests = new Set(
  (
    "-name -iname -path -ipath -wholename -iwholename -regex -iregex -lname -ilname -type -xtype -maxdepth -mindepth -size " +
    "-mtime -mmin -atime -amin -ctime -cmin -newer -anewer -cnewer -newermt -perm -user -group -uid -gid -printf -links -inum " +
    "-samefile -regextype -used -fstype"
  ).split(" "),
);
const findWords = new Set(
  (
    "-H -L -P -E ( ) ! , -not -and -a -or -o -print -print0 -ls -prune -empty -readable -writable -executable -follow -depth " +
    "-d -xdev -mount -quit -true -false -daystart -noleaf -nouser -nogroup -ignore_readdir_race -warn -nowarn"
  ).split(" "),
);

/** `find` as a list of names: tests and -print only, nothing that runs, deletes or writes. */
function find(args: readonly Argument[]): Refusal | undefined {
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at];
    if (arg === undefined) break;
    if (arg.kind === "known" && findTests.has(arg.text)) at += 1;
    else if (!isFindWord(arg))
      return refuse(
        "find.action",
        `find ${arg.text} is not allowed; print the names, and use rm or grep on what you then name.`,
      );
  }
  return undefined;
}

function isFindWord(arg: Argument): boolean {
  if (arg.kind === "known" && findWords.has(arg.text)) return true;
  if (arg.kind === "unknown" && (!arg.single || arg.prefix === "")) return false;
  return !/^[-(!,)]/.test(arg.text);
}

/** What `xargs` may run: commands of which no option writes or runs anything, since options may come from its input. */
const xargsMayRun = new Set(
  (
    "cat head tail wc grep egrep fgrep ls stat basename dirname realpath readlink echo cut nl od strings cmp diff " +
    "md5sum sha1sum sha256sum"
  ).split(" "),
);

function xargs(args: readonly Argument[], scene: Scene): Refusal | undefined {
  const split = allowedArguments(args, {
    flags: "-0 -r -t -x --null --no-run-if-empty --verbose",
    values: "-n -L -P -I -d -s --max-args --max-lines --max-procs --delimiter",
    inFront: true,
  });
  if (isRefusal(split)) return split;
  scene.notes.readsUnknown = true;
  const [name, ...rest] = split.operands;
  if (name === undefined) return undefined;
  const rule = searchCommands[name.text] ?? readingCommands[name.text];
  if (name.kind !== "known" || !xargsMayRun.has(name.text) || rule === undefined)
    return refuse("xargs.command", `xargs may only run plain readers (cat, grep, wc, head, …), not ${name.text}.`);
  return (
    rule(rest, scene) ??
    firstRefusal(rest, (arg) =>
      arg.kind === "unknown" ? refuse("xargs.unknown", `xargs … ${arg.text}: write the argument out.`) : undefined,
    )
  );
}
