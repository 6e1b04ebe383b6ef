import type { Clock } from "../../base/clock.ts";

/** The times of one construct, milliseconds; they may change. Of the warning and of all its work, 0 means never. */
export interface TimeLimits {
  idle_warn_ms: number;
  idle_limit_ms: number;
  time_limit_ms: number;
}

export interface TimekeeperParts {
  /** Asked whenever it matters. */
  limits: () => TimeLimits;
  clock: Clock;
  /** Of its work in earlier lives, milliseconds. */
  workedMs: number;
  stop: (cause: "stall") => void;
  /** It has worked for as long as it may; told once for each limit. */
  onTimeUp: () => void;
  /** Nothing was heard of it for so long, milliseconds; told once for each silence. */
  onStalled: (silentMs: number) => void;
  /** There is a sign of life again. */
  onAlive: () => void;
}

/** Watches how long a construct works, and how long it is silent. Its waits for the netrunner count for neither. */
export interface Timekeeper {
  start(): void;
  /** It has done something. */
  sign(): void;
  /** It begins or ceases to wait for the netrunner. */
  wait(isWaiting: boolean): void;
  /** When it last did something, on the clock's monotonic scale; now, while it waits. */
  lastSign(): number;
  /** How long it has worked, milliseconds. */
  worked(): number;
  /** The limits have changed. */
  rearm(): void;
  /** Ends the watch. */
  close(): void;
}

export function timekeeper({ limits, clock, workedMs: before, ...tell }: TimekeeperParts): Timekeeper {
  let timer: Disposable | undefined;
  let isOn = false;
  let waiting = 0;
  /** Of its work until `resumedAt`, without its waits. */
  let workedMs = before;
  let resumedAt = 0;
  let last = 0;
  let isStalled = false;
  /** The limit that it was told of. */
  let toldMs = 0;

  const worked = (): number => workedMs + (!isOn || waiting > 0 ? 0 : clock.monotonic() - resumedAt);

  const look = (): void => {
    const { idle_warn_ms: warn, idle_limit_ms: limit, time_limit_ms: most } = limits();
    const silent = clock.monotonic() - last;
    if (silent >= limit) return tell.stop("stall");
    if (warn > 0 && silent >= warn && !isStalled) {
      isStalled = true;
      tell.onStalled(silent);
    }
    if (most > 0 && most !== toldMs && worked() >= most) {
      toldMs = most;
      tell.onTimeUp();
    }
    arm();
  };

  const arm = (): void => {
    timer?.[Symbol.dispose]();
    if (!isOn || waiting > 0) return;
    const { idle_warn_ms: warn, idle_limit_ms: limit, time_limit_ms: most } = limits();
    const silent = clock.monotonic() - last;
    const waits = [
      limit - silent,
      ...(most > 0 && most !== toldMs ? [most - worked()] : []),
      ...(warn > 0 && !isStalled ? [warn - silent] : []),
    ];
    timer = clock.after(Math.min(longestTimer, Math.max(0, Math.min(...waits))), look);
  };

  const sign = (): void => {
    last = clock.monotonic();
    if (!isStalled) return;
    isStalled = false;
    tell.onAlive();
    arm();
  };

  return {
    start() {
      isOn = true;
      last = clock.monotonic();
      resumedAt = last;
      arm();
    },
    sign,
    wait(isWaiting) {
      if (isWaiting && waiting === 0) workedMs = worked();
      waiting += isWaiting ? 1 : -1;
      if (waiting === 0) resumedAt = clock.monotonic();
      sign();
      arm();
    },
    worked,
    lastSign: () => (waiting > 0 ? clock.monotonic() : last),
    rearm: () => {
      // A longer bound is a new warning, when it comes to that.
      if (isStalled && clock.monotonic() - last < limits().idle_warn_ms) isStalled = false;
      arm();
    },
    close() {
      isOn = false;
      timer?.[Symbol.dispose]();
    },
  };
}

/** Timers take 31 bits, milliseconds. */
const longestTimer = 2_000_000_000;

/** Calls `tell` with the length of a silence that has reached `bound`, and again after each further one of that length. */
export function watchSilence(
  bound: number,
  clock: Clock,
  lastSign: () => number,
  tell: (ms: number) => void,
  signal: AbortSignal,
): void {
  const watch = (ms: number): void => {
    const look = (): void => {
      const silence = clock.monotonic() - lastSign();
      if (silence >= bound) tell(silence);
      watch(silence >= bound ? bound : bound - silence);
    };
    clock.after(ms, look, signal);
  };
  watch(bound);
}
