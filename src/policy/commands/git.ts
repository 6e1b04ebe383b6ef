import { knownArgument, type Argument } from "../argument.ts";
import type { Scene } from "../context.ts";
import { allowedArguments, readingArguments, type AllowedOptions, type SplitArguments } from "../options.ts";
import { inWorkspace } from "../paths.ts";
import { firstRefusal, isRefusal, refuse, type Refusal } from "../refusal.ts";

/** `git`: looking at the repository of the workspace, and, outside the paranoid tier, adding, committing and branching. */
export function git(args: readonly Argument[], scene: Scene): Refusal | undefined {
  const split = allowedArguments(args, {
    flags: "-P --no-pager --no-optional-locks --version",
    values: "-C",
    inFront: true,
  });
  if (isRefusal(split))
    return refuse(
      "git.option",
      "Of git's options in front of the subcommand only -C FOLDER and --no-pager are allowed.",
    );
  const folders = split.options.flatMap((option) => option.value ?? []);
  const outside = firstRefusal([knownArgument("."), ...folders], (folder) => inWorkspace(folder, scene));
  if (outside !== undefined) return outside;
  const [subcommand, ...rest] = split.operands;
  if (subcommand === undefined) return undefined;
  if (subcommand.kind !== "known") return refuse("git.unknown", "Write the git subcommand out.");
  if (readers.has(subcommand.text)) return reading(rest);
  const listing = listings[subcommand.text];
  const listed = listing === undefined ? undefined : listing(rest);
  if (listed === "fine") return undefined;
  const change = changes[subcommand.text];
  if (change === undefined) return listed ?? unlisted(subcommand.text);
  if (scene.context.tier === "paranoid")
    return refuse("tier.paranoid", "The paranoid tier allows reading only: git status, log, diff, show and the like.");
  return change(rest);
}

const unlisted = (subcommand: string): Refusal =>
  refuse(
    "git.subcommand",
    `git ${subcommand} in this form is not allowed. Allowed are status, log, diff, show, blame, grep, ls-files, branch --list, ` +
      "and add, commit -m, switch -c and checkout -b.",
  );

const readers = new Set(
  (
    "status log diff show ls-files ls-tree rev-parse rev-list blame grep shortlog describe merge-base show-ref " +
    "for-each-ref diff-tree name-rev cherry count-objects check-ignore range-diff whatchanged show-branch version"
  ).split(" "),
);

/** Options of reading subcommands that write a file or run a program, also shortened. */
function reading(args: readonly Argument[]): Refusal | undefined {
  const denied = "output ext-diff textconv exec upload-pack open-files-in-pager no-index contents show-signature";
  const split = readingArguments(args, {
    denied,
    values: "-S -G -n -L --format --grep --author --since --until -e -f",
  });
  if (isRefusal(split)) return refuse("git.option", `git may only read: ${split.reason}`);
  const pager = split.options.find((option) => /^-[a-zA-NP-Z]*O/.test(option.name) && !/^-[SGLe]/.test(option.name));
  return (
    pager && refuse("git.option", `git may only read: ${pager.name} starts a program or takes an order; leave it out.`)
  );
}

type Listing = (args: readonly Argument[]) => "fine" | Refusal;

/** Subcommands that list when they are called without a name, and change something otherwise. */
const listings: Record<string, Listing | undefined> = {
  branch: lists(
    "-a -r -v -l --list --all --remotes --show-current --merged --no-merged --verbose --no-color --no-column -i",
    "--sort --format --contains --points-at",
  ),
  tag: lists("-l -n --list --merged --no-merged -i --no-column", "--sort --format --contains --points-at"),
  remote: lists("-v --verbose", ""),
  stash: words(/^(?:list|show)$/),
  worktree: words(/^list$/),
  reflog: words(/^show$/),
};

function lists(flags: string, values: string): Listing {
  return (args) => {
    const split = allowedArguments(args, { flags, values });
    if (isRefusal(split)) return split;
    const listing = split.options.some((option) => option.name === "--list" || option.name === "-l");
    return split.operands.length === 0 || listing ? "fine" : unlisted("with a name");
  };
}

function words(first: RegExp): Listing {
  return (args) => {
    const [word, ...rest] = args;
    if (word === undefined) return first.test("show") && !first.test("list") ? "fine" : unlisted("without list");
    if (word.kind !== "known" || !first.test(word.text)) return unlisted(word.text);
    return reading(rest) ?? "fine";
  };
}

type Change = (args: readonly Argument[]) => Refusal | undefined;

/** Everyday steps that lose nothing. */
const changes: Record<string, Change | undefined> = {
  add: change({ flags: "-A -u -v -n -N --all --update --verbose --dry-run --intent-to-add" }),
  commit: change(
    { flags: "-a -q -v -s --all --quiet --verbose --signoff --allow-empty", values: "-m --message" },
    (split) => split.options.some((option) => option.name === "-m" || option.name === "--message"),
  ),
  switch: change({ flags: "-q --quiet --no-track", values: "-c --create" }, (split) => named(split, "-c", "--create")),
  checkout: change({ flags: "-q --quiet --no-track", values: "-b" }, (split) => named(split, "-b")),
};

function change(allowed: AllowedOptions, complete: (split: SplitArguments) => boolean = () => true): Change {
  return (args) => {
    const split = allowedArguments(args, allowed);
    if (isRefusal(split))
      return refuse("git.option", `${split.reason} Only plain add, commit -m, switch -c and checkout -b are allowed.`);
    return complete(split) ? undefined : unlisted("without a message or the name of a new branch");
  };
}

/** Whether a new branch is made: to go to an existing one may replace files that nobody has committed. */
const named = (split: SplitArguments, ...names: string[]): boolean =>
  split.rest.length === 0 &&
  split.operands.length <= 1 &&
  split.options.some((option) => names.includes(option.name) && option.value?.text.startsWith("-") === false);
