import { nextMidnight } from "../../base/day.ts";
import { Fault } from "../../base/fault.ts";
import type { Port } from "../../host/port.ts";
import type { DeckEvent } from "../../protocol/event.ts";
import type { RunView } from "../../protocol/view.ts";
import { adopt, hear, type DeckModel } from "./model/deck-model.ts";
import { feedOf, hearFeeds } from "./model/feeds.ts";
import { hearRaised, raising } from "./model/raised.ts";

/**
 * Keeps a model in step with its deck: the open runs as they are, then every event. Resolves when the deck has ended; a connection
 * that breaks while the deck lives is taken up again behind the port.
 * @param on.attached the runs are in the model as they are, before anything else is asked for
 * @param on.changed all that had come in is in the model
 */
export async function followDeck(
  port: Port,
  model: DeckModel,
  on: { attached: () => void; changed: () => void; heard: (event: DeckEvent) => void },
): Promise<void> {
  const host = await port.send({ type: "host.status" });
  model.host = host;
  model.today = { usd: host.today_usd, end: nextMidnight(model.now) };
  // The runs that it names are those that were open at its `seq`: what opens after them comes with the events.
  await Promise.all(host.runs.map(async ({ run }) => take(port, model, run)));
  model.link = { state: "attached" };
  on.attached();
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
  // Since when something waits is in its events. Asked for at once, whether something waits or not: the first picture waits for both.
  const [view, raised] = await Promise.all([
    told(port.snapshot(run)),
    told(port.send({ type: "events.list", run, types: [...raising], limit: mostRaised })),
  ]);
  if (view === undefined) return;
  adopt(model, view);
  for (const event of raised?.events ?? []) hearRaised(model.raisedAt, event);
}

/** Undefined where the deck refuses: the run has closed in between, or it is an older deck. */
async function told<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return undefined;
  }
}

/** So many of the events before the attach are shown at once; older ones are asked for when they are looked at. */
const mostRecalled = 400;

/** What the agents of a run did last, before the cockpit was there. */
async function recall(port: Port, model: DeckModel, { run, lastSeq }: RunView): Promise<void> {
  // Without it the pages begin with what comes.
  const { events } = (await told(port.send({ type: "events.list", run, limit: mostRecalled }))) ?? { events: [] };
  const known = feedOf(model.feeds, run).all.at(-1)?.seq ?? 0;
  for (const event of events) if (event.seq > known && event.seq <= lastSeq) hearFeeds(model.feeds, event);
}
