import type { DeckEvent, EventType } from "../../../protocol/event.ts";
import type { Hands } from "../page.ts";
import { changesOf } from "./file-entries.ts";
import type { Changes } from "./files-state.ts";

/** Events of a construct are looked through so many at a time, and at most so many times before they are shown. */
const pageOfEvents = 500;
const mostPages = 20;

const callTypes: EventType[] = ["construct.tool_called", "construct.tool_returned"];

/** Nothing was looked through yet. */
const noChanges: Changes = { events: [], upTo: new Map(), isWhole: true };

/** What is on record of a file's changes: what is known already, and what its constructs have called since. */
export async function readChanges(
  hands: Hands,
  of: { run: string; path: string; workspace: string; constructs: readonly string[] },
  known: Changes = noChanges,
): Promise<Changes | { problem: string }> {
  const { run, path, workspace, constructs } = of;
  const upTo = new Map(known.upTo);
  const news: DeckEvent[] = [];
  let isWhole = true;
  for (const construct of constructs) {
    let isMore = true;
    for (let pages = 0; isMore && pages < mostPages; pages += 1) {
      const after = upTo.get(construct) ?? 0;
      const query = { run, construct, after, limit: pageOfEvents, types: callTypes };
      const answer = await hands.ask({ type: "events.list", ...query });
      if ("problem" in answer) return { problem: answer.problem };
      const { events, more } = answer.reply;
      news.push(...events);
      upTo.set(construct, events.at(-1)?.seq ?? after);
      isMore = more;
    }
    isWhole &&= !isMore;
  }
  if (news.length === 0 && isWhole === known.isWhole && known.upTo.size > 0) return known;
  const all = [...known.events, ...news].toSorted((one, other) => one.seq - other.seq);
  return { events: changesOf(all, path, workspace), upTo, isWhole };
}
