import { isAuthor, propose } from "./author.ts";
import type { Answerer, Reply } from "./reply.ts";
import { say } from "./reply.ts";
import { isWatchdog } from "./watchdog.ts";
import type { ModelRequest } from "./request.ts";

/** One reply, or a function that makes it from the request. */
export type Step = Reply | Answerer;

export interface Script {
  /** The daemon's turns, one request each, in order; shared by all daemon sessions, so that a respawned one goes on. */
  daemon?: Step[];
  /** The daemon's reply once its turns are used up; default: `otherwise`. */
  afterwards?: Step;
  /** The requests of the author of tripwires; for those that are not here: no rules. */
  author?: Step[];
  /** The requests of the watchdog, one a question. */
  watchdog?: Step[];
  /** Constructs by their first user message. The first match counts; each conversation gets the steps from the start. */
  constructs?: { task: string | RegExp; steps: Step[] }[];
  /** For whoever has no steps, or none left. Default: says that it is done. */
  otherwise?: Step;
}

/**
 * An answerer that replays steps. A request takes one step, also when the step is a fault: the agent's retry gets the
 * next one. Parallel constructs do not disturb each other.
 */
export function scripted(script: Script): Answerer {
  const taken = new Map<string, number>();
  const otherwise = script.otherwise ?? say("Done.");

  return (request) => {
    const steps = stepsFor(script, request);
    const key = roleOf(request) ?? `construct ${request.conversation}`;
    const position = taken.get(key) ?? 0;
    taken.set(key, position + 1);
    const step = steps[position] ?? lastStep(script, request) ?? otherwise;
    return typeof step === "function" ? step(request) : step;
  };
}

/** A request without tools to work with, whose system prompt speaks of a daemon. */
export const isDaemon = (request: ModelRequest): boolean => !request.canWork && /\bdaemon\b/i.test(request.system);

function roleOf(request: ModelRequest): "watchdog" | "daemon" | "author" | undefined {
  if (isWatchdog(request)) return "watchdog";
  if (isDaemon(request)) return "daemon";
  return isAuthor(request) ? "author" : undefined;
}

function lastStep(script: Script, request: ModelRequest): Step | undefined {
  if (isAuthor(request)) return propose([], request);
  return isDaemon(request) ? script.afterwards : undefined;
}

function stepsFor(script: Script, request: ModelRequest): Step[] {
  const role = roleOf(request);
  if (role !== undefined) return script[role] ?? [];
  const rule = script.constructs?.find(({ task }) =>
    typeof task === "string" ? request.firstUserText.includes(task) : request.firstUserText.search(task) !== -1,
  );
  return rule?.steps ?? [];
}
