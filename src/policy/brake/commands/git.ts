import { knownArgument, type Argument } from "../../shell/argument.ts";
import { insideWorkspace } from "../project.ts";
import { has, loose, reads, spelled, split, table, unknown, writes, type Handler, type Run } from "../run.ts";

/** `git`: local everyday work, looking, and what loses or shares history. */
export const gitCommands: [string, Handler][] = [...table("git", git), ...table("git-lfs tig gitk", git)];

const looking = new Set(
  (
    "status diff log show blame shortlog describe rev-parse rev-list ls-files ls-tree ls-remote cat-file grep reflog name-rev " +
    "show-ref for-each-ref merge-base whatchanged count-objects var version help check-ignore diff-tree diff-index " +
    "diff-files cherry range-diff interpret-trailers stripspace patch-id symbolic-ref show-branch fsck archive bundle annotate check-attr lfs"
  ).split(" "),
);

const changing = new Set(
  (
    "add commit switch checkout merge rebase stash fetch pull restore cherry-pick revert init clone mv rm tag branch reset " +
    "remote worktree submodule apply am push config notes sparse-checkout bisect format-patch gc maintenance mergetool " +
    "difftool rerere update-index clean"
  ).split(" "),
);

/** Settings that `-c` may give: they name no program, path or address. */
const harmlessSetting =
  /^(?:user\.(?:name|email)|color\.\w+|core\.(?:quotepath|autocrlf|safecrlf|pager=cat|abbrev)|commit\.gpgsign|tag\.gpgsign|init\.defaultbranch|advice\.\w+|pull\.(?:rebase|ff)|merge\.conflictstyle|diff\.\w+algorithm|gc\.auto|log\.\w+|push\.default|rerere\.enabled|protocol\.version)(?:=|$)/i;

function git(run: Run): void {
  let at = 0;
  let elsewhere = false;
  for (; at < run.args.length; at += 1) {
    const arg = run.args[at];
    const text = arg?.text ?? "";
    if (arg === undefined || !arg.prefix.startsWith("-")) break;
    if (text === "-C") {
      const folder = run.args[at + 1];
      if (folder?.kind !== "known") unknown(run, `git -C ${folder?.text ?? ""}`);
      else {
        run.emit({ kind: "read", path: folder.text, secret: false });
        elsewhere ||= !insideWorkspace(folder.text, run.scene);
      }
      at += 1;
    } else if (text === "-c") {
      const setting = run.args[at + 1];
      if (setting?.kind !== "known" || !harmlessSetting.test(setting.text) || /=.*!/.test(setting.text))
        unknown(run, `git -c ${setting?.text ?? ""}, a setting that may run something`);
      at += 1;
    } else if (
      !/^(?:--no-pager|-P|--literal-pathspecs|--no-optional-locks|--bare|--version|--help|-p|--paginate)$/.test(text)
    )
      unknown(run, `git ${text} in front of its command`);
  }
  const name = run.args[at];
  const rest = run.args.slice(at + 1);
  if (name === undefined) return;
  if (name.kind !== "known") return unknown(run, `git ${name.text}`);
  if (elsewhere && !looking.has(name.text)) return unknown(run, `git ${name.text} in another repository`);
  judgeSubcommand(run, name.text, rest);
}

/** Options with a value, by subcommand; those that are not listed take the last row. */
const values: Record<string, string | undefined> = {
  push: "-o --push-option --repo",
  commit: "-m -F -C -c -t --message --file --author --date --template",
  checkout: "-b -B --orphan",
  switch: "-c -C --orphan",
  branch: "-u --set-upstream-to --contains --sort --format",
  tag: "-m -F -u --message --file --sort --format",
  clone: "-o -b -c -j -u --depth --branch --config --template --reference --origin",
  stash: "-m --message",
  archive: "-o --output --format --prefix",
  "format-patch": "-o --output-directory",
  worktree: "-b -B --reason",
  apply: "-p -C --directory --exclude --include",
  am: "-p -C --directory",
  clean: "-e --exclude",
  reset: "",
  restore: "-s --source",
  "ls-files": "-x -X --exclude",
};

const otherValues =
  "-m -F -n -S -G -L -s -X -x --message --file --author --date --onto --exec --strategy --format --source --depth -O";

