import { spawn } from "@lydell/node-pty";

/** A cockpit in a process of its own, on a pseudo terminal of 200 x 50. */
export interface CockpitTerminal {
  readonly pid: number;
  /** When it was started, on the clock of `performance`. */
  readonly began: number;
  write(text: string): void;
  /** Resolves when it has sent something that the condition holds for, given all that came from this call on. */
  until(condition: (sent: string) => boolean): Promise<void>;
  /** Ends it; resolves when it is gone. */
  end(): Promise<void>;
}

/** The longest that something is waited for, milliseconds. */
const mostMs = 60_000;

export function cockpitTerminal(args: string[], env: Record<string, string>): CockpitTerminal {
  const began = performance.now();
  const child = spawn(process.execPath, args, { cols: 200, rows: 50, cwd: "/", env });
  const listeners = new Set<(data: string) => void>();
  const gone = Promise.withResolvers<void>();
  child.onData((data) => {
    for (const listener of listeners) listener(data);
  });
  child.onExit(() => gone.resolve());
  return {
    pid: child.pid,
    began,
    write: (text) => child.write(text),
    until(condition) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      let sent = "";
      const timer = setTimeout(() => reject(new Error(`the cockpit did not show it: ${sent.slice(-300)}`)), mostMs);
      const listener = (data: string): void => {
        sent += data;
        if (condition(sent)) resolve();
      };
      listeners.add(listener);
      return promise.finally(() => {
        clearTimeout(timer);
        listeners.delete(listener);
      });
    },
    async end() {
      child.kill("SIGTERM");
      await gone.promise;
    },
  };
}
