import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/fault.ts";
import type { Port } from "../../host/port.ts";
import type { Interrupts } from "./interrupts.ts";

/** How long a run may take to close after it was asked to, milliseconds. The engine is faster; this is for when it is not. */
export interface Patience {
  gracefulMs: number;
  forcedMs: number;
  /** For the deck to close. */
  closeMs: number;
}

export const usualPatience: Patience = { gracefulMs: 120_000, forcedMs: 20_000, closeMs: 20_000 };

export interface StoppingParts {
  port: Port;
  interrupts: Interrupts;
  clock: Clock;
  patience: Patience;
  /** The run goes on in its host when this process is gone. */
  outlives: boolean;
}

export interface Stopping extends Disposable {
  /** Asks the deck to end the run with this status. */
  stop(status: "stopped" | "waiting" | "paused", reason: string): void;
  /** Settles when the run should have closed by now and has not. */
  readonly gaveUp: Promise<string>;
}

/**
 * Ends a run from the command line: one interrupt asks, a second kills, further ones change nothing. The wait for the end
 * is bounded in each case.
 */
export function stopping(
  { port, interrupts, clock, patience, outlives }: StoppingParts,
  on: { tell: (text: string) => void; asked: () => void; interrupted: () => void },
): Stopping {
  const over = new AbortController();
  const { promise: gaveUp, resolve: giveUp } = Promise.withResolvers<string>();
  let asked = false;

  const send = (status: "stopped" | "waiting" | "paused", reason: string, force: boolean): void => {
    if (over.signal.aborted) return;
    asked = true;
    on.asked();
    const ms = force ? patience.forcedMs : patience.gracefulMs;
    clock.after(ms, () => giveUp(`the run did not close within ${ms / 1000} s`), over.signal);
    port.send({ type: "stop", status, reason, force }).catch((error: unknown) => {
      // A run that has closed meanwhile refuses to be stopped: its closing event is on the way and settles this.
      if (!over.signal.aborted) on.tell(`the deck did not take the stop: ${messageOf(error)}`);
    });
  };

  interrupts.listen((count, name) => {
    on.interrupted();
    // Whoever closes a terminal does not say that the work is to end; whoever presses Ctrl+C does.
    if (name === "SIGHUP" && outlives && !asked) {
      giveUp("the terminal is gone");
      return;
    }
    if (count === 1 && name === "SIGINT") {
      on.tell("stopping… (Ctrl+C again to kill)");
      send("stopped", "interrupted by the netrunner", false);
    } else if (count === 1) {
      on.tell(`stopping on ${name}…`);
      send("stopped", `stopped by ${name}`, false);
    } else if (count === 2) {
      on.tell("killing everything that this run started…");
      send("stopped", "killed by the netrunner", true);
    } else on.tell("already killing; waiting for the last process to be gone");
  });

  return {
    stop(status, reason) {
      if (!asked) send(status, reason, false);
    },
    gaveUp,
    [Symbol.dispose]: () => over.abort(),
  };
}
