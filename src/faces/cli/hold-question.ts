import { inert } from "../../base/text.ts";
import type { Hold, HoldAnswer } from "../../protocol/hold.ts";
import { holdPage, holdWindow } from "./hold-page.ts";

/** What the netrunner is asked about a held call: everything that matters for the decision, then the answers. */
export function holdQuestion(hold: Hold, now: number): string {
  return [
    ...holdPage(hold),
    `a  allow it once`,
    `p  allow this pattern for this construct: ${inert(hold.pattern)}`,
    `d  deny it; "d WORDS" tells the model why`,
    `k  kill the construct`,
    ...(hold.deadline === null ? [] : [holdWindow(hold, now)]),
  ].join("\n");
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
