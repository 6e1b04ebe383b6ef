import { lstatSync, readFileSync, type BigIntStats } from "node:fs";
import { dirname } from "node:path";
import { Fault, messageOf } from "../../base/fault.ts";
import { count } from "../../base/units.ts";
import { parsePolicy } from "../../policy/policy-file/parse.ts";
import type { Policy, PolicyProblem } from "../../policy/policy-file/policy.ts";

/** The largest policy file that is read, bytes: it is read between a call and its verdict. */
const largest = 256 * 1024;

/** What a look at a policy file has found. */
export type PolicyReading =
  | { kind: "absent" }
  | { kind: "bad"; problem: PolicyProblem; more: number }
  | {
      kind: "good";
      policy: Policy;
      /** As it was read. */
      text: string;
      /** Names of the rules that the file changes or adds. */
      rules: string[];
      /** How many entries its lists have. */
      entries: number;
      /** What is worth a word although the file is in force. */
      warning: string | undefined;
    };

/** The facts by which a change of the file is noticed; undefined: there is no file. Throws where the disk says no. */
export const lookAt = (path: string): BigIntStats | undefined =>
  lstatSync(path, { bigint: true, throwIfNoEntry: false });

/** Reads and checks a policy file. Never throws: what keeps it from being read is a problem of the file. */
export function readPolicyFile(path: string): PolicyReading {
  try {
    const stats = lookAt(path);
    if (stats === undefined) return { kind: "absent" };
    const unfit = problemOf(stats);
    if (unfit !== undefined) return { kind: "bad", problem: { line: 0, ...unfit }, more: 0 };
    const text = readFileSync(path, "utf8");
    const parsed = parsePolicy(text);
    if (!parsed.ok) return badOf(parsed.problems);
    const { policy, file } = parsed;
    return {
      kind: "good",
      policy,
      text,
      rules: file.rule.map(({ tier, rule }) => `${tier}/${rule}`),
      entries: [file.commands, file.tools, file.hosts, file.folders].flatMap((table) => Object.values(table).flat())
        .length,
      warning: warningOf(path, stats),
    };
  } catch (error) {
    const hint = "make it a readable file of yours, or remove it";
    return { kind: "bad", problem: { line: 0, message: `it cannot be read: ${messageOf(error)}`, hint }, more: 0 };
  }
}

/** Several problems as one: the first is told, the others are counted. */
export function badOf(problems: readonly PolicyProblem[]): PolicyReading & { kind: "bad" } {
  const [problem = { line: 1, message: "it is wrong", hint: "docs/policy.md has an example" }] = problems;
  return { kind: "bad", problem, more: Math.max(0, problems.length - 1) };
}

/** The refusal of a policy file at a moment at which there is no earlier one to go by. */
export function policyFault(path: string, { problem, more }: PolicyReading & { kind: "bad" }): Fault {
  return new Fault("usage", "policy.invalid", whereAndWhat(path, problem, more), {
    hint: `${problem.hint}. Nothing runs under a policy that is not understood.`,
    facts: { path, line: problem.line },
  });
}

/** A problem in one line: the file, the line, what is wrong there. */
export function whereAndWhat(path: string, { line, message }: PolicyProblem, more: number): string {
  const others = more === 0 ? "" : ` (and ${count(more, "more problem")})`;
  return `${path}${line > 0 ? `, line ${line}` : ""}: ${message}${others}`;
}

function problemOf(stats: BigIntStats): Omit<PolicyProblem, "line"> | undefined {
  // A link may lead to a place that constructs can write to.
  if (stats.isSymbolicLink()) return { message: "it is a link", hint: "put the file itself in its place" };
  if (!stats.isFile()) return { message: "it is not a file", hint: "put a file in its place, or remove it" };
  if (stats.size > largest) return { message: "it is larger than 256 KB", hint: "keep the rules that you need" };
  return undefined;
}

function warningOf(path: string, stats: BigIntStats): string | undefined {
  if ((stats.mode & 0o022n) !== 0n)
    return `${path} can be changed by others than its owner. Close it with: chmod go-w ${path}`;
  const home = lookAt(dirname(path));
  return home === undefined || home.uid === stats.uid
    ? undefined
    : `${path} belongs to another user than the folder that it is in. Make it your own, or remove it.`;
}
