import { unreachable } from "../../../base/fault.ts";
import { oneLine } from "../../../base/text.ts";
import type { RunView } from "../../../protocol/view.ts";
import { near } from "../../cli/near.ts";
import { clip } from "../../words/width.ts";
import { line, type Line } from "../draw/block.ts";
import type { Look } from "../draw/look.ts";
import { diffSum } from "./diff-look.ts";
import { headLines } from "./lines.ts";
import type { CallStep, Step } from "./step.ts";
import { toYou } from "../../words/to-you.ts";

/** Paths are told as they are seen from there. */
type Where = Pick<RunView, "folder" | "workspace">;

/**
 * The gist of a step in a few rows, for where there is no room for all of it.
 * @param isRoomy there is room for a few more
 */
export function shortLines(step: Step, run: Where, columns: number, isRoomy = false): Line[] {
  switch (step.kind) {
    case "task":
      return [];
    case "said":
      return under("▌", "busy", near(step.text, run), "plain", columns, isRoomy ? 8 : 3);
    case "thought":
      return under("▒", "faint", oneLine(step.text, 3 * columns), "faint", columns, isRoomy ? 2 : 1);
    case "told":
      return under("≫", "strong", `${step.from}: ${step.text}`, "plain", columns, 2);
    case "note":
      return [
        line(
          ["· ", "faint"],
          [`${step.word} `, step.style === "plain" ? "faint" : step.style],
          [clip(oneLine(step.text, 2 * columns), Math.max(0, columns - step.word.length - 3)), "faint"],
        ),
      ];
    case "outcome":
      return [
        line([`${step.word} `, step.style], [step.facts, "faint"]),
        ...under(" ", "plain", near(step.text, run), "plain", columns, isRoomy ? 12 : 4),
      ];
    case "call":
      return callLines(step, run, columns, isRoomy);
    default:
      return unreachable(step);
  }
}

function callLines(
  { tool, input, change, denied, held, result }: CallStep,
  run: Where,
  columns: number,
  isRoomy: boolean,
): Line[] {
  const room = Math.max(0, columns - tool.length - 3);
  const lines = [
    line([`▸ ${tool} `, "busy"], clip(oneLine(near(input, run), 2 * columns), room), [
      change?.kind === "diff" ? `  ${diffSum(change.text)}` : "",
      "faint",
    ]),
  ];
  if (held?.end === null) return lines;
  if (denied !== undefined)
    return [...lines, ...under("✗", "warning", `denied: ${toYou(denied.reason)}`, "plain", columns, 1)];
  if (result === undefined) return lines;
  const text = near(result.text.trim(), run);
  const look: Look = result.failed ? "bad" : "faint";
  const most = isRoomy ? 4 : 1;
  return text === "" ? lines : [...lines, ...under(result.failed ? "✗" : "◂", look, text, look, columns, most)];
}

function under(mark: string, markLook: Look, text: string, look: Look, columns: number, most: number): Line[] {
  return headLines(text, Math.max(4, columns - 2), most).map((one, index) =>
    line([index === 0 ? `${mark} ` : "  ", markLook], [one, look]),
  );
}
