import type { DeckEvent, EventType } from "../../protocol/event.ts";
import type { Question, QuestionKind } from "../../protocol/question.ts";
import { foldRunEvents } from "../../protocol/snapshot.ts";
import type { RunView } from "../../protocol/view.ts";
import { breath, type SearchKind } from "../../store/search/full-text.ts";
import type { RunLog, WantedEvents } from "../../store/search/run-log.ts";
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
  // Each of these goes through the whole log once: others may do something in between.
  const own: DeckEvent[] = [];
  for (const id of about) {
    await breath();
    own.push(...log.newest(mostOwn, { about: id }).toReversed());
  }
  await breath();
  const candidates: Candidates = {
    own,
    hits,
    kinds: newestFirst(question.kinds.flatMap((kind) => ofKind(kind, { log, outline, about }))),
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

/** What is in the outline, which has all that is not said or done in passing, and what of the latter belongs to the kind. */
function ofKind(kind: QuestionKind, { log, outline, about }: Sources): DeckEvent[] {
  const { types, passing } = belonging[kind];
  const wanted = new Set<EventType>(types);
  const isMeant = (event: DeckEvent): boolean => about.length === 0 || about.some((id) => id === constructOf(event));
  const known = outline.filter((event) => wanted.has(event.type) && isMeant(event));
  const named = about.length === 0 ? [undefined] : about;
  const others = passing.flatMap((found) =>
    named.flatMap((id) => log.newest(mostOfKind, { ...found, ...(id === undefined ? {} : { about: id }) })),
  );
  return [...known.slice(-mostOfKind), ...others];
}

interface Sources {
  log: RunLog;
  outline: readonly DeckEvent[];
  about: readonly string[];
}

const constructOf = ({ body }: DeckEvent): unknown => ("construct" in body ? body.construct : undefined);

const newestFirst = (events: readonly DeckEvent[]): DeckEvent[] => events.toSorted((a, b) => b.seq - a.seq);

interface Belonging {
  types: readonly EventType[];
  passing: readonly WantedEvents[];
}

/** What belongs to each kind of question, whatever its words are. Of the verdicts, an outline has the denials. */
const belonging: Record<QuestionKind, Belonging> = {
  failure: {
    types: [
      "construct.ended",
      "construct.ending",
      "construct.stalled",
      "construct.unread",
      "daemon.error",
      "daemon.raw",
      "daemon.action_rejected",
      "spawn.refused",
      "canary.failed",
      "deck.warned",
      "tripwire.fired",
      "attention.raised",
      "run.paused",
      "run.closed",
      "run.ejected",
      "gate.bypassed",
      "gate.judged",
    ],
    passing: [{ types: ["construct.tool_returned"], field: '"failed":true' }],
  },
  now: {
    types: ["daemon.turn_started", "daemon.chat", "daemon.status", "hold.opened", "hold.closed", "construct.paused"],
    passing: [],
  },
  cost: {
    types: ["bound.reached", "bound.raised", "settings.changed", "run.paused", "run.closed", "construct.ended"],
    passing: [],
  },
  denied: {
    types: [
      "gate.judged",
      "hold.opened",
      "hold.closed",
      "tripwire.fired",
      "plugin.refused",
      "spawn.refused",
      "gate.bypassed",
      "policy.loaded",
      "policy.refused",
      "blacklist.added",
      "blacklist.removed",
      "blacklist.allowed",
    ],
    passing: [],
  },
  files: {
    types: ["construct.ended", "construct.surfaced"],
    passing: [
      { types: ["construct.tool_called"], field: '"tool":"Write"' },
      { types: ["construct.tool_called"], field: '"tool":"Edit"' },
    ],
  },
};
