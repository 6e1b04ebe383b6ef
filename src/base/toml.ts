import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { messageOf } from "./fault.ts";
import { nearest } from "./nearest.ts";
import { oneLine } from "./text.ts";
import { lineFinder } from "./toml-lines.ts";

/** What is wrong in a TOML text. */
export interface TomlProblem {
  /** Counted from 1. */
  line: number;
  /** What is wrong there, and what would be right. */
  problem: string;
  /** The top-level table or key that it is in, and which of several; undefined: the whole text. */
  at: { key: string; index: number | undefined } | undefined;
}

export type TomlReading<T> =
  | { ok: true; value: T; lineOf: ReturnType<typeof lineFinder> }
  /** What could be read all the same, unchecked; undefined where the text is no TOML. */
  | { ok: false; problems: TomlProblem[]; data: unknown };

/** Reads a TOML text and holds it against a schema. Each problem names its line, its key and what is allowed. */
export function readToml<T>(text: string, schema: z.ZodType<T>): TomlReading<T> {
  let data: unknown;
  try {
    data = parse(text, { unsafeKeyBehaviour: "throw", maxDepth: 20 });
  } catch (error) {
    return { ok: false, problems: [syntaxProblem(error)], data: undefined };
  }
  const lineOf = lineFinder(text);
  const read = schema.safeParse(data);
  if (read.success) return { ok: true, value: read.data, lineOf };
  const problems = read.error.issues.flatMap((issue) => told(issue, data, schema, lineOf));
  return { ok: false, problems: problems.toSorted((one, other) => one.line - other.line), data };
}

function syntaxProblem(error: unknown): TomlProblem {
  const [first = ""] = messageOf(error).split("\n");
  const reason = oneLine(first.replace(/^Invalid TOML document: /, ""), 200);
  const [line, column] = error instanceof TomlError ? [error.line, `, column ${error.column}`] : [1, ""];
  return { line, problem: `this is not TOML${column}: ${reason}`, at: undefined };
}

function told(
  issue: z.core.$ZodIssue,
  data: unknown,
  schema: z.ZodType,
  lineOf: ReturnType<typeof lineFinder>,
): TomlProblem[] {
  const [key, index] = issue.path;
  const at = key === undefined ? undefined : { key: String(key), index: typeof index === "number" ? index : undefined };
  const name = nameOf(issue.path);
  const value = valueAt(data, issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((unknown) => {
      const meant = nearest(unknown, known);
      const guess = meant === undefined ? "" : `; did you mean "${meant}"?`;
      const problem = `there is no key "${oneLine(unknown, 60)}" in ${name}${guess} The keys are: ${known.join(", ")}`;
      return {
        line: lineOf([...issue.path, unknown]),
        problem: guess === "" ? problem.replace(" The", ". The") : problem,
        at,
      };
    });
  }
  return [{ line: lineOf(issue.path, value), problem: wordsOf(issue, name, value), at }];
}

function wordsOf(issue: z.core.$ZodIssue, name: string, value: unknown): string {
  if (issue.code === "invalid_value") {
    const known = issue.values.map(String);
    const shown = value === undefined ? "is missing" : `cannot be ${oneLine(JSON.stringify(value) ?? "that", 80)}`;
    return `${name} ${shown}; it is one of: ${known.join(", ")}`;
  }
  if (value === undefined && issue.code === "invalid_type") return `${name} is missing; it is: ${issue.expected}`;
  return `${name}: ${issue.message}`;
}

/** `tool[0].kind` as a reader of the file knows it. */
function nameOf(path: readonly PropertyKey[]): string {
  const [first, second, ...rest] = path.map(String);
  if (first === undefined) return "the file";
  if (second === undefined) return `"${first}"`;
  const steps = rest.filter((step) => !/^\d+$/.test(step)).join(".");
  if (!/^\d+$/.test(second))
    return `"${[second, ...rest.filter((step) => !/^\d+$/.test(step))].join(".")}" in [${first}]`;
  return steps === "" ? `"${first}"` : `"${steps}" in [[${first}]]`;
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let at = data;
  for (const step of path) at = typeof at === "object" && at !== null ? Reflect.get(at, step) : undefined;
  return at;
}

/** The keys of the part of a schema that a path leads to. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  let at = bare(schema);
  for (const step of path) {
    if (at instanceof z.ZodObject) at = bare(at.shape[String(step)]);
    else if (at instanceof z.ZodArray) at = bare(at.element);
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** A schema without what only says that its value may be left out. */
function bare(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let at = schema;
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodPrefault) at = at.unwrap();
  return at;
}
