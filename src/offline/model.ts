import { answerAsAuthor, isAuthor } from "./author.ts";
import type { Answerer } from "./reply.ts";
import { say } from "./reply.ts";
import { answerAsConstruct } from "./construct.ts";
import { isGoalMessage } from "./conversation.ts";
import { answerAsDaemon } from "./planner.ts";
import { answerAsWatchdog, isWatchdog } from "./watchdog.ts";
import { capabilities } from "./wording.ts";

/**
 * The scripted model that ships with the deck: a planner for the daemon, a worker for constructs, an author of tripwires,
 * a watchdog. It keeps no state:
 * each reply is made from the request alone. Whoever else asks without tools is told what it is.
 */
export function offlineModel(): Answerer {
  return (request) => {
    if (request.canWork) return answerAsConstruct(request);
    if (isAuthor(request)) return answerAsAuthor(request);
    if (isWatchdog(request)) return answerAsWatchdog(request);
    if (isGoalMessage(request.firstUserText)) return answerAsDaemon(request);
    return say(capabilities);
  };
}
