import { count } from "../../../base/units.ts";
import type { Action } from "../../../protocol/action.ts";
import { showCaliber } from "../../../protocol/caliber.ts";
import type { DeckEvent, EventBody, EventType } from "../../../protocol/event.ts";
import type { Outcome } from "../../../protocol/outcome.ts";
import { money, moment, spell } from "../../words/amounts.ts";
import { constructWord, runWord } from "../../words/state-word.ts";
import { pad } from "../../words/width.ts";
import type { Look } from "../draw/look.ts";
import type { Entry, Paragraph } from "../draw/entries.ts";
import { toYou } from "../../words/to-you.ts";
import { causeWord } from "../../words/cause-word.ts";

/** What the conversation of netrunner and daemon is made of: what was said, what was done about it, what came of that. */
export const conversationTypes = [
  "goal.set",
  "goal.changed",
  "netrunner.said",
  "run.opened",
  "run.resumed",
  "run.waiting",
  "run.paused",
  "run.continued",
  "run.closed",
  "daemon.started",
  "daemon.turn_started",
  "daemon.thinking",
  "daemon.chat",
  "daemon.action",
  "daemon.action_rejected",
  "daemon.status",
  "daemon.error",
  "daemon.raw",
  "daemon.turn_ended",
  "daemon.ended",
  "spawn.refused",
  "construct.queued",
  "construct.ended",
] as const satisfies readonly EventType[];

const wanted: ReadonlySet<string> = new Set(conversationTypes);

export const isOfConversation = ({ type }: DeckEvent): boolean => wanted.has(type);

/** Columns beside the text of an entry: the time, and in a word what it is. */
export const conversationMargin = 17;

/** An event as an entry of the conversation; undefined where it is told by another one. */
export function conversationEntry(event: DeckEvent): Entry | undefined {
  const told = tell(event);
  return told === undefined ? undefined : entryOf(event, told);
}

/** What is shown of an event. `brief`: in a row, until it is unfolded. */
export interface Told {
  word: string;
  look: Look;
  text: string;
  textLook?: Look;
  brief?: string;
}

/** An entry with the time and a word beside its text. */
export function entryOf({ seq, at }: DeckEvent, { word, look, text, textLook = "plain", brief }: Told): Entry {
  const head = [
    { text: ` ${moment(at).slice(11)} `, look: "faint" as const },
    { text: pad(word, 9), look },
  ];
  if (brief === undefined) return { seq, head, paragraphs: [{ text, look: textLook }] };
  const mark = (sign: string): Pick<Paragraph, "indent" | "mark"> => ({
    indent: 2,
    mark: { text: sign, look: "faint" },
  });
  return {
    seq,
    head,
    paragraphs: [{ text, look: textLook, ...mark("▾") }],
    brief: [{ text: brief, look: textLook, isOneRow: true, ...mark("▸") }],
  };
}

/** The messages of the netrunner that no turn of the daemon has conveyed to it yet. */
export function unreadIn(events: readonly DeckEvent[]): number[] {
  const waiting = new Set<number>();
  for (const event of events) {
    if (event.type === "netrunner.said") waiting.add(event.seq);
    else if (event.type === "daemon.turn_started") for (const seq of event.body.inputs) waiting.delete(seq);
  }
  return [...waiting];
}

function tell(event: DeckEvent): Told | undefined {
  switch (event.type) {
    case "goal.set":
      return { word: "goal", look: "title", text: event.body.goal, textLook: "strong" };
    case "goal.changed":
      return {
        word: "new goal",
        look: "title",
        text: event.body.to,
        textLook: "strong",
      };
    case "netrunner.said":
      return { word: "you", look: "key", text: event.body.text, textLook: "strong" };
    case "run.opened":
      return event.body.kind === "goal" ? undefined : faint("run", "tasks without a daemon");
    case "run.resumed":
      return faint("run", "is open again");
    case "run.waiting":
      return { word: "waits", look: "warning", text: "for a word of yours", textLook: "warning" };
    case "run.paused":
      return { word: "paused", look: "warning", text: toYou(event.body.reason), textLook: "warning" };
    case "run.continued":
      return faint("goes on", "there is room again at its bound");
    case "run.closed":
      return closedTold(event.body);
    case "spawn.refused":
      return {
        word: "refused",
        look: "warning",
        text: `${event.body.task}\n${toYou(event.body.reason)} (${event.body.rule})`,
      };
    case "construct.queued":
      return queuedTold(event.body);
    case "construct.ended":
      return endedTold(event.body.outcome);
    default:
      return tellDaemon(event);
  }
}

