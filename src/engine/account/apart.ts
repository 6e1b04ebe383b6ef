import type { AccountHold } from "../../protocol/account.ts";
import {
  isHeld,
  nextMoment,
  room,
  step,
  type AccountEffect,
  type AccountInput,
  type Held,
  type Standing,
} from "./machine.ts";

/** Where an agent is: the name of a place; null: this machine. */
export type Place = string | null;

/**
 * The places whose own account is held while agents work on others: only who is there waits for it. Each stands as an account of
 * its own does, until agents work there again.
 */
export interface Apart {
  readonly isAny: boolean;
  has(place: Place | undefined): place is string;
  /**
   * Nobody elsewhere needs to wait any more for what was held. The hold of one place alone goes on there until somebody has worked
   * there.
   * @param by what has ended it
   */
  keep(before: Held, by: AccountInput): void;
  /** Those that are held. */
  readonly holds: AccountHold[];
  /** Also while one tries whether it is over. */
  holdOf(place: Place): AccountHold | undefined;
  mayBegin(place: Place): boolean;
  /** Something concerns the account of one place; nothing happens where that is not apart. */
  take(place: Place, input: AccountInput): void;
  /** It concerns all of them. */
  takeAll(input: AccountInput): void;
  /** An agent on this place works. */
  worked(who: string, place: Place): void;
  /** On each of them one may try at once. */
  release(): void;
  /** When time alone changes something, milliseconds since the epoch. */
  moments(): number[];
}

export interface ApartParts {
  at: () => Parameters<typeof step>[2];
  tell: (effect: AccountEffect) => void;
}

/** Whose account a hold is of, where it is that of a single place beside this machine. */
export const nodeOf = ({ kind, place }: AccountHold): string | undefined =>
  typeof place === "string" && (kind === "credential" || kind === "usage_limit") ? place : undefined;

export function placesApart({ at, tell }: ApartParts): Apart {
  const standings = new Map<string, Standing>();
  const of = (place: Place): Standing | undefined => (place === null ? undefined : standings.get(place));
  const take = (place: Place, input: AccountInput): void => {
    const standing = of(place);
    if (place === null || standing === undefined) return;
    const next = step(standing, input, at());
    if (next.standing.phase === "open") standings.delete(place);
    else standings.set(place, next.standing);
    for (const effect of next.effects) tell(effect);
  };
  const add = (place: string, standing: Held): void => {
    standings.set(place, standing);
    if (standing.phase === "held") tell({ type: "held", hold: standing.hold });
  };
  const places = (): string[] => [...standings.keys()];
  return {
    has: (place): place is string => typeof place === "string" && standings.has(place),
    get isAny() {
      return standings.size > 0;
    },
    keep(before, by) {
      const place = nodeOf(before.hold);
      if (place === undefined) return;
      if (by.type === "release") add(place, { ...before, phase: "trying", who: undefined });
      if (by.type !== "worked" || by.place === place) return;
      const isTrier = before.phase === "trying" && before.who === by.who;
      add(place, isTrier ? { ...before, who: undefined } : before);
    },
    get holds() {
      return [...standings.values()].filter(isHeld).map(({ hold }) => hold);
    },
    holdOf(place) {
      const standing = of(place);
      return standing !== undefined && isHeld(standing) ? standing.hold : undefined;
    },
    mayBegin(place) {
      const standing = of(place);
      return standing === undefined || room(standing, at().now) > 0;
    },
    take,
    takeAll(input) {
      for (const place of places()) take(place, input);
    },
    worked(who, on) {
      // One that had the try before the place stood apart may be elsewhere: it tells nothing of this one.
      for (const place of places()) take(place, { type: place === on ? "worked" : "left", who });
    },
    release() {
      for (const [place, standing] of standings)
        if (isHeld(standing)) standings.set(place, { phase: "trying", hold: standing.hold, who: undefined });
    },
    moments: () => [...standings.values()].flatMap((standing) => nextMoment(standing, at().now) ?? []),
  };
}
