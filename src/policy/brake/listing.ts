import { knownArgument, type Argument } from "../shell/argument.ts";
import type { Scene } from "./context.ts";
import { locate } from "../places/paths.ts";
import { isWithin } from "../places/within.ts";
import { representative } from "../places/representative.ts";
import { holdsSecrets } from "../places/secrets.ts";
import { anyFile, someName } from "../shell/shape.ts";
import { has, split } from "./run.ts";

/**
 * Samples of the names that a command lists: each stands for all that look like it. Undefined where nothing is known about
 * them, or where they may be something that must stay.
 */
export function listed(name: string, args: readonly Argument[], scene: Scene): readonly Argument[] | undefined {
  const texts = (Object.hasOwn(lists, name) ? lists[name] : undefined)?.(args, scene);
  if (texts === undefined || texts.length === 0) return undefined;
  // Below a folder with keys in it, a name may be a key.
  return texts.some((text) => liesBesideKeys(text, scene)) ? undefined : texts.map(knownArgument);
}

/** Whether a filter lets through nothing but whole lines of its input. */
export function passesNames(name: string, words: readonly string[]): boolean {
  if (/^(?:grep|egrep|fgrep)$/.test(name))
    return (
      words.filter((word) => !word.startsWith("-")).length === 1 &&
      words.every((word) => !word.startsWith("-") || /^-[vEiFwxz]+$/.test(word))
    );
  if (name === "tr") return /^(?:\\n (?:\\0|\\000| )|\\0 \\n|-d \\r)$/.test(words.join(" "));
  return (
    /^(?:sort|uniq|head|tail|tac|shuf)$/.test(name) &&
    words.every((word) => /^-|^\d+$/.test(word) && !/^-\w*[oc]/.test(word))
  );
}

function liesBesideKeys(sample: string, scene: Scene): boolean {
  const base = sample.slice(0, Math.max(0, sample.search(new RegExp(`[${someName}${anyFile}]`))));
  return scene.folders.some((folder) =>
    holdsSecrets(locate(base === "" ? "." : base, folder, scene.context).plain, scene.context),
  );
}

type Lists = (args: readonly Argument[], scene: Scene) => string[] | undefined;

/** The number of the process that listens on one port: a job of its own. */
const lsof: Lists = (args) =>
  /^-ti? ?(?:-i ?)?(?:tcp)?:\d+$|^-i ?(?:tcp)?:\d+ -t$/i.test(args.map((arg) => arg.text).join(" "))
    ? ["4711"]
    : undefined;

/** Numbers, of which one is as good as another. */
const seq = (args: readonly Argument[]): string[] | undefined =>
  args.length > 0 && args.every((arg) => arg.kind === "known" && /^(?:-w|\d{1,9})$/.test(arg.text))
    ? [someName]
    : undefined;

const lists: Record<string, Lists | undefined> = { seq, find, fd, fdfind: fd, rg, grep, git, ls, lsof };

/** Whether a folder holds the whole workspace, so that everything in it could be meant. */
const isWide = (folder: string, scene: Scene): boolean =>
  scene.folders.some((at) => isWithin(scene.context.workspace, locate(folder, at, scene.context).plain));

const isNarrow = (pattern: string): boolean =>
  /[a-z0-9]{2}/i.test(pattern) && !/\.git(?![\w-])|settings|\.claude|\.cyberdeck|\.ssh|[[\]{}]/.test(pattern);

const sampleOf = (pattern: string): string => pattern.replaceAll(/\*+|\?/g, someName);

const below = (folder: string, name: string): string => `${folder.replace(/\/+$/, "")}/${name}`;

