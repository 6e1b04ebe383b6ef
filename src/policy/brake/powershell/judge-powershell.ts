import type { BrakeContext } from "../context.ts";
import type { Effect } from "../effect.ts";
import { judgeElement } from "./element.ts";
import type { Script } from "./script.ts";
import { tokensOf, type Token } from "./tokens.ts";

/** Blocks within blocks are followed this far. */
const deepest = 12;

/** The most statements that are judged in one call. */
const mostStatements = 400;

/**
 * A PowerShell line by a conservative reading of its own: it is cut into statements and commands, each of which must be
 * known; computed command names, encoded text, .NET calls and methods that are not known to read are never allowed.
 */
export function effectsOfPowerShell(line: string, context: BrakeContext): Effect[] {
  const effects: Effect[] = [];
  const script: Script = {
    context,
    variables: new Map(),
    made: new Set(),
    outside: false,
    left: mostStatements,
    emit: (effect) => effects.push(effect),
    judge: (text, depth) => judge(text, depth, script),
  };
  judge(line, 0, script);
  return effects;
}

function judge(text: string, depth: number, script: Script): void {
  const tokens = tokensOf(text);
  if (tokens === undefined)
    return script.emit({ kind: "unknown", what: "quotes, brackets or escapes that cannot be read" });
  if (depth > deepest) return script.emit({ kind: "unknown", what: "blocks within blocks, too deep to follow" });
  for (const statement of cut(tokens, /^;$/)) judgeStatement(statement, depth, script);
}

function judgeStatement(tokens: readonly Token[], depth: number, script: Script): void {
  script.left -= 1;
  if (script.left === 0) script.emit({ kind: "unknown", what: "too many statements in one call" });
  if (script.left <= 0) return;
  const [first] = tokens;
  if (first === undefined) return;
  const word = first.kind === "word" && first.bare ? first.text.toLowerCase() : "";
  if (keywords.test(word)) return judgeParts(tokens, depth, script);
  if (/^(?:return|exit|throw|break|continue)$/.test(word)) {
    if (tokens.length > 1) judgeStatement(tokens.slice(1), depth, script);
    return;
  }
  if (
    /^(?:function|filter|class|param|begin|process|end|switch|using|data|trap|enum|workflow|configuration)$/.test(word)
  )
    return script.emit({ kind: "unknown", what: `${word}, a form that is not followed` });
  for (const chain of cut(tokens, /^(?:&&|\|\|)$/)) judgePipeline(chain, depth, script);
}

const keywords = /^(?:if|elseif|else|foreach|for|while|do|until|try|catch|finally)$/;

/** Conditions, loops and handlers: every block and every bracket in them is judged, in order. */
function judgeParts(tokens: readonly Token[], depth: number, script: Script): void {
  const [first] = tokens;
  // `foreach` as a command in a pipeline takes a block only; as a statement it has brackets in front of it.
  const kept = new Map(script.variables);
  for (const token of tokens) {
    if (token.kind === "block") script.judge(token.text, depth + 1);
    else if (token.kind === "group" && first?.kind === "word" && first.text.toLowerCase() === "foreach") {
      const over = /^\s*\$\w+\s+in\s+([^]+)$/i.exec(token.text);
      if (over === null) script.emit({ kind: "unknown", what: `foreach (${token.text})` });
      else script.judge(over[1] ?? "", depth + 1);
    } else if (token.kind === "group") script.judge(token.text, depth + 1);
    else if (token.kind === "word" && (keywords.test(token.text.toLowerCase()) || /^\[[\w.]+\]$/.test(token.text)))
      continue;
    else script.emit({ kind: "unknown", what: "a form that is not followed" });
  }
  for (const [name, value] of kept) if (script.variables.get(name) !== value) script.variables.delete(name);
}

function judgePipeline(tokens: readonly Token[], depth: number, script: Script): void {
  const [first, second] = tokens;
  // `$name = …`: what is on the right runs, and its text may be known.
  const assigned = first?.kind === "word" ? /^\$((?:env:|script:|global:)?\w+)$/i.exec(first.text)?.[1] : undefined;
  if (assigned !== undefined && second?.kind === "word" && /^[-+*/.]?=$/.test(second.text)) {
    const value = tokens.slice(2);
    const only = value.length === 1 ? value[0] : undefined;
    const name = assigned.toLowerCase();
    if (/^env:(?:path|psmodulepath|.*_options|.*_proxy|ld_.*|git_.*|comspec|pathext)$/.test(name))
      script.emit({ kind: "unknown", what: `$${assigned}, a setting that steers what programs run` });
    if (only?.kind === "word" && only.known && second.text === "=") script.variables.set(name, only.text);
    else script.variables.delete(name);
    if (only?.kind !== "word" || only.inner.length > 0 || !only.known) judgePipeline(value, depth, script);
    return;
  }
  const elements = cut(tokens, /^\|$/);
  for (const [index, element] of elements.entries())
    judgeElement(element, { before: index === 0 ? undefined : elements[index - 1], depth, script });
}

/** The parts between operators. */
function cut(tokens: readonly Token[], operator: RegExp): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens)
    if (token.kind === "operator" && operator.test(token.text)) parts.push([]);
    else parts.at(-1)?.push(token);
  return parts.filter((part) => part.length > 0);
}
