import { parse, TomlError } from "smol-toml";
import type { z } from "zod";
import { messageOf } from "../../base/fault.ts";
import { nearest } from "../../base/nearest.ts";
import { oneLine } from "../../base/text.ts";
import { parseCommand } from "./commands.ts";
import { folderProblem } from "./folders.ts";
import { parseHost } from "./hosts.ts";
import { lineFinder } from "../../base/toml-lines.ts";
import { mergeRules, shippedRules } from "./merge.ts";
import type { ListedTool, ListVerdict, Policy, PolicyProblem } from "./policy.ts";
import { keysAt, policyFileSchema, type PolicyFile } from "./schema.ts";

/** What is in force without a policy file. */
export const shippedPolicy: Policy = {
  rules: shippedRules,
  commands: [],
  tools: [],
  hosts: [],
  writable: [],
  protected: [],
};

/** Reads the text of a policy file. One problem is enough for all of it to be refused. */
export function parsePolicy(
  text: string,
): { ok: true; policy: Policy; file: PolicyFile } | { ok: false; problems: PolicyProblem[] } {
  let data: unknown;
  try {
    data = parse(text, { unsafeKeyBehaviour: "throw", maxDepth: 20 });
  } catch (error) {
    return { ok: false, problems: [syntaxProblem(error)] };
  }
  const lineOf = lineFinder(text);
  const file = policyFileSchema.safeParse(data);
  if (!file.success)
    return { ok: false, problems: byLine(file.error.issues.flatMap((one) => told(one, data, lineOf))) };
  const { policy, problems } = policyOf(file.data, lineOf);
  return problems.length === 0 ? { ok: true, policy, file: file.data } : { ok: false, problems: byLine(problems) };
}

type LineOf = ReturnType<typeof lineFinder>;

function policyOf(file: PolicyFile, lineOf: LineOf): { policy: Policy; problems: PolicyProblem[] } {
  const placed = file.rule.map((entry, index) => ({ ...entry, line: lineOf(["rule", index]) }));
  const { rules, problems } = mergeRules(placed);

  /** The good items of a list; the bad ones are told. */
  function items<T extends object>(
    [table, list]: [table: "commands" | "tools" | "hosts", list: ListVerdict],
    texts: readonly string[],
    read: (text: string) => T | string,
  ): T[] {
    return texts.flatMap((text) => {
      const item = read(text);
      if (typeof item !== "string") return [item];
      problems.push(itemProblem(lineOf([table, list], text), text, item));
      return [];
    });
  }

  const verdicts = ["allow", "hold", "deny"] as const;
  const paths = (list: "writable" | "protected") =>
    file.folders[list].map((text) => {
      const line = lineOf(["folders", list], text);
      const why = folderProblem(text, list);
      if (why !== undefined) problems.push(itemProblem(line, text, why));
      return { text, line };
    });
  const policy: Policy = {
    rules,
    commands: verdicts.flatMap((verdict) =>
      items(["commands", verdict], file.commands[verdict], (text) => parseCommand(text, verdict)),
    ),
    tools: verdicts.flatMap((verdict) =>
      items(["tools", verdict], file.tools[verdict], (text) => parseTool(text, verdict)),
    ),
    hosts: (["allow", "deny"] as const).flatMap((verdict) =>
      items(["hosts", verdict], file.hosts[verdict], (text) => parseHost(text, verdict)),
    ),
    writable: paths("writable"),
    protected: paths("protected"),
  };
  return { policy, problems };
}

function parseTool(text: string, verdict: ListVerdict): ListedTool | string {
  const open = text.endsWith("*");
  const name = open ? text.slice(0, -1) : text;
  if (!/^[\w-]+$/.test(name)) return 'is no name of a tool; write it as "WebFetch" or "mcp__github__*"';
  if (verdict === "allow" && !/^mcp__\w/.test(name))
    return "cannot be allowed as a whole; only tools of other servers (mcp__…) can, the agent's own are judged by what they do";
  return { verdict, name, open };
}

const itemProblem = (line: number, text: string, why: string): PolicyProblem => {
  const [message = why, ...rest] = why.split("; ");
  return { line, message: `"${oneLine(text, 100)}" ${message}`, hint: rest.join("; ") || "take it out of the list" };
};

function syntaxProblem(error: unknown): PolicyProblem {
  const line = error instanceof TomlError ? error.line : 1;
  const reason =
    messageOf(error)
      .split("\n")[0]
      ?.replace(/^Invalid TOML document: /, "") ?? "";
  return {
    line,
    message: `this is not TOML: ${oneLine(reason, 200)}`,
    hint: "correct it; docs/policy.md has an example",
  };
}

/** A complaint of the schema in words. */
function told(issue: z.core.$ZodIssue, data: unknown, lineOf: LineOf): PolicyProblem[] {
  const where = nameOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(issue.path);
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      const guess = near === undefined ? "" : `; did you mean "${near}"?`;
      return {
        line: lineOf([...issue.path, key]),
        message: `there is no key "${oneLine(key, 60)}" in ${where}${guess}`,
        hint: `the keys are: ${known.join(", ")}`,
      };
    });
  }
  const value = valueAt(data, issue.path);
  const line = lineOf(issue.path, value);
  if (issue.code === "invalid_value") {
    const known = issue.values.map(String);
    const near = typeof value === "string" ? nearest(value, known) : undefined;
    const guess = near === undefined ? "" : `; did you mean "${near}"?`;
    const shown = value === undefined ? "is missing" : `cannot be ${oneLine(JSON.stringify(value) ?? "that", 80)}`;
    return [{ line, message: `${where} ${shown}${guess}`, hint: `it is one of: ${known.join(", ")}` }];
  }
  const missing = value === undefined && issue.code === "invalid_type";
  return [
    {
      line,
      message: missing ? `${where} is missing` : `${where}: ${issue.message}`,
      hint: "docs/policy.md says what each key takes",
    },
  ];
}

/** `rule[0].verdict` as a reader of the file knows it. */
function nameOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "the file";
  const [table, ...rest] = path.map(String);
  const key = rest.filter((step) => !/^\d+$/.test(step)).join(".");
  const header = table === "rule" ? "[[rule]]" : `[${table ?? ""}]`;
  return key === "" ? header : `"${key}" in ${header}`;
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let at = data;
  for (const step of path) at = typeof at === "object" && at !== null ? Reflect.get(at, step) : undefined;
  return at;
}

const byLine = (problems: readonly PolicyProblem[]): PolicyProblem[] =>
  problems.toSorted((one, other) => one.line - other.line);
