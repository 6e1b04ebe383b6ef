import { nextMidnight } from "../../base/day.ts";
import { Fault } from "../../base/fault.ts";
import type { Port } from "../../host/port.ts";
import type { DeckEvent } from "../../protocol/event.ts";
import type { RunView } from "../../protocol/view.ts";
import { adopt, hear, type DeckModel } from "./model/deck-model.ts";
import { feedOf, hearFeeds } from "./model/feeds.ts";
import { needsOf } from "./model/needs.ts";
import { hearRaised, raising } from "./model/raised.ts";

/**
 * Keeps a model in step with its deck: the open runs as they are, then every event. Resolves when the deck has ended; a connection
 * that breaks while the deck lives is taken up again behind the port.
 * @param on.changed all that had come in is in the model
 */
export async function followDeck(
  port: Port,
  model: DeckModel,
  on: { changed: () => void; heard: (event: DeckEvent) => void },
): Promise<void> {
  const host = await port.send({ type: "host.status" });
  model.host = host;
  model.today = { usd: host.today_usd, end: nextMidnight(model.now) };
  const { runs } = await port.send({ type: "runs.open" });
  await Promise.all(runs.map(async ({ run }) => take(port, model, run)));
  model.link = { state: "attached" };
  on.changed();
  for (const view of model.runs.values()) await recall(port, model, view);
  on.changed();
  // Events that a snapshot has already are known by their number.
  const from = Math.min(host.seq, ...[...model.runs.values()].map((view) => view.lastSeq));
  for await (const event of port.follow(from)) {
    if (!hear(model, event) && event.seq > host.seq) {
      // A run of before the cockpit, which was opened again.
      await take(port, model, event.run);
    }
    on.heard(event);
    on.changed();
  }
}

/** Older ones are long answered. */
const mostRaised = 200;

async function take(port: Port, model: DeckModel, run: string): Promise<void> {
  try {
    const view = await port.snapshot(run);
    if (view === undefined) return;
    adopt(model, view);
    if (!needsOf(model).some((need) => need.run === run)) return;
    // Since when they wait is in their events.
    const { events } = await port.send({ type: "events.list", run, types: [...raising], limit: mostRaised });
    for (const event of events) hearRaised(model.raisedAt, event);
  } catch (error) {
    // It has closed in between.
    if (!(error instanceof Fault)) throw error;
  }
}

/** So many of the events before the attach are shown at once; older ones are asked for when they are looked at. */
const mostRecalled = 400;

/** What the agents of a run did last, before the cockpit was there. */
async function recall(port: Port, model: DeckModel, { run, lastSeq }: RunView): Promise<void> {
  try {
    const { events } = await port.send({ type: "events.list", run, limit: mostRecalled });
    const known = feedOf(model.feeds, run).all.at(-1)?.seq ?? 0;
    for (const event of events) if (event.seq > known && event.seq <= lastSeq) hearFeeds(model.feeds, event);
  } catch (error) {
    // It is gone in between; without it the pages begin with what comes.
    if (!(error instanceof Fault)) throw error;
  }
}
