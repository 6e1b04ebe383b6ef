import { oneLine } from "../../base/text.ts";
import type { Place } from "../../protocol/crash.ts";

/**
 * Where it died, by its stack: the first frame that is not Node's own.
 * @param root the folder of Cyberdeck's package
 */
export function placeOf(stack: string, root: string): Place {
  const frames = stack.split("\n").flatMap((line) => frameIn(line) ?? []);
  const first = frames.find(({ file }) => !file.startsWith("node:"));
  if (first === undefined) {
    const [top] = frames;
    return top === undefined
      ? { kind: "unknown", where: "the stack says nothing", what: null }
      : { kind: "system", where: top.at, what: top.what };
  }
  const dependency = packageOf(first.file);
  if (dependency !== undefined) return { kind: "dependency", where: dependency, what: first.what };
  const isOwn = first.file.startsWith(`${root}/`);
  return {
    kind: isOwn ? "own" : "unknown",
    where: isOwn ? first.at.slice(root.length + 1) : first.at,
    what: first.what,
  };
}

interface Frame {
  file: string;
  /** File, line and column. */
  at: string;
  what: string | null;
}

/** `at what (file:1:2)`, `at file:1:2`, `at async what (file:///…:1:2)`. */
function frameIn(line: string): Frame | undefined {
  const [, named, place] = /^\s+at (?:async )?(?:(.{1,300}?) \()?([^()\s][^()]{0,1000}:\d+:\d+)\)?$/.exec(line) ?? [];
  if (place === undefined) return undefined;
  const at = oneLine(place.replace(/^file:\/\//, ""), 400);
  return { file: at.replace(/:\d+:\d+$/, ""), at, what: named === undefined ? null : oneLine(named, 120) };
}

/** The innermost package: what a package brings along is not its own fault. */
const packageOf = (file: string): string | undefined => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
