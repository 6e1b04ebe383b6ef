import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { messageOf } from "../../base/fault.ts";
import { isWithin } from "../../base/files.ts";
import { headAndTail, inert } from "../../base/text.ts";
import type { Judge } from "../gate/judge.ts";
import { realPath } from "../gate/real-path.ts";

/** The memory files of a workspace, in the order in which the agent itself would read them. */
const memoryFiles = ["CLAUDE.md", ".claude/CLAUDE.md", "CLAUDE.local.md"];

/** Files include others, and those again: so deep, so many, and so many bytes in all. */
const deepest = 5;
const mostFiles = 30;
const mostBytes = 48 * 1024;

/** The largest single file, bytes. */
const largest = 256 * 1024;

export interface ProjectMemory {
  text: string;
  /** What was not read, with the reason. */
  skipped: string[];
}

/**
 * What the workspace's own CLAUDE.md says, with the files that it includes by `@path`. Each is read only where the gate
 * would let a construct read it, and none from outside of the workspace. Nothing else of the project's settings counts.
 */
export function projectMemory(workspace: string, judge: Judge): ProjectMemory {
  const skipped: string[] = [];
  const seen = new Set<string>();
  const root = realPath(workspace);

  const read = (path: string, depth: number): string[] => {
    const real = realPath(path);
    if (seen.has(real)) return [];
    seen.add(real);
    const text = textOf(path, real, root, judge);
    if ("why" in text) {
      skipped.push(`${path}: ${text.why}`);
      return [];
    }
    const shown = [`Contents of ${path}:\n\n${text.text.trim()}`];
    for (const included of includesIn(text.text)) {
      if (included.startsWith("~/")) skipped.push(`${included}: it lies outside of the workspace`);
      const other = resolve(dirname(path), included);
      // Most words with an @ are no paths.
      if (!isFile(other)) continue;
      if (depth === deepest || seen.size >= mostFiles) skipped.push(`${other}: too many files include each other`);
      else shown.push(...read(other, depth + 1));
    }
    return shown;
  };

  const parts = memoryFiles.map((name) => join(workspace, name)).flatMap((path) => (isFile(path) ? read(path, 0) : []));
  return { text: headAndTail(inert(parts.join("\n\n")), mostBytes).text, skipped };
}

function textOf(path: string, real: string, root: string, judge: Judge): { text: string } | { why: string } {
  try {
    if (!isWithin(real, root)) return { why: "it lies outside of the workspace" };
    const { decision, reason } = judge({ id: "memory", tool: "Read", input: { file_path: path } });
    if (decision !== "allow") return { why: reason };
    if (statSync(real).size > largest) return { why: `it is larger than ${largest / 1024} KB` };
    return { text: readFileSync(real, "utf8") };
  } catch (error) {
    return { why: `it cannot be read: ${messageOf(error)}` };
  }
}

/** The words of a text that include another file, outside of code. */
function includesIn(text: string): string[] {
  const prose = text.replace(/^ {0,3}(```|~~~)[\s\S]*?^ {0,3}\1/gm, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/(?:^|\s)@((?:[^\s\\]|\\ )+)/g)].map((match) => (match[1] ?? "").replaceAll("\\ ", " "));
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    // What may not be looked at may not be read either.
    return false;
  }
}
