import { oneLine } from "../../../base/text.ts";
import type { Ejection } from "../../../protocol/ejection.ts";
import { clip, wrap } from "../../words/width.ts";
import { line, type Line } from "../draw/block.ts";

/** The processes that could not be ended, and what the netrunner can do about them; no line where there is none. */
export function survivorLines(survivors: Ejection["survivors"], columns: number): Line[] {
  if (survivors.length === 0) return [];
  const pids = survivors.map(({ pid }) => pid).join(" ");
  return [
    ...survivors.map(({ pid, command }) =>
      line([clip(`  still alive: ${pid} ${oneLine(command, columns)}`, columns), "bad"]),
    ),
    ...wrap(`Look at them, then end them yourself: kill -9 ${pids}`, columns).map((row) => line([row, "warning"])),
  ];
}
