import { herePool, isAsked, showAsk, type PlaceAsk } from "../protocol/place.ts";
import { isHereEnough } from "./construct/place-wish.ts";
import type { Places } from "./placing.ts";

/** Who may say where a construct runs. The first of them who says anything decides all of it: half of two wishes fits nowhere. */
export interface PlaceAsks {
  /** Of this construct alone. */
  netrunner?: PlaceAsk | undefined;
  /** What the netrunner has fixed for the run. */
  fixed: PlaceAsk;
  daemon?: PlaceAsk | undefined;
  profile?: PlaceAsk | undefined;
}

export type AskedPlace = { ok: true; on?: PlaceAsk } | { ok: false; rule: string; reason: string };

/** Why there can be no place at all that is as asked for; undefined: there is one, or there may be one day. */
export function noPlaceFor(on: PlaceAsk, hasOthers: boolean): string | undefined {
  if (isHereEnough(on)) return undefined;
  if (on.pool === herePool)
    return `it is to run on ${showAsk(on)}, and this machine has no label ${on.labels?.join(" or ")}`;
  return hasOthers ? undefined : `it is to run on ${showAsk(on)}, and this deck has no other machine`;
}

/** Where a construct is to run, or why that cannot be. A pool of which no machine is up now is waited for. */
export function askedPlace({ netrunner, fixed, daemon, profile }: PlaceAsks, places: Places | undefined): AskedPlace {
  const on = [netrunner, fixed, daemon, profile].find((ask) => ask !== undefined && isAsked(ask));
  if (on === undefined) return { ok: true };
  const none = noPlaceFor(on, places !== undefined);
  if (none !== undefined) return { ok: false, rule: "place.none", reason: none };
  if (places === undefined || on !== daemon) return { ok: true, on };
  const known = places.list?.().map(({ name }) => name) ?? [];
  if (on.pool === undefined || on.pool === herePool || known.includes(on.pool)) return { ok: true, on };
  const list = known.length === 0 ? "there are none now" : `there are: ${known.join(", ")}`;
  return { ok: false, rule: "place.unknown", reason: `there is no pool "${on.pool}"; ${list}, and "here"` };
}
