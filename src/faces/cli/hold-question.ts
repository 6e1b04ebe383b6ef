import { inert } from "../../base/text.ts";
import type { Hold, HoldAnswer } from "../../protocol/hold.ts";

/** What the netrunner is asked about a held call: everything that matters for the decision, then the answers. */
export function holdQuestion(hold: Hold, now: number): string {
  const window =
    hold.deadline === null
      ? ""
      : `Denied in ${Math.max(0, Math.round((hold.deadline - now) / 1000))} s without an answer.`;
  return [
    `${hold.construct} wants to use ${inert(hold.tool)}:`,
    ...inert(hold.input)
      .split("\n")
      .map((line) => `  ${line}`),
    `why it is held: ${inert(hold.reason)} (${hold.rule})`,
    `its task: ${inert(hold.task).split("\n")[0] ?? ""}`,
    `a  allow it once`,
    `p  allow this pattern for this construct: ${inert(hold.pattern)}`,
    `d  deny it; "d WORDS" tells the model why`,
    `k  kill the construct`,
    window,
  ]
    .filter((line) => line !== "")
    .join("\n");
}

/** What the netrunner typed, as an answer; undefined when it is none. */
export function readHoldAnswer(text: string): { answer: HoldAnswer; note?: string } | undefined {
  const [, word = "", note = ""] = /^(\S+)\s*([\s\S]*)$/.exec(text.trim()) ?? [];
  const answer = answers[word.toLowerCase()];
  if (answer === undefined || (note !== "" && answer !== "deny")) return undefined;
  return note === "" ? { answer } : { answer, note };
}

const answers: Record<string, HoldAnswer | undefined> = Object.assign(Object.create(null), {
  a: "allow",
  allow: "allow",
  p: "allow_pattern",
  pattern: "allow_pattern",
  d: "deny",
  deny: "deny",
  n: "deny",
  no: "deny",
  k: "kill",
  kill: "kill",
});
