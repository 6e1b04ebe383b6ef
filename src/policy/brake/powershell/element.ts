import { fetchable } from "../web.ts";
import { isMetadata } from "../metadata.ts";
import { changing, cmdletOf, looking, switches } from "./cmdlets.ts";
import { judgeProgram } from "./program.ts";
import type { Script, Value } from "./script.ts";
import { isInside, isSecretName } from "./windows-path.ts";
import type { Token } from "./tokens.ts";

interface Position {
  /** The element in front of the pipe. */
  before: readonly Token[] | undefined;
  depth: number;
  script: Script;
}

/** Judges one command or expression of a pipeline. */
export function judgeElement(tokens: readonly Token[], at: Position): void {
  const { script, depth } = at;
  const unknown = (): void => script.emit({ kind: "unknown", what: spelled(tokens) });
  for (const token of tokens)
    if (token.kind === "word") for (const inner of token.inner) script.judge(inner, depth + 1);
  const [first, ...rest] = redirections(tokens, script);
  if (first === undefined) return;
  if (first.kind === "group") {
    if (!first.hash) script.judge(first.text, depth + 1);
    if (!isReading(first.after) || rest.some((token) => token.kind === "block")) return unknown();
    for (const token of rest) if (token.kind === "group") script.judge(token.text, depth + 1);
    return;
  }
  if (first.kind === "operator" && first.text === "&") {
    const [name, ...args] = rest;
    return name?.kind === "word" && name.known && !/[{]/.test(name.text)
      ? judgeCommand(name.text, args, at, unknown)
      : unknown();
  }
  if (first.kind !== "word") return unknown();
  const value = filled(first, script);
  if (first.bare && !/^[-+]?[\d(]|^!|^-not$/i.test(first.text)) {
    if (first.text.startsWith("[")) return isStatic(tokens) ? undefined : unknown();
    return value.known ? judgeCommand(value.text, rest, at, unknown) : unknown();
  }
  // A value that is shown or handed on: texts, numbers, variables and what can be read off them.
  const expression = tokens.every(
    (token) =>
      token.kind === "operator" ||
      (token.kind === "word" && isReading(token.text.replace(/^\$[\w:]+|^"[^]*"$|^[^$]*$/, ""))) ||
      token.kind === "group",
  );
  for (const token of rest) if (token.kind === "group" && !token.hash) script.judge(token.text, depth + 1);
  if (!expression || tokens.some((token) => token.kind === "operator" && token.text !== ",")) unknown();
}

/** Members that are read, and methods that only make another text. */
const isReading = (text: string): boolean =>
  /^(?:\.(?:\w+(?!\w*\()|(?:ToString|Trim\w*|Split|Replace|Contains|StartsWith|EndsWith|ToLower|ToUpper|Substring|PadLeft|PadRight|IndexOf)\([^()]*\))|\[[-\w$'".]+\])*$/.test(
    text,
  );

const isStatic = (tokens: readonly Token[]): boolean =>
  tokens.length === 1 &&
  tokens[0]?.kind === "word" &&
  /^\[(?:math|datetime|system\.datetime|string|int|guid|environment|system\.environment|io\.path|system\.io\.path|version|timespan)\]::(?!Set|Exit|Fail)\w+(?:\([^()]*\))?$/i.test(
    tokens[0].text,
  );

/** Takes redirections off, and judges the files that they write. */
function redirections(tokens: readonly Token[], script: Script): Token[] {
  const kept: Token[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.kind !== "operator" || !/>/.test(token.text)) kept.push(token);
    else if (!token.text.endsWith("&1")) {
      at += 1;
      const target = tokens[at];
      const value = target?.kind === "word" ? filled(target, script) : { text: "", known: false };
      if (value.text.toLowerCase() !== "$null") writes(value, script, "write");
    }
  }
  return kept;
}

function judgeCommand(name: string, args: readonly Token[], at: Position, unknown: () => void): void {
  const { script, depth } = at;
  const cmdlet = cmdletOf(name.replace(/^.*\\(?=[\w-]+$)/, "").replace(/\.exe$/i, /\.exe$/i.test(name) ? ".exe" : ""));
  if (cmdlet === "foreach-object" || cmdlet === "where-object" || cmdlet === "measure-command") {
    for (const token of args) if (token.kind === "block") judgeBlock(token.text, cmdlet, depth, script);
    return args.every((token) => token.kind !== "operator" && token.kind !== "group") ? undefined : unknown();
  }
  for (const token of args)
    if (token.kind === "group" && !token.hash) script.judge(token.text, depth + 1);
    else if (token.kind === "group" || token.kind === "block")
      for (const block of token.text.matchAll(/\{([^{}]*)\}|^([^{}]*)$/g))
        judgeBlock(block[1] ?? block[2] ?? "", "where-object", depth, script);
  const { named, plain } = parametersOf(args, script);
  if (cmdlet === "set-location" || cmdlet === "push-location") {
    const [path] = [
      ...named.filter(([parameter]) => /^-(?:literal)?path$/.test(parameter)).map(([, value]) => value),
      ...plain,
    ];
    script.outside ||= path === undefined || !path.known || !isInside(path.text, script.context, true);
    return;
  }
  if (looking.has(cmdlet)) {
    for (const value of [...plain, ...named.map(([, given]) => given)])
      if (isSecretName(value.text)) script.emit({ kind: "read", path: value.text, secret: true });
    if (/^(?:env:|\$env:)/i.test(plain[0]?.text ?? ""))
      script.emit({ kind: "read", path: "the environment", secret: "outbound" });
    return;
  }
  const parameters = changing.get(cmdlet);
  if (parameters !== undefined) return judgeChange(cmdlet, parameters, named, plain, at, unknown);
  if (cmdlet === "invoke-webrequest" || cmdlet === "invoke-restmethod")
    return judgeFetch(named, plain, script, unknown);
  if (cmdlet === "stop-process") {
    const numbers = [...plain, ...named.filter(([parameter]) => parameter === "-id").map(([, value]) => value)];
    const narrow = numbers.length > 0 && numbers.every((value) => value.known && /^\d{2,}$/.test(value.text));
    return script.emit({
      kind: "process-control",
      what: "Stop-Process",
      broad: !narrow || named.some(([parameter]) => parameter.startsWith("-n")),
    });
  }
  if (/^\.$|[\\/]/.test(name) || /\.ps1$/i.test(name)) {
    const path = name === "." ? plain[0] : { text: name, known: true };
    if (
      path?.known === true &&
      isInside(path.text, script.context) &&
      !script.outside &&
      !script.made.has(fileName(path.text))
    )
      return script.emit({ kind: "run-project-code", what: path.text });
    return unknown();
  }
  judgeProgram(
    name.replace(/\.exe$/i, ""),
    args.flatMap((token) => argumentOf(token, script)),
    script,
  );
}

/** A block that is run for each item. What arrives in `$_` is only read here, unless a command in it is told to change it. */
function judgeBlock(text: string, cmdlet: string, depth: number, script: Script): void {
  if (cmdlet !== "where-object") return script.judge(text, depth + 1);
  if (!/^[\s\w$.'"*\\/:,()![\]-]*$/.test(text) || /\.\w+\(|\b(?:iex|invoke|remove|set|start|stop|new|&)\b/i.test(text))
    script.emit({ kind: "unknown", what: `{${text}}` });
}

function judgeChange(
  cmdlet: string,
  parameters: ReadonlySet<string>,
  named: readonly (readonly [string, Value])[],
  plain: readonly Value[],
  at: Position,
  unknown: () => void,
): void {
  const { script } = at;
  const given = named
    .filter(([parameter]) => [...parameters].some((full) => isShortFor(parameter, full)))
    .map(([, value]) => value);
  // Of the words without a name, the content of Set-Content and the source of Copy-Item are no targets.
  const words =
    cmdlet === "copy-item" || cmdlet.endsWith("-archive")
      ? plain.slice(named.some(([parameter]) => isShortFor(parameter, "-path")) || plain.length === 1 ? 0 : 1)
      : /^(?:set|add)-content$|^(?:new-item|tee-object|out-file|export-csv)$/.test(cmdlet)
        ? plain.slice(0, given.length > 0 ? 0 : 1)
        : plain;
  const targets = [...given, ...words];
  if (named.some(([parameter]) => parameter.startsWith("-exc"))) return unknown();
  if (
    cmdlet === "new-item" &&
    named.some(([parameter, value]) => isShortFor(parameter, "-itemtype") && /link|junction/i.test(value.text))
  )
    return unknown();
  if (targets.length === 0 && at.before !== undefined && listsInside(at.before, script)) return;
  if (targets.length === 0 && cmdlet !== "compress-archive") return unknown();
  for (const target of targets) writes(target, script, cmdlet === "remove-item" ? "delete" : "write");
}

const isShortFor = (parameter: string, full: string): boolean => parameter.length >= 2 && full.startsWith(parameter);

function writes(path: Value, script: Script, kind: "write" | "delete"): void {
  const barrier =
    path.known && !script.outside && isInside(path.text, script.context)
      ? undefined
      : { rule: "write.outside", reason: `${path.text} is not a plain path inside the workspace` };
  script.emit(
    kind === "delete" ? { kind, path: path.text, recursive: true, barrier } : { kind, path: path.text, barrier },
  );
}

function judgeFetch(
  named: readonly (readonly [string, Value])[],
  plain: readonly Value[],
  script: Script,
  unknown: () => void,
): void {
  const of = (...names: string[]): Value | undefined =>
    named.find(([parameter]) => names.some((full) => isShortFor(parameter, full) && parameter.length > 2))?.[1];
  const address = of("-uri") ?? plain[0];
  if (address?.known !== true || named.some(([parameter]) => /^-(?:proxy|cert|custommethod)/.test(parameter)))
    return unknown();
  const method = of("-method")?.text ?? "GET";
  const file = of("-outfile");
  if (file !== undefined) {
    writes(file, script, "write");
    script.made.add(fileName(file.text));
  }
  const upload = !/^(?:GET|HEAD)$/i.test(method) || of("-body", "-infile", "-form") !== undefined;
  const url = /^[a-z]+:\/\//i.test(address.text) ? address.text : `http://${address.text}`;
  if (fetchable(url)?.rule === "web.scheme") return unknown();
  script.emit({ kind: "network", host: address.text, upload, metadata: isMetadata(url) });
}

const fileName = (path: string): string => path.replaceAll("\\", "/").split("/").at(-1)?.toLowerCase() ?? "";

/** Whether the element in front of the pipe lists files below a folder of the workspace. */
function listsInside(before: readonly Token[], script: Script): boolean {
  const [first, ...rest] = before;
  if (first?.kind !== "word" || cmdletOf(first.text) !== "get-childitem") return false;
  const { named, plain } = parametersOf(rest, script);
  const path = named.find(([parameter]) => /^-(?:literal)?pa/.test(parameter))?.[1] ?? plain[0];
  const filter = named.find(([parameter]) => /^-(?:fi|in)/.test(parameter))?.[1];
  const narrow = filter?.known === true && /[\w]{2}/.test(filter.text) && !/^\.git|^\.claude/i.test(filter.text);
  const inside = path === undefined ? narrow : path.known && isInside(path.text, script.context, narrow);
  return (
    inside && !script.outside && !rest.some((token) => token.kind === "word" && /^-(?:fo|hi|at)/i.test(token.text))
  );
}

/** Words with and without a parameter in front of them. */
function parametersOf(tokens: readonly Token[], script: Script): { named: [string, Value][]; plain: Value[] } {
  const named: [string, Value][] = [];
  const plain: Value[] = [];
  let waiting: string | undefined;
  let lastNamed = false;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "operator") {
      // A list goes on: what follows the comma belongs to the same parameter.
      const last = named.at(-1);
      if (
        token.text === "," &&
        tokens[index - 1] !== undefined &&
        waiting === undefined &&
        last !== undefined &&
        lastNamed
      )
        waiting = last[0];
      continue;
    }
    const value = token.kind === "word" ? filled(token, script) : { text: token.text, known: false };
    const parameter =
      token.kind === "word" && token.bare ? /^-[a-z]\w*/i.exec(token.text)?.[0].toLowerCase() : undefined;
    if (parameter !== undefined) {
      const attached = /^-\w+:(.+)$/.exec(token.text)?.[1];
      if (attached !== undefined) named.push([parameter, { text: attached, known: value.known }]);
      else if (switches.has(parameter)) named.push([parameter, { text: "", known: true }]);
      waiting = attached === undefined && !switches.has(parameter) ? parameter : undefined;
    } else if (waiting !== undefined) {
      named.push([waiting, value]);
      waiting = undefined;
      lastNamed = true;
      continue;
    } else plain.push(value);
    lastNamed = false;
  }
  return { named, plain };
}

function argumentOf(token: Token, script: Script): Value[] {
  if (token.kind === "operator") return token.text === "," ? [] : [{ text: token.text, known: false }];
  return [token.kind === "word" ? filled(token, script) : { text: token.text, known: false }];
}

/** Fills in the variables whose text follows from the line. */
function filled(token: Token & { kind: "word" }, script: Script): Value {
  if (token.known) return { text: token.text, known: true };
  const text = token.text.replaceAll(/\$\{?((?:env:)?\w+)\}?/gi, (whole, name: string) => {
    const lower = name.toLowerCase();
    return script.variables.get(lower) ?? (lower === "pwd" && !script.outside ? "." : whole);
  });
  return { text, known: !/\$/.test(text) };
}

const spelled = (tokens: readonly Token[]): string =>
  tokens
    .map((token) =>
      token.kind === "block" ? `{${token.text}}` : token.kind === "group" ? `(${token.text})` : token.text,
    )
    .join(" ")
    .slice(0, 160);
