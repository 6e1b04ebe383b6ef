import type { DatabaseSync } from "node:sqlite";
import type { DeckEvent } from "../protocol/event.ts";
import { mostListed, type EventPage, type EventsWanted } from "../protocol/event-page.ts";
import { eventOf } from "./event-row.ts";

/** In SQL: whose event it is. A body that is not JSON any more is nobody's. */
const whose = "coalesce(body->>'$.construct', body->>'$.agent')";

/** In SQL: an index by which the events of one construct are found, however long its run is. Without it they are only found slower. */
export const constructIndex = `CREATE INDEX IF NOT EXISTS events_of_construct ON events (run, ${whose}, seq) WHERE json_valid(body)`;

/** One page of a run's events, or of a construct's in it: the latest ones before a number, or the first ones after one. */
export function eventPages(database: DatabaseSync): (run: string, wanted: EventsWanted) => EventPage {
  return (run, { construct, types, before, after, limit }) => {
    const conditions = ["run = ?", "seq > ?", "seq < ?"];
    const values: (string | number)[] = [run, after ?? 0, before ?? Number.MAX_SAFE_INTEGER];
    if (construct !== undefined) {
      conditions.push("json_valid(body)", `${whose} = ?`);
      values.push(construct);
    }
    if (types !== undefined) {
      conditions.push(`type IN (${types.map(() => "?").join(", ")})`);
      values.push(...types);
    }
    const isForward = after !== undefined;
    const most = Math.min(limit, mostListed);
    const found = database.prepare(
      `SELECT seq, at, run, source, type, version, body FROM events WHERE ${conditions.join(" AND ")}
       ORDER BY seq ${isForward ? "ASC" : "DESC"} LIMIT ${most + 1}`,
    );
    const rows: DeckEvent[] = found.all(...values).map(eventOf);
    const events = rows.slice(0, most);
    return { events: isForward ? events : events.toReversed(), more: rows.length > most };
  };
}
