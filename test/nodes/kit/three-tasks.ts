import { block, type Answerer } from "../../../src/offline/reply.ts";
import { scripted, type Step } from "../../../src/offline/script.ts";
import { doneWhenIdle } from "../../kit/deck.ts";

/** What three constructs are to do, in the words of their daemon. */
export const threeTasks = ["First: do it.", "Second: do it.", "Third: do it."];

/** What is said in a goal whose daemon spawns a construct for each of the three tasks, each of which goes by its own steps. */
export const threeConstructs = (stepsOf: (index: number) => Step[]): Answerer =>
  scripted({
    daemon: [block({ actions: threeTasks.map((task) => ({ type: "spawn", task })), status: "waiting" })],
    afterwards: doneWhenIdle("All done."),
    constructs: threeTasks.map((task, index) => ({ task, steps: stepsOf(index) })),
  });
