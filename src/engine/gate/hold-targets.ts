import { resolve } from "node:path";
import { isWithin } from "../../base/files.ts";
import { oneLine } from "../../base/text.ts";
import { subjectOf, type Effect } from "../../policy/brake/effect.ts";
import { realPath } from "./real-path.ts";

/** So many targets does a netrunner look at; a call with more is one to look at in another way. */
const mostShown = 20;
const longestLine = 300;

/**
 * What a held call is about, a line for each effect: where paths lead in the end, and what is remarkable about them.
 * What is remarkable stands first, so that nothing harmless can push it out.
 */
export function holdTargets(effects: readonly Effect[], workspace: string): string[] {
  const lines = new Map<string, boolean>();
  for (const effect of effects) {
    const { text, isRemarkable } = lineOf(effect, workspace);
    lines.set(oneLine(text, longestLine), isRemarkable);
  }
  const sorted = [...lines].sort(([, one], [, other]) => Number(other) - Number(one)).map(([line]) => line);
  const more = sorted.length - mostShown;
  return more > 0 ? [...sorted.slice(0, mostShown), `and ${more} more`] : sorted;
}

function lineOf(effect: Effect, workspace: string): { text: string; isRemarkable: boolean } {
  const remarks = Object.entries(effect).flatMap(([name, value]) => (value === true ? [words[name] ?? name] : []));
  if (!("path" in effect)) {
    const isHarmless = quiet.has(effect.kind) && remarks.length === 0;
    return { text: `${effect.kind}: ${subjectOf(effect)}${inBrackets(remarks)}`, isRemarkable: !isHarmless };
  }
  const place = placeOf(effect.path, workspace);
  if (place.remark !== "") remarks.unshift(place.remark);
  return { text: `${effect.kind} ${place.path}${inBrackets(remarks)}`, isRemarkable: remarks.length > 0 };
}

/** A path as it would be found on disk; one that only the shell knows is shown as it stands. */
function placeOf(path: string, workspace: string): { path: string; remark: string } {
  if (/[$`*?[{]|^~/.test(path)) return { path, remark: "known only when it runs" };
  const asked = resolve(workspace, path);
  try {
    const real = realPath(asked);
    const isInside = isWithin(real, realPath(workspace));
    const shown = real === asked ? asked : `${asked} → ${real}`;
    return { path: shown, remark: isInside ? "" : "outside the workspace" };
  } catch {
    return { path: asked, remark: "cannot be looked at" };
  }
}

const words: Record<string, string> = {
  recursive: "with all that is in it",
  secret: "holds secrets",
  foreign: "code from elsewhere",
  upload: "sends data",
  metadata: "the machine's own credentials service",
  broad: "many processes",
};

const quiet: ReadonlySet<Effect["kind"]> = new Set(["look-remote", "run-project-code", "change-repository"]);

const inBrackets = (remarks: string[]): string => (remarks.length === 0 ? "" : ` (${remarks.join(", ")})`);
