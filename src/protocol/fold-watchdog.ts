import type { DeckEvent } from "./event.ts";
import type { AskView } from "./watchdog.ts";

/** So many of its latest questions does the view of a run keep. */
const remembered = 20;

/** Folds one event into the questions of a run or of a home, in place, oldest first. */
export function foldAsk(asks: AskView[], event: DeckEvent, most = remembered): void {
  if (event.type === "watchdog.asked") {
    const { ask, question, about, caliber, by = null } = event.body;
    asks.push({
      ask,
      run: event.run,
      question,
      about,
      caliber,
      askedAt: event.at,
      by,
      state: "open",
      given: null,
      answer: "",
      citations: [],
      reason: "",
      costUsd: 0,
      durationMs: 0,
    });
    if (asks.length > most) asks.splice(0, asks.length - most);
    return;
  }
  if (!isOfAsk(event)) return;
  const found = asks.findLast(({ ask }) => ask === event.body.ask);
  if (found !== undefined) foldOne(found, event);
}

type AskEvent = DeckEvent & { type: `watchdog.${string}` };

const isOfAsk = (event: DeckEvent): event is AskEvent => event.type.startsWith("watchdog.");

function foldOne(ask: AskView, event: AskEvent): void {
  switch (event.type) {
    case "watchdog.started":
      ask.given = event.body.given;
      break;
    case "watchdog.answered": {
      const { answer, citations, cost_usd: costUsd, duration_ms: durationMs } = event.body;
      Object.assign(ask, { state: "answered", answer, citations, costUsd, durationMs });
      break;
    }
    case "watchdog.failed": {
      const { reason, cost_usd: costUsd } = event.body;
      Object.assign(ask, { state: "failed", reason, costUsd });
      break;
    }
    case "watchdog.cancelled":
      ask.state = "cancelled";
      break;
    default:
  }
}
