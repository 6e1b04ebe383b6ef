import { inert, oneLine } from "../../base/text.ts";
import type { Hold } from "../../protocol/hold.ts";
import { diffSaysAll } from "../words/held.ts";
import { toYou } from "../words/to-you.ts";

/** A held call in full: what would run, what it would do, what an edit would change, why it is held, and for which task. */
export function holdPage(hold: Hold): string[] {
  const { diff } = hold;
  return [
    `${hold.construct} wants to use ${oneLine(hold.tool, 100)}:`,
    ...(diffSaysAll(hold) ? [] : indented(hold.input)),
    ...(diff === null ? [] : indented(diff)),
    ...hold.targets.map((target, index) => `${index === 0 ? "it would: " : "          "}${oneLine(target, 400)}`),
    `why it is held: ${oneLine(toYou(hold.reason), 1000)} (${oneLine(hold.rule, 100)})`,
    `its task: ${oneLine(hold.task, 200)}`,
  ];
}

/** How long the netrunner has to answer. */
export function holdWindow(hold: Hold, now: number): string {
  if (hold.deadline === null) return "It waits until you answer.";
  return `Denied in ${Math.max(0, Math.round((hold.deadline - now) / 1000))} s without an answer.`;
}

const indented = (text: string): string[] =>
  inert(text)
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}`);