function find(args: readonly Argument[], scene: Scene): string[] | undefined {
  if (!args.every((arg) => arg.kind === "known")) return undefined;
  const texts = args.map((arg) => arg.text);
  if (texts.some((text) => /^-(?:o|or|exec\w*|ok\w*|delete|fprint\w*|printf|ls)$|^,$/.test(text))) return undefined;
  const first = texts.findIndex((text) => /^[-(!]/.test(text));
  const starts = texts.slice(0, first === -1 ? undefined : first);
  const at = texts.findIndex((text, index) => /^-i?name$/.test(text) && !/^(?:!|-not)$/.test(texts[index - 1] ?? ""));
  const pattern = at === -1 ? undefined : texts[at + 1];
  const narrow = pattern !== undefined && isNarrow(pattern);
  const from = starts.length > 0 ? starts : ["."];
  if (!narrow && from.some((start) => isWide(start, scene))) return undefined;
  return from.map((start) => below(start, narrow ? below(someName, sampleOf(pattern)) : below(someName, someName)));
}

function fd(args: readonly Argument[], scene: Scene): string[] | undefined {
  const { options, operands } = split(args, "-e --extension -t --type -E --exclude -d --max-depth -g");
  if (has(options, "-H --hidden -I --no-ignore -u --unrestricted -x -X --exec --exec-batch")) return undefined;
  return inFolders(
    operands.slice(1),
    options.some((option) => has([option], "-e --extension")),
    scene,
  );
}

function rg(args: readonly Argument[], scene: Scene): string[] | undefined {
  const { options, operands } = split(args, "-e -g -t -T -A -B -C -m --glob --type --regexp --iglob");
  if (has(options, "--hidden -u --unrestricted -. --no-ignore") || !has(options, "-l --files --files-with-matches"))
    return undefined;
  const files = has(options, "-e --regexp --files") ? operands : operands.slice(1);
  return inFolders(files, has(options, "-g -t --glob --type"), scene);
}

/** Tools that leave hidden files out: what they name are the project's ordinary files. */
function inFolders(folders: readonly Argument[], narrow: boolean, scene: Scene): string[] | undefined {
  if (!folders.every((arg) => arg.kind === "known")) return undefined;
  const from = folders.length > 0 ? folders.map((arg) => arg.text) : ["."];
  return from.map((folder) => below(folder, narrow || !isWide(folder, scene) ? someName : anyFile));
}

function grep(args: readonly Argument[], scene: Scene): string[] | undefined {
  const { options, operands } = split(args, "-e -A -B -C -m --include --exclude --exclude-dir --regexp");
  if (!has(options, "-l -L --files-with-matches --files-without-match") || has(options, "-f --file")) return undefined;
  const files = has(options, "-e --regexp") ? operands : operands.slice(1);
  if (!options.some((option) => /^-[a-zA-Z]*[rR]|^--(?:dereference-)?rec/.test(option.name)))
    return samples(files, scene);
  const included = options.filter((option) => has([option], "--include")).map((option) => option.value?.text ?? "");
  const narrow = included.length > 0 && included.every(isNarrow);
  const from = files.length > 0 ? files : [knownArgument(".")];
  if (!from.every((arg) => arg.kind === "known" && (narrow || !isWide(arg.text, scene)))) return undefined;
  return from.map((arg) => below(arg.text, narrow ? sampleOf(included[0] ?? "") : someName));
}

/** What git knows of: never anything in `.git`. */
function git(args: readonly Argument[]): string[] | undefined {
  const [verb, ...rest] = args;
  const texts = rest.map((arg) => arg.text);
  const names =
    (verb?.text === "ls-files" && !texts.some((text) => /^-[a-z]*[ois]|^--(?:others|stage)/.test(text))) ||
    (/^(?:diff|show|log)$/.test(verb?.text ?? "") && texts.includes("--name-only")) ||
    (verb?.text === "grep" && texts.some((text) => /^-l$|^--(?:name-only|files-with)/.test(text)));
  if (!names || !rest.every((arg) => arg.kind !== "unknown")) return undefined;
  const patterns = texts.filter((text) => /^[\w./*-]*\*\.\w+$/.test(text));
  return patterns.length > 0 ? patterns.map(sampleOf) : [anyFile];
}

function ls(args: readonly Argument[], scene: Scene): string[] | undefined {
  const { options, operands } = split(args);
  if (has(options, "-a -A -R -l -s -i -F -p --all --almost-all --recursive")) return undefined;
  if (operands.length === 0) return [anyFile];
  const files = operands.every(
    (arg) => has(options, "-d --directory") || (arg.kind === "pattern" && /\*\.\w+$/.test(arg.text)),
  );
  return files ? samples(operands, scene) : undefined;
}

/** Written-out names as they are, patterns by what they may mean. */
function samples(operands: readonly Argument[], scene: Scene): string[] | undefined {
  const found = operands.map((arg) =>
    arg.kind === "known"
      ? arg.text
      : arg.kind === "pattern"
        ? representative(arg, scene.folders, scene.context)
        : undefined,
  );
  return found.every((text) => text !== undefined) ? found : undefined;
}
