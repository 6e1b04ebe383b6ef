/** A place on a node in which sessions were opened, as far as spare agents are concerned. Times in milliseconds. */
export interface WarmPlace {
  key: string;
  /** When a session was last wanted there. */
  wantedAt: number;
  /** Spares are kept there. */
  isKept: boolean;
  /** What comes next would find another place: its run is over, or its wall is an old one. */
  isUnfit: boolean;
}

export interface WarmPlan {
  /** How many spares each place is to have; a place that is left out keeps none. */
  shares: ReadonlyMap<string, number>;
  /** Places of which nothing has to be known any more. */
  forget: readonly string[];
  /** When to look again although nothing happens; undefined: no need to. */
  lookIn: number | undefined;
}

/** A place that was wanted so shortly ago keeps its spare though another one is wanted now: two runs in turn must not end each other's. */
export const freshMs = 60_000;

/** Nobody has come for so long: what is kept there ends. */
export const idleMs = 10 * 60_000;

/** Of so many places is it known that they were wanted. */
const mostPlaces = 50;

/** Shares so many spares out among the places, one each for those that come first, and the rest for the first of them. Pure. */
export function planWarm(places: readonly WarmPlace[], size: number, now: number): WarmPlan {
  const byWant = places.toSorted((one, other) => other.wantedAt - one.wantedAt);
  const isWanted = ({ wantedAt, isUnfit }: WarmPlace): boolean => !isUnfit && now - wantedAt < idleMs;
  const wanted = byWant.filter(isWanted).slice(0, mostPlaces);
  const isHeld = ({ isKept, wantedAt }: WarmPlace): boolean => isKept && now - wantedAt < freshMs;
  const first = [...wanted.filter(isHeld), ...wanted.filter((place) => !isHeld(place))].slice(0, size);
  const rest = size - first.length;
  const shares = new Map(first.map(({ key }, index) => [key, index === 0 ? 1 + rest : 1]));
  const forget = places.filter((place) => !wanted.includes(place)).map(({ key }) => key);
  // Held ones only matter while others wait for their share.
  const bounds = wanted.flatMap((place) => [
    place.wantedAt + idleMs,
    ...(isHeld(place) && wanted.length > size ? [place.wantedAt + freshMs] : []),
  ]);
  return { shares, forget, lookIn: bounds.length === 0 ? undefined : Math.max(0, Math.min(...bounds) - now) };
}
