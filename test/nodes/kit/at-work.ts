import { call, say, type Answerer } from "../../../src/offline/reply.ts";
import type { TestDeck } from "../../kit/deck.ts";
import { bearersOf, eventually, of } from "../../kit/deck.ts";

/** Its agent was ended, and it is told so. One that was killed at once may remember nothing, so this may be all that it knows. */
export const isToGoOn = (lastUserText: string): boolean => lastUserText.includes("You go on now");

/** Works until it is ended from outside, and then tells what it was told. */
export const atWork: Answerer = ({ lastUserText }) =>
  isToGoOn(lastUserText) ? say("Went on.") : call("Bash", { command: "echo once >> begun; setsid sleep 301 & wait" });

/** What two of them come to that were lost once and went on. */
export const bothWentOn = [
  ["done", "Went on."],
  ["done", "Went on."],
];

/** Starts two constructs that answer by `atWork`, and waits until each has children. Gives their ids. */
export async function startTwoAtWork(
  kit: Pick<TestDeck, "startTasks" | "eventsUntil">,
): Promise<{ afterSeq: number; constructs: string[] }> {
  const { afterSeq } = await kit.startTasks(["Work.", "Work too."]);
  let calls = 0;
  const before = await kit.eventsUntil(afterSeq, ({ type }) => type === "gate.judged" && (calls += 1) === 2);
  const constructs = of(before, "construct.queued").map(({ body }) => body.construct);
  for (const id of constructs) await eventually(() => childrenOf([id]).length > 0, `${id} has children`);
  return { afterSeq, constructs };
}

/** What constructs that answer by `atWork` have left running, a line each. */
export const childrenOf = (constructs: readonly string[]): string[] =>
  constructs.flatMap((id) => bearersOf(id)).filter((line) => line.includes("sleep 301"));
