import type { Need, NeedReason } from "../model/need.ts";
import { bar } from "../draw/bar.ts";
import { line, type Line } from "../draw/block.ts";
import type { Look } from "../draw/look.ts";
import { dial } from "../../words/amounts.ts";
import type { Answers } from "./answers.ts";

/** A sign for each reason, one column wide. */
export const needGlyph: Record<NeedReason, string> = {
  hold: "!",
  bound: "$",
  account: "◐",
  gate: "✗",
  silent: "◌",
  forbidden: "■",
  daemon: "?",
};

/** Whom it is about. */
export function whoOf({ construct, reason }: Need): string {
  if (construct !== null) return construct;
  if (reason === "daemon" || reason === "forbidden") return "daemon";
  return reason === "bound" ? "run" : "deck";
}

/** What is left until it decides itself, or how long it waits already. */
export function timeOf({ deadline, since }: Need, now: number): [string, Look] {
  if (deadline !== null) return [dial(Math.ceil(leftOf(deadline, now) / 1000) * 1000), "act"];
  return since === null ? ["–", "faint"] : [dial(now - since), "faint"];
}

/** The two lines above the details: what it is, and how long it waits. */
export function needHead(need: Need, now: number, columns: number): Line[] {
  const look: Look = need.severity === "low" ? "warning" : "alarm";
  const title = line([`${needGlyph[need.reason]} ${whoOf(need)}: ${need.title}`, look]);
  if (need.deadline === null)
    return [
      title,
      line([need.since === null ? "it waits for you" : `it has waited for ${dial(now - need.since)}`, "faint"]),
    ];
  const left = leftOf(need.deadline, now);
  const window = need.deadline - (need.since ?? now);
  return [
    title,
    line(...bar(window <= 0 ? 0 : left / window, Math.min(40, columns - 32), "act_bar"), [
      ` ${Math.ceil(left / 1000)} s, then it is denied`,
      "act",
    ]),
  ];
}

/** The keys that answer it, and what each does. */
export function answerLine(answers: Answers, isSeen: boolean, hasConstruct: boolean): Line {
  const keys: [string, string | undefined][] = [
    ["x", answers.yes === undefined || isSeen ? answers.yes?.word : "see the rest of it"],
    ["X", answers.always?.word],
    ["v", answers.no?.word],
    ["V", answers.note?.word],
    ["k", hasConstruct && answers.no?.word !== "kill it" ? "kill" : undefined],
  ];
  const own = keys.filter((one): one is [string, string] => one[1] !== undefined);
  return line(
    ...own.flatMap(([key, word], index): (readonly [string, Look])[] => [
      [`${index === 0 ? "" : "   "}${key} `, "key"],
      [word, "plain"],
    ]),
  );
}

const leftOf = (deadline: number, now: number): number => Math.max(0, deadline - now);
