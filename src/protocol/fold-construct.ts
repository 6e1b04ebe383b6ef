import { oneLine } from "../base/text.ts";
import { troubleWords, type AccountTrouble } from "./account.ts";
import type { DeckEvent } from "./event.ts";
import { nothingSpent } from "./spent.ts";
import type { Suspended } from "./suspended.ts";
import { mostSurfaced, shortSurfaced } from "./surfaced.ts";
import type { ConstructView, RunView } from "./view.ts";

/** Folds what an event tells of a construct into the view, in place. */
export function foldConstruct(view: RunView, event: DeckEvent): void {
  if (event.type === "construct.queued") {
    const { construct: id, task, origin, parent, caliber, asked, after, profile, plugins, on } = event.body;
    view.constructs[id] = {
      id,
      task,
      origin,
      parent,
      caliber,
      ...(asked === undefined ? {} : { asked }),
      after,
      profile,
      plugins,
      ...(on === undefined ? {} : { on }),
      unplaced: null,
      state: "queued",
      activity: after.length === 0 ? "waiting for a slot" : `waiting for ${after.join(", ")}`,
      queuedAt: event.at,
      startedAt: null,
      endedAt: null,
      sessionId: null,
      place: null,
      turn: 0,
      isParked: false,
      ...nothingSpent,
      denials: 0,
      raised: {},
      suspended: null,
      told: [],
      surfaced: [],
      outcome: null,
    };
    return;
  }
  if (!("construct" in event.body) || event.body.construct === undefined) return;
  // The id may be a word of the model's: "constructor" must not find what every object has.
  if (!Object.hasOwn(view.constructs, event.body.construct)) return;
  const construct = view.constructs[event.body.construct];
  if (construct === undefined) return;
  if ("turn" in event.body && typeof event.body.turn === "number")
    construct.turn = Math.max(construct.turn, event.body.turn);
  foldOne(construct, event, view);
}

/** The most bytes of a note that a view keeps; the event has all that is on record. */
const viewedNoteBytes = 2048;

function foldOne(construct: ConstructView, event: DeckEvent, view: RunView): void {
  switch (event.type) {
    case "profile.replaced":
      construct.profile = event.body.by;
      break;
    case "construct.unplaced":
      construct.activity = `waiting for a place: ${oneLine(event.body.why, 240)}`;
      construct.unplaced = oneLine(event.body.why, 240);
      break;
    case "construct.suspended":
      Object.assign(construct, { state: "suspended", activity: goesOnText(event.body), suspended: event.body });
      Object.assign(construct, { isParked: false, told: event.body.unread });
      delete construct.unheard;
      break;
    case "construct.restarted":
      Object.assign(construct, { sessionId: null, activity: "begins its task once more" });
      break;
    case "construct.started":
      construct.suspended = null;
      // It may have been paused before its process was up.
      if (construct.state !== "paused") Object.assign(construct, { state: "starting", activity: "starting" });
      construct.startedAt = event.at;
      Object.assign(construct, { place: event.body.place, unplaced: null });
      delete construct.unheard;
      break;
    case "construct.ready":
      if (construct.state !== "paused") Object.assign(construct, { state: "running", activity: "reading its task" });
      construct.sessionId = event.body.session_id;
      break;
    case "construct.told":
      construct.told.push({ text: event.body.text, origin: event.body.origin });
      break;
    case "construct.read":
      construct.told = construct.told.slice(event.body.letters);
      break;
    case "construct.unread": {
      const { text, origin } = event.body;
      const index = construct.told.findIndex((letter) => letter.text === text && letter.origin === origin);
      if (index >= 0) construct.told = construct.told.toSpliced(index, 1);
      break;
    }
    case "construct.said":
      construct.activity = oneLine(event.body.text, 240);
      break;
    case "construct.thought":
      construct.activity = "thinking";
      break;
    case "construct.tool_called":
      construct.activity = `${event.body.tool} ${oneLine(event.body.input, 240)}`;
      break;
    case "construct.surfaced": {
      const { construct: _construct, turn: _turn, call: _call, ...item } = event.body;
      construct.surfaced = [...construct.surfaced, shortSurfaced(item, viewedNoteBytes)].slice(-mostSurfaced);
      break;
    }
    case "construct.retrying":
      construct.activity = `waiting for the provider: ${oneLine(event.body.reason, 60)}`;
      break;
    case "bound.raised":
      construct.raised[event.body.which] = event.body.to;
      break;
    case "gate.judged":
      if (event.body.decision === "deny") construct.denials += 1;
      break;
    case "hold.opened":
      if (construct.state === "paused") break;
      Object.assign(construct, {
        state: "held",
        activity: `HELD: ${event.body.tool} ${oneLine(event.body.input, 240)}`,
      });
      break;
    case "hold.closed":
      // Calls can wait beside each other.
      if (construct.state === "held" && !isHeld(construct, view))
        Object.assign(construct, { state: "running", activity: "goes on after a hold" });
      break;
    case "construct.paused":
      Object.assign(construct, { state: "paused", activity: `${event.body.how}: ${oneLine(event.body.why, 240)}` });
      break;
    case "construct.continued":
      if (construct.state === "paused")
        Object.assign(construct, { state: isHeld(construct, view) ? "held" : "running", activity: "goes on" });
      if (construct.isParked && construct.state === "running") construct.state = "parked";
      break;
    case "construct.parked":
      Object.assign(construct, { isParked: true, told: [] });
      if (construct.state !== "paused")
        Object.assign(construct, { state: "parked", activity: parkedText(event.body.kind, event.body.until) });
      break;
    case "construct.unparked":
      construct.isParked = false;
      if (construct.state === "parked") Object.assign(construct, { state: "running", activity: "goes on" });
      break;
    case "construct.ending":
      Object.assign(construct, { state: "ending", isParked: false, activity: `ending: ${event.body.cause}` });
      break;
    case "construct.ended": {
      const { outcome } = event.body;
      Object.assign(construct, { state: outcome.state, endedAt: event.at, outcome });
      Object.assign(construct, { costUsd: outcome.cost_usd, tokens: outcome.tokens });
      delete construct.unheard;
      construct.activity = oneLine(outcome.state === "done" ? outcome.result : outcome.cause, 100);
      break;
    }
    default:
  }
}

const goesOnText = ({ agent_died: isAgentDead }: Suspended): string =>
  isAgentDead ? "its agent was killed; goes on with another one" : "goes on when the run does";

function parkedText(kind: AccountTrouble, until: number | null): string {
  const when = until === null ? "" : `, until ${new Date(until).toISOString()}`;
  return `waits: ${troubleWords[kind]}${when}`;
}

const isHeld = ({ id }: ConstructView, view: RunView): boolean =>
  Object.values(view.holds).some((hold) => hold.construct === id);
