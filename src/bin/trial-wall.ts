import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { raiseWall, type RunWall } from "../engine/wall/wall.ts";
import type { RunSettings } from "../protocol/settings.ts";

/** A wall around the workspace as a run would have it, with everything that it writes in a folder for the trial. */
export async function trialWall(wish: RunSettings["sandbox"], workspace: string, scratch: string): Promise<RunWall> {
  const folder = join(scratch, "wall");
  const [runFolder, agentHome] = [join(folder, "run"), join(folder, "home")];
  for (const path of [runFolder, agentHome]) await mkdir(path, { recursive: true, mode: 0o700 });
  return raiseWall(wish, {
    run: "doctor",
    workspace,
    runFolder,
    deckHome: folder,
    agentHome,
    agentState: join(agentHome, ".claude"),
  });
}
