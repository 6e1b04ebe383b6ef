import { knownArgument } from "../../shell/argument.ts";
import type { Run } from "../run.ts";

/**
 * Judges the commands that code starts with everything written out, as `execSync("git status")` and
 * `run(["git", "status"])` do. Returns the code without them: what is left may start something that cannot be seen.
 */
export function judgeStarted(code: string, run: Run): string {
  const found: (() => void)[] = [];
  const rest = code
    .replaceAll(started, (whole: string, text?: string, list?: string, name?: string, args?: string) => {
      // What Python executes is code of its own.
      if (run.name.startsWith("py") && /^exec\s*\(/.test(whole)) return whole;
      const line = text === undefined ? undefined : literal(text);
      const words = list === undefined ? undefined : literals(list);
      const named = name === undefined ? undefined : [literal(name), ...(args === undefined ? [] : literals(args))];
      if (line !== undefined && !/[$%{]/.test(line)) found.push(() => run.script(line));
      else if (words !== undefined || named !== undefined) {
        const [first = "", ...others] = words ?? named ?? [];
        found.push(() => run.command(knownArgument(first), others.map(knownArgument)));
      } else return whole;
      return "0(";
    })
    .replaceAll(imports, " ");
  // A module under another name, or handed on, may start anything: then nothing counts as seen.
  if (
    /\b(?:child_process|subprocess|Popen|exec\w*|spawn\w*|system|popen)\b/.test(withoutStrings(rest)) ||
    found.length === 0
  )
    return code;
  for (const judge of found) judge();
  return rest;
}

const quoted = String.raw`"(?:[^"\\\n]|\\["'\\])*"|'(?:[^'\\\n]|\\["'\\])*'`;
const listed = String.raw`\[\s*(?:(?:${quoted})\s*,?\s*)+\]`;

/** A call whose command is one text, one list, or a program and a list. */
const started = new RegExp(
  String.raw`\b(?:require\(["'](?:node:)?child_process["']\)\.|\w+\.)?(?:` +
    String.raw`(?:execSync|exec|system|popen|getoutput|shell_exec|passthru)\s*\(\s*(${quoted})(?=\s*[,)])` +
    String.raw`|(?:run|call|check_call|check_output|Popen)\s*\(\s*(${listed})(?=\s*[,)])` +
    String.raw`|(?:spawnSync|spawn|execFileSync|execFile)\s*\(\s*(${quoted})\s*(?:,\s*(${listed}))?(?=\s*[,)])` +
    String.raw`)`,
  "g",
);

const imports =
  /\bimport\s+(?:subprocess|os)\b|\bfrom\s+subprocess\s+import\s+[\w, ]+|\b(?:const|let|var)\s+\{[\w\s,]*\}\s*=\s*require\(["'](?:node:)?child_process["']\)|\bimport\s+\{[\w\s,]*\}\s+from\s+["'](?:node:)?child_process["']/g;

const literal = (text: string): string => text.slice(1, -1).replaceAll(/\\(.)/g, "$1");

const literals = (list: string): string[] => [...list.matchAll(new RegExp(quoted, "g"))].map(([text]) => literal(text));

const withoutStrings = (code: string): string => code.replaceAll(new RegExp(quoted, "g"), '""');
