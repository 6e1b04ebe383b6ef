import type { DeckEvent } from "../../../protocol/event.ts";

/** The latest events, by whom they are of. What is older is on record, and asked for when it is looked at. */
export interface Feeds {
  runs: Map<string, RunFeed>;
}

export interface RunFeed {
  /** Of each construct. */
  constructs: Map<string, DeckEvent[]>;
  /** Of the daemon, and what it was told. */
  daemon: DeckEvent[];
  /** Of everybody. */
  all: DeckEvent[];
}

const mostOfConstruct = 160;
const mostOfDaemon = 400;
const mostOfAll = 600;

export const newFeeds = (): Feeds => ({ runs: new Map() });

export function hearFeeds(feeds: Feeds, event: DeckEvent): void {
  const feed = feedOf(feeds, event.run);
  keep(feed.all, event, mostOfAll);
  const construct = "construct" in event.body ? event.body.construct : undefined;
  if (typeof construct === "string") {
    let own = feed.constructs.get(construct);
    if (own === undefined) feed.constructs.set(construct, (own = []));
    keep(own, event, mostOfConstruct);
  } else if (isOfDaemon(event)) keep(feed.daemon, event, mostOfDaemon);
}

/** Whether the event belongs to the conversation with the daemon. */
export const isOfDaemon = ({ type }: DeckEvent): boolean =>
  type.startsWith("daemon.") ||
  type === "goal.set" ||
  type === "goal.changed" ||
  type === "netrunner.said" ||
  type === "run.waiting" ||
  type === "run.paused" ||
  type === "run.continued" ||
  type === "spawn.refused";

/** The latest events of a construct, oldest first. */
export const eventsOf = (feeds: Feeds, run: string, construct: string): readonly DeckEvent[] =>
  feeds.runs.get(run)?.constructs.get(construct) ?? [];

export function feedOf(feeds: Feeds, run: string): RunFeed {
  let feed = feeds.runs.get(run);
  if (feed === undefined) feeds.runs.set(run, (feed = { constructs: new Map(), daemon: [], all: [] }));
  return feed;
}

/** Drops a quarter at once, so that a full list is not moved for each event. */
function keep(list: DeckEvent[], event: DeckEvent, most: number): void {
  list.push(event);
  if (list.length > most) list.splice(0, Math.ceil(most / 4));
}
