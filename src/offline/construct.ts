import { heading } from "../protocol/briefing.ts";
import { messageOf } from "../base/fault.ts";
import { replay, type CallOutput, type Program } from "./program.ts";
import { reply, say, type Reply } from "./reply.ts";
import type { ModelMessage, ModelRequest } from "./request.ts";
import { readJob } from "./job.ts";
import { work, type Place } from "./worker.ts";
import { capabilities, notDonePrefix } from "./wording.ts";

/** A construct's next reply: the tool calls that its task needs, or its result. */
export function answerAsConstruct(request: ModelRequest): Reply {
  const texts = request.messages.flatMap((message, index) => (isSaid(message) ? [{ text: message.text, index }] : []));
  const last = texts.at(-1);
  if (last === undefined) return say(capabilities);
  const understood = texts.findLast(({ text }) => isTask(text) && readJob(taskIn(text)) !== undefined);
  // A message that is no task, such as "go on" after an interruption, starts the last task again.
  const task = last === understood || goOn.test(last.text) ? understood : undefined;
  if (task === undefined) return say(`${notDonePrefix}the message was not understood. ${capabilities}`);
  try {
    const since = request.messages.slice(last.index + 1);
    const program = workAll(taskIn(task.text), since, placeIn(request.firstUserText));
    const state = replay(program, turnsIn(since));
    if (state.done) return say(state.result);
    const missing = state.calls.find((planned) => !request.tools.includes(planned.tool));
    if (missing !== undefined) return say(`${notDonePrefix}the tool ${missing.tool} is not offered to this construct.`);
    return reply(...state.calls.map(({ tool, input }) => ({ type: "tool_use" as const, name: tool, input })));
  } catch (error) {
    return say(`${notDonePrefix}${messageOf(error)}`);
  }
}

/** The task, and after it what a person asked for meanwhile. */
function* workAll(task: string, since: ModelMessage[], place: Place): Program<string> {
  const results = [yield* work(task, place)];
  for (const { queued } of since) {
    if (queued === undefined || isDecks(queued)) continue;
    const understood = readJob(queued) !== undefined;
    results.push(understood ? yield* work(queued, place) : `A message was not understood. ${capabilities}`);
  }
  return results.join("\n\n");
}

const goOn = /\b(?:go on|carry on|continue|proceed|resume|interrupted|cut off|try again)\b/i;

/** What the deck says is none, unless it tells one once more. */
const isTask = (text: string): boolean => !isDecks(text) || text.includes(`\n${heading.task}\n`);

const isDecks = (text: string): boolean => text.includes(heading.fromDeck);

const isSaid = (message: ModelMessage): boolean => message.role === "user" && message.text.trim() !== "";

/** The task in a task message; any other message is a task as it stands. */
function taskIn(text: string): string {
  const start = text.indexOf(`\n${heading.task}\n`);
  const task = start === -1 ? text : text.slice(start + heading.task.length + 2);
  return (task.split(`\n\n${heading.earlier}`)[0]?.split(`\n\n${heading.fromDeck}`)[0] ?? "").trim();
}

function placeIn(text: string): Place {
  const after = (label: string): string | undefined =>
    text
      .split("\n")
      .find((line) => line.startsWith(`${label} `))
      ?.slice(label.length + 1);
  return { workspace: after(heading.workspace) ?? "/", runFolder: after(heading.runFolder) };
}

/** What the tools returned to each reply, in the order of the calls. */
function turnsIn(since: ModelMessage[]): CallOutput[][] {
  const results = new Map(since.flatMap((message) => message.results).map((result) => [result.id, result]));
  return since
    .filter((message) => message.role === "assistant" && message.calls.length > 0)
    .map((message) =>
      message.calls.map(({ id }) => results.get(id) ?? { text: "the call was cut off without a result", failed: true }),
    );
}
