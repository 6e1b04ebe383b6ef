import type { DeckEvent } from "../../../protocol/event.ts";

/** Ids of what waits without an id of its own. */
export const daemonNeedId = (run: string): string => `daemon:${run}`;
export const taskNeed = (run: string, task: string): string => `task:${run}:${task}`;

/** The events with which something begins to wait for the netrunner. */
export const raising = ["hold.opened", "attention.raised", "run.waiting", "run.paused", "spawn.refused"] as const;

/** Keeps since when everything waits that waits for the netrunner. */
export function hearRaised(raisedAt: Map<string, number>, event: DeckEvent): void {
  switch (event.type) {
    case "hold.opened":
      raisedAt.set(event.body.hold, event.at);
      break;
    case "attention.raised":
      raisedAt.set(event.body.item, event.at);
      break;
    case "run.waiting":
    case "run.paused":
      raisedAt.set(daemonNeedId(event.run), event.at);
      break;
    case "spawn.refused":
      raisedAt.set(taskNeed(event.run, event.body.task), event.at);
      break;
    case "hold.closed":
      raisedAt.delete(event.body.hold);
      break;
    case "attention.closed":
      raisedAt.delete(event.body.item);
      break;
    default:
      break;
  }
}
