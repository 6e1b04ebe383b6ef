import { Fault } from "../../base/fault.ts";
import { oneLine } from "../../base/text.ts";
import type { Port } from "../../host/port.ts";
import { isEventType, type EventType } from "../../protocol/event.ts";
import { mostListed, type EventPage } from "../../protocol/event-page.ts";

/** The flags that ask for some events instead of all. */
export interface PageFlags {
  last?: number;
  before?: number;
  after?: number;
  type?: EventType[];
}

export const wantsPage = ({ last, before, after, type }: PageFlags): boolean =>
  [last, before, after, type].some((flag) => flag !== undefined);

/** Reads the types of `--type`, which may be given several times. */
export function eventTypes(text: string, earlier: EventType[] = []): EventType[] {
  const type = text.trim();
  if (isEventType(type)) return [...earlier, type];
  throw new Fault("usage", "cli.bad_value", `there is no type of event "${oneLine(text, 60)}"`, {
    hint: "types are words such as construct.said, as --json shows them",
  });
}

/** So many events as wanted, in as many pages as it takes; without a number, one page. */
export async function readPage(
  port: Port,
  subject: { run: string; construct: string | undefined },
  { last, before, after, type: types }: PageFlags,
): Promise<EventPage> {
  const wanted = last ?? mostListed;
  const page: EventPage = { events: [], more: true };
  while (page.more && page.events.length < wanted) {
    const limit = Math.min(mostListed, wanted - page.events.length);
    const isForward = after !== undefined;
    const next = await port.send({
      type: "events.list",
      ...subject,
      types,
      before: isForward ? before : (page.events[0]?.seq ?? before),
      after: isForward ? (page.events.at(-1)?.seq ?? after) : undefined,
      limit,
    });
    page.events = isForward ? [...page.events, ...next.events] : [...next.events, ...page.events];
    page.more = next.more;
  }
  return page;
}

/** The flags of the command that goes on where a page ends. */
export function nextFlags({ events }: EventPage, { last, before, after, type = [] }: PageFlags): string {
  const at = after === undefined ? `--before ${events[0]?.seq}` : `--after ${events.at(-1)?.seq}`;
  const until = after !== undefined && before !== undefined ? [`--before ${before}`] : [];
  const count = last === undefined ? [] : [`--last ${last}`];
  return [at, ...until, ...count, ...type.map((name) => `--type ${name}`)].join(" ");
}
