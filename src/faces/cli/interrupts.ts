import type { Clock } from "../../base/clock.ts";
import type { SignalName, World } from "./world.ts";

/** The netrunner's wish to stop, from signals and from Ctrl+C in a question. It is kept until somebody can act on it. */
export interface Interrupts extends Disposable {
  /** How often it was wished. */
  readonly count: number;
  /** Ctrl+C where the terminal does not make a signal of it. */
  interrupt(name?: SignalName): void;
  /** Sets who acts; one wish that came earlier is told at once. */
  listen(listener: (count: number, name: SignalName) => void): void;
}

const names: readonly SignalName[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * One Ctrl+C can arrive twice: from the terminal, and from a launcher (ours, npm, npx) that passes it on. The same signal
 * within so many milliseconds counts once; a finger is slower.
 */
const echoMs = 100;

export function interrupts(world: World, clock: Clock): Interrupts {
  let count = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  let last: SignalName = "SIGINT";
  let listener: ((count: number, name: SignalName) => void) | undefined;

  const interrupt = (name: SignalName = "SIGINT"): void => {
    const at = clock.monotonic();
    const echo = count > 0 && name === last && at - lastAt < echoMs;
    lastAt = at;
    if (echo) return;
    count += 1;
    last = name;
    listener?.(count, name);
  };
  const listening = names.map((name) => world.signals(name, () => interrupt(name)));

  return {
    get count() {
      return count;
    },
    interrupt,
    listen(next) {
      listener = next;
      if (count > 0) next(count, last);
    },
    [Symbol.dispose]() {
      listener = undefined;
      for (const one of listening) one[Symbol.dispose]();
    },
  };
}
