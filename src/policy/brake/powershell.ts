import type { BrakeContext } from "../context.ts";
import type { Effect } from "./effect.ts";
import { effectsOfLine } from "./line.ts";

/**
 * A PowerShell line by a conservative reading of its own: it is cut into commands, each of which must be known; variables
 * as command names, call operators, encoded text, .NET calls and script blocks of unknown kind are never allowed.
 */
export function effectsOfPowerShell(line: string, context: BrakeContext): Effect[] {
  const effects: Effect[] = [];
  const unknown = (what: string): void => void effects.push({ kind: "unknown", what });
  if (line.length > 32_768 || /[^\P{Cc}\n\r\t]/u.test(line))
    return [{ kind: "unknown", what: "a line that is too long or has control characters" }];
  const commands = pieces(line);
  if (commands === undefined) return [{ kind: "unknown", what: "quotes or brackets that do not close" }];
  for (const words of commands) {
    const [first = "", ...rest] = words;
    const name = first.toLowerCase().replace(/\.exe$/, "");
    const lower = rest.map((word) => word.toLowerCase());
    const operands = rest.filter((word) => !/^-[a-z]/i.test(word)).map(unquote);
    if (/^['"]/.test(first) || /^\(.*\)(?:\.[\w.]+)?$/.test(first)) {
      const inner = /^\((.*)\)(?:\.[\w.]+)?$/s.exec(first)?.[1];
      if (inner !== undefined) effects.push(...effectsOfPowerShell(inner, context));
    } else if (
      rest.some((word) => /[{}]|\$\(|::|^@/.test(word) && !word.startsWith("'")) &&
      !/^(?:where-object|where|\?)$/.test(name)
    )
      unknown(words.join(" "));
    else if (/^(?:where-object|where|\?)$/.test(name)) {
      if (!/^\{?[\s\w$.'"*-]*\}?$/.test(rest.join(" "))) unknown(words.join(" "));
    } else if (looking.has(name)) {
      for (const path of operands)
        if (/\.ssh|\.aws|\.kube|credential|\.env\b|id_rsa/i.test(path))
          effects.push({ kind: "read", path, secret: true });
    } else if (changing.has(name)) {
      const piped = operands.length === 0 && commands.length > 1 && upstream(commands, words);
      if (!piped && operands.length === 0) unknown(words.join(" "));
      const wide = lower.some((word) => word.startsWith("-exclude"));
      for (const path of operands) {
        const barrier =
          wide || !isInside(path, context)
            ? { rule: "write.outside", reason: `${path} is not a plain path inside the workspace` }
            : undefined;
        effects.push(
          /^(?:ri|rm|remove-item|del|erase|rd|rmdir)$/.test(name)
            ? { kind: "delete", path, recursive: true, barrier }
            : { kind: "write", path, barrier },
        );
      }
    } else if (
      shared.has(name) &&
      rest.every((word) => /^[\w./:@='"-]+$/.test(word) && !/^-(?:encoded|e|c|command)/i.test(word))
    )
      effects.push(
        ...effectsOfLine([name, ...rest].join(" "), {
          ...context,
          workspace: "/w",
          cwd: "/w",
          realPath: (path) => path,
        }),
      );
    else unknown(words.join(" "));
  }
  return effects;
}

const looking = new Set(
  (
    "get-childitem gci ls dir get-content gc cat type get-item gi get-location pwd get-process gps ps get-service get-date get-host get-command gcm get-help " +
    "get-member gm get-itemproperty get-filehash get-alias get-module get-variable get-history get-psdrive get-eventlog get-ciminstance get-acl test-path " +
    "select-object select select-string sls sort-object sort measure-object measure group-object group format-table ft format-list fl format-wide out-string " +
    "out-host out-null write-host write-output echo write-verbose write-warning convertfrom-json convertto-json convertfrom-csv convertto-csv compare-object diff " +
    "resolve-path rvpa split-path join-path test-connection start-sleep sleep set-location cd sl push-location pop-location set-strictmode"
  ).split(" "),
);

const changing = new Set(
  "remove-item ri rm del erase rd rmdir set-content sc add-content ac out-file new-item ni mkdir md copy-item cp copy cpi move-item mv move mi rename-item ren rni clear-content clc compress-archive expand-archive".split(
    " ",
  ),
);

const shared = new Set(
  "npm npx yarn pnpm git node python python3 dotnet cargo go tsc pytest make docker kubectl terraform gh".split(" "),
);

/** A list of files from inside the workspace flows into this command. */
function upstream(commands: readonly string[][], words: readonly string[]): boolean {
  const before = commands[commands.indexOf(words as string[]) - 1] ?? [];
  const at = before.findIndex((word) => /^-path$/i.test(word));
  const path = unquote(
    at === -1 ? (before.slice(1).find((word) => !word.startsWith("-")) ?? "") : (before[at + 1] ?? ""),
  );
  return (
    /^(?:get-childitem|gci|ls|dir)$/i.test(before[0] ?? "") &&
    /^(?:\.[\\/])?[\w-]+(?:[\\/][\w-]+)*[\\/]?$/.test(path) &&
    !before.some((word) => /^-(?:force|hidden|attributes)/i.test(word))
  );
}

const unquote = (word: string): string => word.replace(/^(['"])(.*)\1$/s, "$2");

/** A plain relative path, or one that begins with the workspace. Windows names are compared without case. */
function isInside(path: string, context: BrakeContext): boolean {
  const text = path.replaceAll("\\", "/").toLowerCase();
  const root = context.workspace.replaceAll("\\", "/").toLowerCase();
  const local = text.startsWith(`${root}/`)
    ? text.slice(root.length + 1)
    : /^(?:[a-z]:|\/|~|\$|%|hk)/.test(text)
      ? undefined
      : text.replace(/^\.\//, "");
  if (local === undefined || local === "" || local === ".") return false;
  if (!/^[\w./ -]+(?:\*[\w.]+)?$/.test(local)) return false;
  return !local
    .split("/")
    .some((step) => step === ".." || step === ".git" || step === ".claude" || step === ".cyberdeck");
}

/** Cuts at `;`, `|`, `&&` and line ends outside of quotes and brackets, and each piece at blanks. */
function pieces(line: string): string[][] | undefined {
  const commands: string[][] = [[]];
  let word = "";
  let quote = "";
  let open = 0;
  const endWord = (): void => {
    if (word !== "") commands.at(-1)?.push(word);
    word = "";
  };
  for (const letter of line.replaceAll(/\r/g, "")) {
    if (quote !== "") {
      word += letter;
      if (letter === quote) quote = "";
      else if (quote === '"' && /[$`]/.test(letter)) word += "$(";
    } else if (letter === "`" || letter === "#" || letter === ">" || letter === "<" || letter === "&") return undefined;
    else if (letter === "'" || letter === '"') {
      quote = letter;
      word += letter;
    } else if (/[({]/.test(letter)) {
      open += 1;
      word += letter;
    } else if (/[)}]/.test(letter)) {
      open -= 1;
      word += letter;
    } else if (open > 0) word += letter;
    else if (/[;|\n]/.test(letter)) {
      endWord();
      commands.push([]);
    } else if (/\s/.test(letter)) endWord();
    else word += letter;
  }
  endWord();
  return quote !== "" || open !== 0 ? undefined : commands.filter((words) => words.length > 0);
}
