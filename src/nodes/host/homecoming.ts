import type { Clock } from "../../base/clock.ts";
import { showDuration } from "../../base/units.ts";
import type { Party } from "../hub/subjects.ts";

export interface HomecomingParts {
  clock: Clock;
  /** How long a node may go on that was counted on by the host before this one, milliseconds. */
  hostMs: number;
  /** How long a node that is away is waited for by those whose session is on it, milliseconds. */
  returnMs: number;
  /** Whether it is in the list and has a lease. */
  isUp: (node: Party) => boolean;
  /** Whether any life of it is counted on. */
  isCounted: (node: Party) => boolean;
  /** Something that had to wait may be otherwise now. */
  onChange: () => void;
}

/** What may be done with a session that was on a node. `gone`: its memory is lost, and nothing of it runs any more. */
export type Home = { is: "there" } | { is: "gone" } | { is: "unknown"; why: string };

/** Knows whether those whose session was on a node may go on, there or elsewhere. */
export interface Homecoming {
  of(node: Party): Home;
  /** It is away from now on; `isForGood`: it has said farewell. */
  went(node: Party, isForGood: boolean): void;
  came(node: Party): void;
  close(): void;
}

export function homecoming({ clock, hostMs, returnMs, isUp, isCounted, onChange }: HomecomingParts): Homecoming {
  const begun = clock.monotonic();
  /** Since when a node is away; -Infinity: for good. */
  const away = new Map<Party, number>();
  let look: { at: number; timer: Disposable } | undefined;
  let isClosed = false;

  /** The earliest wins; who has to wait longer is asked then, and waits again. */
  const lookAt = (at: number): void => {
    if (isClosed || (look !== undefined && look.at <= at)) return;
    look?.timer[Symbol.dispose]();
    const timer = clock.after(Math.max(0, Math.ceil(at - clock.monotonic())) + 1, () => {
      look = undefined;
      onChange();
    });
    look = { at, timer };
  };
  const until = (at: number, why: string): Home => {
    lookAt(at);
    return { is: "unknown", why };
  };

  return {
    of(node) {
      if (isUp(node)) return { is: "there" };
      if (isCounted(node)) return { is: "unknown", why: `its session is on ${node}, of which nothing is heard now` };
      // All that it had was ended before it left.
      if (away.get(node) === -Infinity) return { is: "gone" };
      const now = clock.monotonic();
      // Its earlier host may have granted it a lease just before that died.
      if (now <= begun + hostMs)
        return until(begun + hostMs, `its session was on ${node}, which may still be at work on it`);
      const back = (away.get(node) ?? begun) + returnMs;
      if (now > back) return { is: "gone" };
      // The same words as long as it waits: each other reason is put on record.
      const why = `its session is on ${node}, which is not up; if that does not come back within ${showDuration(returnMs)}, its task begins anew`;
      return until(back, why);
    },
    went(node, isForGood) {
      away.set(node, isForGood ? -Infinity : clock.monotonic());
    },
    came(node) {
      away.delete(node);
    },
    close() {
      isClosed = true;
      look?.timer[Symbol.dispose]();
    },
  };
}
