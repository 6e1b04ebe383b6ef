/** Time as a value that is passed in, so that a test can own it. */
export interface Clock {
  /** Wall time, milliseconds since the epoch. */
  now(): number;
  /** Monotonic milliseconds, for durations: does not jump when the wall clock does. */
  monotonic(): number;
  /** Runs `action` once after `ms`; the signal cancels it. The timer does not keep the process alive. */
  after(ms: number, action: () => void, signal?: AbortSignal): Disposable;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  // In place of `performance`, whose first use loads a module: 2 ms.
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  after(ms, action, signal) {
    const cancel = (): void => {
      clearTimeout(timer);
      // A signal lives longer than its timers: what stays on it is a leak.
      signal?.removeEventListener("abort", cancel);
    };
    const timer = setTimeout(() => {
      cancel();
      action();
    }, ms);
    timer.unref();
    if (signal?.aborted) cancel();
    else signal?.addEventListener("abort", cancel, { once: true });
    return { [Symbol.dispose]: cancel };
  },
};

/** Resolves after `ms`, or at once when the signal aborts (it never rejects: waiting is not an operation that fails). */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", done);
    resolve();
  };
  const timer = setTimeout(done, ms);
  signal?.addEventListener("abort", done, { once: true });
  return promise;
}