function judgeSubcommand(run: Run, name: string, rest: readonly Argument[]): void {
  const { options, operands } = split(rest, values[name] ?? otherValues);
  const texts = rest.map((arg) => arg.text);
  const words = operands.map((arg) => arg.text);
  const output = options.find(
    (option) =>
      has([option], "--output --output-directory") || (option.name === "-o" && /^(?:archive|format-patch)$/.test(name)),
  );
  if (output !== undefined) writes(run, output.value ?? operands[0] ?? knownArgument("."));
  if (
    has(options, "--upload-pack --receive-pack --exec --ext-diff --textconv --open-files-in-pager") ||
    (name === "grep" && texts.some((text) => text.startsWith("-O")))
  )
    return unknown(run, `git ${name} with a program of its own`);
  if (words.some((word) => /^(?:ext|fd)::/.test(word))) return unknown(run, "a git address that runs a program");
  if (looking.has(name)) return lookingAt(run, name, words, rest);
  if (onlyLists(name, words, options)) return;
  if (!changing.has(name)) return run.emit({ kind: "history-rewrite", what: `git ${name}` });
  const loses = losesHistory(name, words, options, texts);
  if (loses) return run.emit({ kind: "history-rewrite", what: spelled(run) });
  if (name === "maintenance" && /^(?:start|stop|register|unregister)$/.test(words[0] ?? ""))
    return run.emit({ kind: "persistence", what: spelled(run) });
  if (name === "config") return config(run, texts, words);
  if (name === "apply" || name === "am") {
    const folder = options.find((option) => has([option], "--directory"))?.value;
    if (folder !== undefined) writes(run, folder, "folder");
    if (has(options, "--unsafe-paths")) return unknown(run, `git ${name} that reaches outside of the repository`);
  }
  inside(run, name, options, rest);
  const open = rest.find(
    (arg, index) =>
      loose(arg) &&
      !/^(?:-\w*m|--message|-F|--author|--date)$/.test(texts[index - 1] ?? "") &&
      !(name === "add" && arg.single),
  );
  if (open !== undefined) return unknown(run, `git ${name} with ${open.text}, which only the run will tell`);
  if (name === "rm" || name === "mv" || name === "restore" || name === "checkout") paths(run, name, operands);
  if (name === "clone" || name === "init" || name === "worktree") {
    const target =
      name === "worktree"
        ? words[0] === "add"
          ? operands[1]
          : undefined
        : name === "clone"
          ? operands[1]
          : operands[0];
    if (target !== undefined) writes(run, target, "folder");
    if (has(options, "--template --separate-git-dir --config"))
      return unknown(run, `git ${name} with settings of its own`);
  }
  if (/^(?:fetch|pull|push|clone|ls-remote|submodule)$/.test(name))
    run.emit({ kind: "network", host: "the repository's remote", upload: false, metadata: false });
  run.emit({ kind: "change-repository", what: `git ${name}` });
}

