import type { Answerer, Reply } from "../src/offline/reply.ts";
import { block, call, say, slow } from "../src/offline/reply.ts";
import { scripted, type Step } from "../src/offline/script.ts";

/** The model time of every reply, milliseconds. */
export const modelMs = 300;

/** Ten tasks that are told apart by their number. */
export const tenTasks = Array.from(
  { length: 10 },
  (_, index) => `Task number ${index}: read the file "notes/${index}.md" and say what it is about in one sentence.`,
);

/** The workspace in which the tasks make sense. */
export const tenFiles = Object.fromEntries(
  tenTasks.map((_, index) => [`notes/${index}.md`, `Note ${index}\n\nA few words about the number ${index}.\n`]),
);

/** A model that plans the ten tasks, lets each construct do `steps`, and is done when all have ended. */
export function tenScript(steps: (index: number) => Step[], latencyMs = modelMs): Answerer {
  const late = (reply: Reply): Reply => (latencyMs === 0 ? reply : slow(latencyMs, reply));
  return scripted({
    daemon: [late(block({ actions: tenTasks.map((task) => ({ type: "spawn" as const, task })), status: "waiting" }))],
    afterwards: (request) =>
      late(
        request.lastUserText.includes("Nothing else is in flight")
          ? block({ status: "done", chat: "All ten notes are summed up." })
          : block({ status: "waiting" }),
      ),
    constructs: tenTasks.map((task, index) => ({ task, steps: steps(index).map((step) => lateStep(step, late)) })),
  });
}

/** One reply: the answer itself. */
export const answerAlone = (index: number): Step[] => [say(`It is about the number ${index}.`)];

/** Two replies: a file is read, then the answer is given. */
export const readThenAnswer = (index: number): Step[] => [
  (request) => call("Read", { file_path: `${workspaceOf(request.firstUserText)}/notes/${index}.md` }),
  ...answerAlone(index),
];

/** The workspace that a construct's first message names. */
export const workspaceOf = (message: string): string => /^WORKSPACE: (.*)$/m.exec(message)?.[1] ?? "";

function lateStep(step: Step, late: (reply: Reply) => Reply): Step {
  return typeof step === "function" ? async (request) => late(await step(request)) : late(step);
}
