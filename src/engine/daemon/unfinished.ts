import { parseActionBlock, type DaemonStatus } from "../../protocol/action.ts";
import { extractActionBlock, type Extraction } from "../../protocol/extract.ts";
import type { DeckEvent, EventBody } from "../../protocol/event.ts";
import type { CarriedOut } from "./carry-out.ts";

/** What the daemon's loop of a dead deck has left, as its log tells. */
export interface EarlierLoop {
  /** The status of its last reply that was carried out. */
  status: DaemonStatus;
  /** A reply that was being carried out. */
  unfinished: UnfinishedTurn | undefined;
}

export interface UnfinishedTurn extends CarriedOut {
  reply: EventBody<"daemon.replied">;
  /** Words of it that are on the record. */
  said: ReadonlySet<"thinking" | "chat" | "status">;
}

/** A pure fold over the log: the effects of a reply follow its actions on the record, and nothing comes between. */
export function earlierLoop(events: Iterable<DeckEvent>): EarlierLoop {
  let status: DaemonStatus = "working";
  let turn: Progress | undefined;
  for (const event of events) {
    if (event.type === "daemon.replied") turn = newProgress(event.body);
    else if (event.type === "daemon.turn_ended" || event.type === "daemon.turn_started") turn = undefined;
    else if (turn !== undefined) look(turn, event);
    if (event.type === "daemon.status" && event.body.status !== "respawn") status = event.body.status;
    // A run that has come to its end and is opened again has something more to do.
    if (event.type === "run.closed" || event.type === "goal.set") status = "working";
  }
  return { status, unfinished: turn };
}

/** The block of a reply as it was recorded. */
export function readRecorded({ structured, text }: EventBody<"daemon.replied">): Extraction {
  if (!structured) return extractActionBlock(text);
  try {
    return parseActionBlock(JSON.parse(text));
  } catch {
    // Then nothing of it is carried out, and the daemon is asked again.
    return { ok: false, problem: "the recorded reply is not valid JSON" };
  }
}

interface Progress extends UnfinishedTurn {
  begun: Set<number>;
  done: Set<number>;
  ids: Map<number, string>;
  said: Set<"thinking" | "chat" | "status">;
  /** The action that is being carried out, by position. */
  current: number;
}

const newProgress = (reply: EventBody<"daemon.replied">): Progress => ({
  reply,
  begun: new Set(),
  done: new Set(),
  ids: new Map(),
  said: new Set(),
  current: 0,
});

function look(turn: Progress, event: DeckEvent): void {
  switch (event.type) {
    case "daemon.thinking":
      turn.said.add("thinking");
      break;
    case "daemon.chat":
      turn.said.add("chat");
      break;
    case "daemon.status":
      turn.said.add("status");
      break;
    case "daemon.action":
      turn.current = event.body.position ?? turn.current + 1;
      turn.begun.add(turn.current);
      break;
    case "daemon.action_rejected":
      turn.done.add(event.body.position);
      break;
    case "construct.queued":
      if (event.body.origin !== "daemon") break;
      turn.ids.set(turn.current, event.body.construct);
      turn.done.add(turn.current);
      break;
    case "spawn.refused":
    case "construct.told":
      if (event.body.origin === "daemon") turn.done.add(turn.current);
      break;
    case "daemon.read":
      turn.done.add(turn.current);
      break;
    case "construct.ending":
      if (event.body.cause === "daemon") turn.done.add(turn.current);
      break;
    case "construct.ended":
      if (event.body.outcome.cause === "daemon") turn.done.add(turn.current);
      break;
    default:
  }
}
