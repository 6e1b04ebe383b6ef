import { block, call, say, type Answerer } from "../../src/offline/reply.ts";
import { propose, isAuthor } from "../../src/offline/author.ts";
import { isDaemon } from "../../src/offline/script.ts";
import type { ModelRequest } from "../../src/offline/request.ts";
import { daemonReply, newMemory, stepCommand, taskTold, type Scenario } from "./scenario.ts";

/** The model behind the real agent: does what the fast agent does, from the agent's own history of its session. */
export function modelOf(scenario: Scenario): Answerer {
  // Of the daemon in all lives of the run; it takes a message that it has had before as the fast one does.
  const memory = newMemory();
  return (request) => {
    if (isAuthor(request)) return propose([], request);
    if (isDaemon(request)) {
      const reply = daemonReply(scenario, memory, request.lastUserText);
      return reply === undefined ? say("I would rather talk.") : block(reply);
    }
    return workerReply(request);
  };
}

function workerReply(request: ModelRequest): ReturnType<typeof say> {
  const { messages } = request;
  const tasks = messages.map(({ role, text }) => (role === "user" ? taskTold(text) : undefined));
  const task = tasks.findLast((told) => told !== undefined);
  if (task === undefined) return say("Nothing to do.");
  // One that is told once more is remembered from the first time.
  const from = tasks.findIndex((told) => told?.name === task.name);
  const since = messages.slice(from + 1);
  // With the message itself may come what is left of a call that was cut off by it.
  const calls = new Set(since.flatMap((message) => message.calls.map(({ id }) => id)));
  const results = since.flatMap((message) => message.results);
  const done = results.filter((result) => calls.has(result.id) && isWhole(result)).length;
  if (done < task.steps) return call("Bash", { command: stepCommand(task.name, done + 1) });
  return task.waits ? call("Bash", { command: "sleep 1000 & wait" }) : say(`${task.name} is done`);
}

/** A result that its call has come to, if only by a denial; one that was cut off is made up by the agent. */
const isWhole = ({ text, failed }: { text: string; failed: boolean }): boolean =>
  !failed || text.includes("The netrunner has denied it");
