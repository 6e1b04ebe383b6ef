import type { Clock } from "../base/clock.ts";

export interface IdleParts {
  clock: Clock;
  /** How long nothing must have happened, milliseconds; 0: it never ends by itself. Looked up anew each time. */
  idleMs: () => number;
  /** Whether something is open, or somebody is there. */
  isBusy: () => boolean;
  /** Whether the home is still there. Without it nothing can be recorded: then it ends, whatever is open. */
  isHome: () => boolean;
  /** Called once, when it is so far. */
  end: () => void;
}

/** Watches over a host that nobody may need any more. */
export interface IdleWatch extends Disposable {
  /** Something has happened: the time begins anew. */
  touch(): void;
}

/** The longest between two looks, milliseconds: the setting may be changed meanwhile, and the machine may sleep. */
const mostMs = 60_000;

export function watchIdle({ clock, idleMs, isBusy, isHome, end }: IdleParts): IdleWatch {
  let lastAt = clock.monotonic();
  let timer: Disposable | undefined;
  const look = (): void => {
    const now = clock.monotonic();
    if (isBusy()) lastAt = now;
    const ms = idleMs();
    const left = lastAt + ms - now;
    if (!isHome() || (ms > 0 && left <= 0)) {
      end();
      return;
    }
    timer = clock.after(ms === 0 ? mostMs : Math.min(mostMs, left), look);
  };
  look();
  return {
    touch() {
      lastAt = clock.monotonic();
    },
    [Symbol.dispose]: () => timer?.[Symbol.dispose](),
  };
}
