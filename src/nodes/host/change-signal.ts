/** Tells everybody who waits that something may be otherwise now. */
export interface ChangeSignal {
  change(): void;
  /** Settles with the next change. */
  changed(): Promise<void>;
  onChange(listener: () => void): Disposable;
}

export function changeSignal(): ChangeSignal {
  const listeners = new Set<() => void>();
  let next = Promise.withResolvers<void>();
  return {
    change() {
      next.resolve();
      next = Promise.withResolvers<void>();
      for (const listener of listeners) listener();
    },
    changed: () => next.promise,
    onChange(listener) {
      // The same function may listen twice.
      const own = (): void => listener();
      listeners.add(own);
      return { [Symbol.dispose]: () => void listeners.delete(own) };
    },
  };
}
