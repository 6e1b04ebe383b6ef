import type { Argument } from "../../shell/argument.ts";
import { changeFolder } from "../../shell/change-folder.ts";
import type { Scene } from "../context.ts";
import { unknownFolder, type Flow } from "./flow.ts";

/**
 * Where `cd`, `pushd` and `popd` lead; undefined for other commands.
 * @param before every folder in which the line has been so far: `cd -` and `popd` go back to one of them
 */
export function moved(
  name: string,
  args: readonly Argument[],
  scene: Scene,
  before: ReadonlySet<string>,
): Flow | undefined {
  if (name !== "cd" && name !== "pushd" && name !== "popd") return undefined;
  const first = args.find((arg) => arg.text !== "--");
  if (name === "popd" || first?.text === "-" || (name === "pushd" && first === undefined))
    return { ok: [...new Set([...before, ...scene.folders])], failed: scene.folders };
  if (first?.text === "$(git rev-parse --show-toplevel)")
    return { ok: [scene.context.workspace], failed: scene.folders };
  const found = changeFolder(args, scene);
  return { ok: "rule" in found ? [unknownFolder] : found.folders, failed: scene.folders };
}
