import type { Need } from "../model/need.ts";
import type { Hands } from "../page.ts";
import { answersTo, type Answers } from "./answers.ts";

/** What came under the finger less than so long ago is not answered, milliseconds: nobody has read it yet. */
const readingMs = 400;

/** Whether something has been on the screen for long enough to be meant. */
export const isFresh = (shownAt: number, now: number): boolean => now - shownAt < readingMs;

/** Gives an answer; says why not, where it makes no sense or comes too soon. */
export function giveAnswer(
  need: Need,
  which: keyof Answers,
  { hands, shownAt, now }: { hands: Hands; shownAt: number; now: number },
): boolean {
  const answer = answersTo(need)[which];
  if (answer === undefined) {
    hands.say(`${need.title}: ${noSuch[which]}${need.kind === "attention" ? `. ${need.item.next}` : ""}`, "warning");
    return false;
  }
  if (isFresh(shownAt, now)) {
    hands.say(`this came up only now (${need.title}): look at it, then press again`, "warning");
    return false;
  }
  answer.give(hands);
  return true;
}

const noSuch: Record<keyof Answers, string> = {
  yes: "there is no yes to this",
  no: "there is no no to this",
  note: "a note makes no sense here",
  always: "there is nothing to allow for good here",
};
