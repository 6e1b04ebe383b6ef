import { dirname, resolve } from "node:path";
import type { Argument } from "./argument.ts";
import type { Scene } from "../brake/context.ts";
import { locate } from "../places/paths.ts";
import { refuse, type Refusal } from "../brake/refusal.ts";

/** Where a `cd` may lead. Leaving the workspace is allowed: later paths are resolved there, and judged there. */
export function changeFolder(args: readonly Argument[], scene: Scene): { folders: string[] } | Refusal {
  const operands = args.filter((arg, index) => !(index === 0 && /^-[LPe]+$/.test(arg.text)) && arg.text !== "--");
  const target = operands[0];
  if (target === undefined) return { folders: [scene.context.home] };
  if (operands.length > 1 || target.kind !== "known" || target.text.startsWith("-") || target.text === "")
    return refuse("shell.folder", `cd needs one folder that is written out, not ${target.text || "an empty name"}.`);
  return { folders: [...new Set(scene.folders.flatMap((folder) => destinations(target.text, folder, scene)))] };
}

/** The shell drops `..` with the step before it, the kernel follows links first: where they differ, both are kept. */
function destinations(text: string, folder: string, scene: Scene): string[] {
  const logical = resolve(folder, text);
  if (!text.split("/").includes("..")) return [logical];
  const physical = locate(text, folder, scene.context).real;
  return scene.context.realPath(logical) === physical || dirname(logical) === logical ? [logical] : [logical, physical];
}