function tellDaemon(event: DeckEvent): Told | undefined {
  switch (event.type) {
    case "daemon.started":
      return faint("daemon", `starts on ${showCaliber(event.body.caliber)}`);
    case "daemon.turn_started":
      return turnTold(event.body);
    case "daemon.thinking":
      return folded("thinks", event.body.text);
    case "daemon.chat":
      return { word: "daemon", look: "good", text: event.body.text };
    case "daemon.action":
      return actionTold(event.body.action);
    case "daemon.action_rejected":
      return {
        word: "misspoke",
        look: "warning",
        text: `${event.body.problem}\n${event.body.item}`,
        textLook: "warning",
      };
    case "daemon.status":
      return statusTold(event.body.status);
    case "daemon.error":
      return { word: "error", look: "bad", text: event.body.message, textLook: "bad" };
    case "daemon.raw":
      return {
        ...folded("misspoke", event.body.text, "a reply without a valid action block; it is asked again"),
        look: "warning",
      };
    case "daemon.turn_ended": {
      const { turn, valid, duration_ms, cost_usd, tokens_out } = event.body;
      const facts = [spell(duration_ms), money(cost_usd), count(tokens_out, "token")].join(" · ");
      return faint(`turn ${turn}`, valid ? facts : `${facts} · its reply did not count`);
    }
    case "daemon.ended":
      return event.body.proven
        ? faint("daemon", `has ended: ${event.body.exit}`)
        : {
            word: "daemon",
            look: "bad",
            text: "has ended, and not everything that it started is gone",
            textLook: "bad",
          };
    default:
      return undefined;
  }
}

const faint = (word: string, text: string): Told => ({ word, look: "faint", text, textLook: "faint" });

/** So many characters of a text are worth a place without being unfolded. */
const shortText = 200;

/** In a row, with all of it to unfold where that is more. */
function folded(word: string, text: string, brief = text): Told {
  const told = faint(word, text);
  return brief === text && text.length <= 60 && !text.includes("\n") ? told : { ...told, brief };
}

function turnTold({ turn, message, inputs }: EventBody<"daemon.turn_started">): Told {
  const brief = inputs.length === 0 ? "is told to begin" : `is told of ${count(inputs.length, "event")}`;
  return message === "" ? faint(`turn ${turn}`, brief) : folded(`turn ${turn}`, message, brief);
}

/** What it does; a spawn is told by the construct that comes of it, or by its refusal. */
function actionTold(action: Action): Told | undefined {
  switch (action.type) {
    case "spawn":
      return undefined;
    case "message":
      return { word: "tells", look: "busy", text: `${action.construct}: ${action.text}` };
    case "cancel":
      return { word: "cancels", look: "warning", text: `${action.construct}: ${action.reason}` };
    case "read":
      return faint("reads", `part ${action.part} of the result of ${action.construct}`);
    default:
      return undefined;
  }
}

function statusTold(status: EventBody<"daemon.status">["status"]): Told | undefined {
  switch (status) {
    case "done":
      return { word: "daemon", look: "good", text: "says that the goal is reached", textLook: "good" };
    case "failed":
      return { word: "daemon", look: "bad", text: "gives the goal up", textLook: "bad" };
    case "respawn":
      return { word: "daemon", look: "warning", text: "its process was given up; a fresh one goes on with its memory" };
    default:
      return undefined;
  }
}

function queuedTold({ construct, task, origin, caliber, after }: EventBody<"construct.queued">): Told {
  const waits = after.length === 0 ? "" : ` · after ${after.join(", ")}`;
  const head = `${construct} · ${showCaliber(caliber)}${waits} · `;
  return long({ word: origin === "netrunner" ? "you start" : "starts", look: "busy", text: `${head}${task}` });
}

function endedTold(outcome: Outcome): Told {
  const { glyph, word, style } = constructWord(outcome.state);
  const facts = [outcome.id, spell(outcome.duration_ms), money(outcome.cost_usd)];
  if (outcome.files.length > 0) facts.push(count(outcome.files.length, "file"));
  if (outcome.state !== "done") facts.push(causeWord(outcome.cause));
  const words = outcome.refusal ?? (outcome.result || outcome.stderr);
  return long({
    word: `${glyph} ${word}`,
    look: style,
    text: [...facts, words].filter((text) => text !== "").join(" · "),
  });
}

/** A text that may be long: then it begins folded. */
const long = (told: Told): Told =>
  told.text.length <= shortText && !told.text.includes("\n") ? told : { ...told, brief: told.text };

function closedTold({ status, reason, duration_ms, cost_usd }: EventBody<"run.closed">): Told {
  const { glyph, word, style } = runWord(status);
  const facts = `${spell(duration_ms)} · ${money(cost_usd)}`;
  return long({ word: `${glyph} ${word}`, look: style, text: `${facts}${reason === "" ? "" : ` · ${toYou(reason)}`}` });
}
