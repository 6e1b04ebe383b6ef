import { oneLine } from "../../base/text.ts";
import type { ToolCall } from "../../protocol/verdict.ts";
import type { BrakeContext } from "./context.ts";
import { locate } from "../places/paths.ts";
import { subjectOf, type Effect } from "./effect.ts";
import { judge } from "./judge.ts";

/** Draws what a call would do: its effects with their resolved targets, the rule, and what would be allowed instead. */
export function explain(call: ToolCall, place: BrakeContext): string {
  const judgement = judge(call, place);
  const { alternative } = judgement;
  const seen = [...new Set(judgement.effects.map((effect) => lineOf(effect, place)))];
  const lines = seen.length === 0 ? ["no effect: it only shows or calculates"] : seen;
  return [
    `${call.tool}: ${judgement.verdict} (${judgement.rule}, tier ${place.tier})`,
    ...lines.map((line, index) => `${index === lines.length - 1 ? "└─" : "├─"} ${line}`),
    // The reason that a model gets ends with the alternative, which stands in a line of its own here.
    alternative === undefined
      ? judgement.reason
      : judgement.reason.replace(alternative, "").replace(/ {2,}/g, " ").trim(),
    ...(alternative === undefined ? [] : [`Instead: ${alternative}`]),
  ].join("\n");
}

function lineOf(effect: Effect, place: BrakeContext): string {
  const marks = Object.entries(effect).flatMap(([name, value]) => (value === true ? [name] : []));
  const barrier = "barrier" in effect && effect.barrier !== undefined ? ` ✗ ${effect.barrier.rule}` : "";
  const real = "path" in effect && !isOpen.test(effect.path) ? ` → ${locate(effect.path, place.cwd, place).real}` : "";
  return oneLine(
    `${effect.kind}${marks.length > 0 ? ` (${marks.join(", ")})` : ""}: ${subjectOf(effect)}${real}${barrier}`,
    240,
  );
}

/** Of a path with variables or wildcards in it, as they were written or as the brake's own marks, nobody knows one real one. */
export const isOpen = /[$*?`\u{E000}-\u{E00F}]/u;
