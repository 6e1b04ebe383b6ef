import type { ParameterExpansionPart, Word } from "unbash";
import { anyFile, someName } from "../../shell/shape.ts";

/** The longest value and pattern that are cut; longer ones are unknown. */
const longest = 512;

/** What `${NAME…}` becomes for a known value; undefined where only the run will tell. */
export function operated({ operation }: ParameterExpansionPart, value: string | undefined): string | undefined {
  if (value === undefined || value === "" || operation === undefined) return undefined;
  if (operation.type === "Default") return /^:?[-=?]$/.test(operation.operator) ? value : undefined;
  if (operation.type === "Remove") return removed(value, operation.operator, operation.operand);
  if (operation.type === "Replace") {
    const [from, to] = [literal(operation.pattern), literal(operation.replacement)];
    if (from === undefined || from === "" || to === undefined || isMarked(value)) return undefined;
    return operation.operator === "//"
      ? value.replaceAll(from, () => to)
      : operation.operator === "/"
        ? value.replace(from, () => to)
        : undefined;
  }
  return undefined;
}

const isMarked = (value: string): boolean => value.includes(someName) || value.includes(anyFile);

const literal = (word: Word): string | undefined =>
  word.parts === undefined || word.parts.every((part) => part.type === "Literal" || part.type === "SingleQuoted")
    ? word.value
    : undefined;

/** The shell's removal of a prefix or suffix, shortest or longest, for patterns of text, `*` and `?`. */
function removed(value: string, operator: "#" | "##" | "%" | "%%", operand: Word): string | undefined {
  const pattern = patternOf(operand);
  if (pattern === undefined || value.length > longest) return undefined;
  const fromStart = operator.startsWith("#");
  const cuts = Array.from({ length: value.length + 1 }, (_, index) => index);
  const shortestFirst = fromStart === (operator.length === 1) ? cuts : cuts.toReversed();
  const cut = shortestFirst.find((at) => pattern.test(fromStart ? value.slice(0, at) : value.slice(at)));
  if (cut === undefined) return value;
  const rest = fromStart ? value.slice(cut) : value.slice(0, cut);
  // The unknown part of a name may be empty where it does not begin the name: only whole steps may go in front of it.
  if (fromStart && isMarked(value) && !value.slice(0, cut).endsWith("/")) return undefined;
  return rest;
}

function patternOf(operand: Word): RegExp | undefined {
  const parts = operand.parts ?? [{ type: "Literal" as const, value: operand.value }];
  let source = "";
  for (const part of parts)
    if (part.type === "Literal" || part.type === "SingleQuoted") source += part.value.replaceAll(/[^\w\s]/g, "\\$&");
    else if (part.type === "Glob" && part.kind === "star") source += "[^]*";
    else if (part.type === "Glob" && part.kind === "question") source += "[^]";
    else return undefined;
  return source.length > longest || (source.match(/\[\^\]\*/g) ?? []).length > 3
    ? undefined
    : new RegExp(`^${source}$`);
}