function lookingAt(run: Run, name: string, words: readonly string[], rest: readonly Argument[]): void {
  const changes =
    (name === "reflog" && /^(?:expire|delete)$/.test(words[0] ?? "")) ||
    (name === "symbolic-ref" && words.length > 1) ||
    (name === "symbolic-ref" && rest.some((arg) => /^(?:-d|--delete)$/.test(arg.text))) ||
    (name === "interpret-trailers" && rest.some((arg) => arg.text.startsWith("--in"))) ||
    (name === "lfs" && words[0] === "install" && !rest.some((arg) => /^--(?:local|worktree)$/.test(arg.text))) ||
    (name === "lfs" && /^(?:prune|migrate|push)$/.test(words[0] ?? ""));
  if (changes) run.emit({ kind: "history-rewrite", what: `git ${name} ${words[0] ?? ""}` });
  for (const arg of rest) if (/^(?:[/~]|\.\.)/.test(arg.text)) reads(run, arg);
  if (name === "bundle" && words[0] === "create") writes(run, rest[1] ?? knownArgument("."));
  if (name === "bundle" || name === "archive") run.emit({ kind: "change-repository", what: `git ${name}` });
  if (
    rest.some(
      (arg) =>
        arg.kind === "unknown" && arg.prefix === "" && !arg.single && /^[$`]/.test(arg.text) && name === "archive",
    )
  )
    unknown(run, `git ${name} with unknown arguments`);
}

/** Subcommands that change something or only list, by what they are given. */
function onlyLists(name: string, words: readonly string[], options: ReturnType<typeof split>["options"]): boolean {
  switch (name) {
    case "branch":
    case "tag":
      return (
        ((words.length === 0 || has(options, "-l --list --contains --merged --no-merged --points-at")) &&
          !has(
            options,
            "-d -D --delete -m -M --move -c -C --copy -f --force -u --set-upstream-to --unset-upstream --edit-description -a -s",
          )) ||
        (name === "branch" &&
          words.length === 0 &&
          options.every((option) =>
            /^(?:-a|-r|-v+|-av+|-rv+|--all|--remotes|--show-current|--list|--sort|--format|--verbose)$/.test(
              option.name,
            ),
          ))
      );
    case "remote":
      return words.length === 0 || words[0] === "show" || words[0] === "get-url";
    case "stash":
    case "notes":
      return words[0] === "list" || words[0] === "show";
    case "worktree":
      return words[0] === "list";
    case "submodule":
      return words[0] === "status" || words[0] === "summary";
    case "bisect":
      return words[0] === "log";
    default:
      return false;
  }
}

const mainBranches = /^(?:refs\/heads\/)?(?:main|master|develop|trunk|production|release.*)$/;

function losesHistory(
  name: string,
  words: readonly string[],
  options: ReturnType<typeof split>["options"],
  texts: readonly string[],
): boolean {
  switch (name) {
    case "push":
      return (
        has(options, "-f --force --force-with-lease --force-if-includes --delete -d --mirror --prune") ||
        words.slice(1).some((word) => word.startsWith("+") || word.startsWith(":"))
      );
    case "reset":
      return texts.some((text) => /^--(?:h|ha|har|hard|merge|keep)$/.test(text));
    case "clean":
      return !has(options, "-n --dry-run");
    case "branch":
      return (
        (has(options, "-d -D --delete -f --force -M -C") &&
          (has(options, "-D -f --force -M") && !words.length ? true : words.some((word) => mainBranches.test(word)))) ||
        (has(options, "-m --move -M") && words.some((word) => mainBranches.test(word)))
      );
    case "checkout":
    case "switch":
      return (
        has(options, "-f --force --discard-changes") ||
        (has(options, "-B -C") && words.some((word) => mainBranches.test(word))) ||
        texts.some((text) => /^-[BC]$/.test(text) && mainBranches.test(texts[texts.indexOf(text) + 1] ?? ""))
      );
    case "stash":
      return /^(?:drop|clear)$/.test(words[0] ?? "");
    case "tag":
      return has(options, "-d --delete -f --force");
    case "gc":
      return (
        options.some((option) => option.name === "--prune" && option.value?.text === "now") ||
        texts.includes("--aggressive")
      );
    case "remote":
      return /^(?:remove|rm|set-url|prune)$/.test(words[0] ?? "");
    case "worktree":
      return words[0] === "remove" && has(options, "-f --force");
    case "fetch":
    case "pull":
      return has(options, "-f --force") || words.slice(1).some((word) => word.startsWith("+"));
    case "rebase":
      return has(options, "--root");
    default:
      return false;
  }
}

function config(run: Run, texts: readonly string[], words: readonly string[]): void {
  if (texts.some((text) => /^--(?:get|list|show)|^-l$/.test(text)) || /^(?:get|list)$/.test(words[0] ?? "")) return;
  if (texts.some((text) => /^--(?:gl|sy|file|wo|edit)|^-[fe]/.test(text)))
    return run.emit({ kind: "persistence", what: "git settings beyond this repository" });
  const names = words[0] === "set" || words[0] === "unset" ? words.slice(1) : words;
  if (names.length <= 1 && words[0] !== "unset") return;
  if (harmlessSetting.test(names[0] ?? ""))
    run.emit({ kind: "change-repository", what: `git config ${names[0] ?? ""}` });
  else run.emit({ kind: "persistence", what: `git config ${names[0] ?? ""}` });
}

/** Commands that a subcommand runs for its steps. */
function inside(run: Run, name: string, options: ReturnType<typeof split>["options"], rest: readonly Argument[]): void {
  if (name === "bisect" && rest[0]?.text === "run") return run.command(rest[1], rest.slice(2));
  if (name === "submodule" && rest[0]?.text === "foreach") {
    const words = rest.slice(1).filter((arg) => !/^--?(?:recursive|quiet|q)$/.test(arg.text));
    if (words.length === 1 && words[0]?.kind === "known") return run.script(words[0].text);
    return run.command(words[0], words.slice(1));
  }
  if (name !== "rebase") return;
  for (const option of options)
    if (/^-[a-z]*x$|^--exec$/.test(option.name))
      if (option.value?.kind === "known") run.script(option.value.text);
      else unknown(run, "git rebase that runs a command");
}

/** What a subcommand takes away or puts into place: protected files stay protected. */
function paths(run: Run, name: string, operands: readonly Argument[]): void {
  for (const path of operands) {
    if (name !== "rm" && name !== "mv" && !/\.claude|\.cyberdeck/.test(path.text)) continue;
    if (path.text === "." || path.text === "*") {
      if (name === "rm") run.emit({ kind: "history-rewrite", what: "git rm of everything" });
    } else writes(run, path);
  }
  if (operands.length === 0) reads(run, { kind: "known", text: ".", prefix: ".", shape: ".", single: true });
}
