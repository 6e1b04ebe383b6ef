import type { Clock } from "../../base/clock.ts";

/** A bound on what somebody does themselves: it stands still while they wait for others. */
export interface OwnTime extends Disposable {
  standStill(): void;
  goOn(): void;
}

/** @param mostMs how much of it there is, milliseconds; `onOver` is called once when all of it has passed */
export function ownTime(clock: Clock, mostMs: number, onOver: () => void): OwnTime {
  let left = mostMs;
  let since = clock.monotonic();
  let timer: Disposable | undefined;
  let isOver = false;
  const goOn = (): void => {
    if (timer !== undefined || isOver) return;
    since = clock.monotonic();
    timer = clock.after(Math.max(0, left), () => {
      isOver = true;
      onOver();
    });
  };
  const standStill = (): void => {
    if (timer === undefined) return;
    timer[Symbol.dispose]();
    timer = undefined;
    left -= clock.monotonic() - since;
  };
  goOn();
  return {
    standStill,
    goOn,
    [Symbol.dispose]() {
      isOver = true;
      standStill();
    },
  };
}
