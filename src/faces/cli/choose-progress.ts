import type { Clock } from "../../base/clock.ts";
import { liveProgress } from "./live/live-progress.ts";
import { painter, wantsColor } from "./paint.ts";
import { plainProgress, quietProgress } from "./plain-progress.ts";
import type { Progress } from "./progress.ts";
import type { World } from "./world.ts";
import { isScreen } from "./world.ts";

/** The progress that stderr can show: none beside JSON, a live block on a terminal, lines everywhere else. */
export function chooseProgress(
  world: World,
  { json, color }: { json: boolean; color: boolean },
  clock: Clock,
): Progress {
  if (json) return quietProgress(world.stderr);
  if (!isScreen(world, world.stderr)) return plainProgress(world.stderr);
  return liveProgress(world.stderr, painter(wantsColor(world, world.stderr, color)), clock);
}
