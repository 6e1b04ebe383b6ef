import { systemClock } from "../base/clock.ts";
import { openAccount, type Account } from "../engine/account/account.ts";
import { usualAccountTimes, type AccountTimes } from "../engine/account/times.ts";
import type { AccountHold } from "../protocol/account.ts";
import type { EventDraft } from "../protocol/event.ts";
import type { EventReader } from "../store/event-reader.ts";

/** What holds the agents of a home up, as its record has it; undefined when nothing does. */
export function lastHold(reader: EventReader): AccountHold | undefined {
  const last = reader.lastOfAccount();
  return last?.type === "account.held" ? last.body : undefined;
}

/** The account of a home, as the last deck has left it. */
export const accountOfHome = (reader: EventReader, times: AccountTimes = usualAccountTimes): Account =>
  openAccount({ clock: systemClock, times, last: lastHold(reader), random: Math.random });

/** The netrunner ends the hold; gives the one that there was. Where no run is open to tell of it, it is recorded here. */
export function releaseAccount(account: Account, record: (draft: EventDraft) => unknown): AccountHold | null {
  const isTold = account.isTold;
  const hold = account.release() ?? null;
  if (hold !== null && !isTold) record(releaseOf(hold));
  return hold;
}

/** The release of a hold by the netrunner, for the record of a home in which no run is open. */
export function releaseOf({ kind, since }: AccountHold): EventDraft {
  const held_ms = Math.max(0, systemClock.now() - since);
  return { type: "account.released", run: "", source: "netrunner", body: { kind, how: "netrunner", held_ms } };
}
