import type { DeckEvent, EventType } from "../../protocol/event.ts";
import type { Question, QuestionKind } from "../../protocol/question.ts";
import { foldRunEvents } from "../../protocol/snapshot.ts";
import type { RunView } from "../../protocol/view.ts";
import type { RunLog, WantedEvents } from "../../store/search/run-log.ts";
import type { SearchKind } from "../../store/search/full-text.ts";
import { selectRecord, type Candidates, type Selection } from "./selection.ts";

/** A run as its log has it: the view, and the events that it was made of. */
export interface Outline {
  view: RunView;
  events: DeckEvent[];
}

/** Reads how a run stands; undefined when there is no such run. */
export async function outlineOf(log: RunLog): Promise<Outline | undefined> {
  const events = await log.outline();
  const view = foldRunEvents(events);
  return view && { view, events };
}

/** Chooses what of a log belongs into the answer to a question. */
export async function gather(
  log: RunLog,
  { view, events: outline }: Outline,
  question: Question,
  now: number,
): Promise<{ selection: Selection; search: SearchKind }> {
  const about = question.constructs.filter((id) => Object.hasOwn(view.constructs, id)).slice(0, mostAbout);
  const { kind: search, events: hits } = await log.search(question.terms, mostHits);
  const named = about.length === 0 ? [undefined] : about;
  const candidates: Candidates = {
    own: about.flatMap((id) => log.newest(mostOwn, { about: id }).toReversed()),
    hits,
    kinds: newestFirst(question.kinds.flatMap((kind) => named.flatMap((id) => ofKind(log, kind, id)))),
    last: log.newest(mostLast).toReversed(),
  };
  const selection = selectRecord({ view, outline, about, now, candidates, count: log.count });
  return { selection, search };
}

const mostAbout = 4;
const mostHits = 300;
const mostOwn = 200;
const mostLast = 60;
const mostOfKind = 60;

function ofKind(log: RunLog, kind: QuestionKind, about: string | undefined): DeckEvent[] {
  const whose = about === undefined ? {} : { about };
  return belonging[kind].flatMap((wanted) => log.newest(mostOfKind, { ...wanted, ...whose }));
}

const newestFirst = (events: readonly DeckEvent[]): DeckEvent[] => events.toSorted((a, b) => b.seq - a.seq);

const types = (...some: EventType[]): WantedEvents => ({ types: some });

/** What belongs to each kind of question, whatever its words are. */
const belonging: Record<QuestionKind, readonly WantedEvents[]> = {
  failure: [
    types("construct.ended", "construct.ending", "construct.stalled", "construct.retrying", "construct.unread"),
    types("daemon.error", "daemon.raw", "daemon.action_rejected", "spawn.refused", "canary.failed", "deck.warned"),
    types("tripwire.fired", "attention.raised", "run.paused", "run.closed", "run.ejected", "gate.bypassed"),
    { ...types("construct.tool_returned"), field: '"failed":true' },
    { ...types("gate.judged"), field: '"decision":"deny"' },
  ],
  now: [types("daemon.turn_started", "daemon.chat", "daemon.status", "hold.opened", "hold.closed", "construct.paused")],
  cost: [types("bound.reached", "bound.raised", "settings.changed", "run.paused", "run.closed", "construct.ended")],
  denied: [
    { ...types("gate.judged"), field: '"decision":"deny"' },
    types("hold.opened", "hold.closed", "tripwire.fired", "plugin.refused", "spawn.refused", "gate.bypassed"),
    types("policy.loaded", "policy.refused", "blacklist.added", "blacklist.removed", "blacklist.allowed"),
  ],
  files: [
    types("construct.ended", "construct.surfaced"),
    { ...types("construct.tool_called"), field: '"tool":"Write"' },
    { ...types("construct.tool_called"), field: '"tool":"Edit"' },
  ],
};
