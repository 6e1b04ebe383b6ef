import type { Output } from "./world.ts";

/** A stream that is written no faster than it is read, and whose reader may go away. */
export interface Sink {
  /** Resolves when there is room for more. After a break the text is dropped. */
  write(text: string): Promise<void>;
  /** Resolves when everything has been handed over, or cannot be. */
  flush(): Promise<void>;
  /** From now on nobody waits for a slow reader: the program is about to end. */
  hurry(): void;
  /** Aborts when the reader has gone (EPIPE) or the stream failed in another way. */
  readonly gone: AbortSignal;
}

export function sink(out: Output): Sink {
  const leaving = new AbortController();
  const gone = leaving.signal;
  let hurried = false;
  let waiters: (() => void)[] = [];

  const settle = (): void => {
    for (const waiter of waiters.splice(0)) waiter();
  };
  const breakOff = (error?: unknown): void => {
    leaving.abort(error);
    settle();
  };
  out.on("drain", settle);
  out.on("error", breakOff);
  out.on("close", () => breakOff());

  const settled = (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiters = [...waiters, resolve];
    return promise;
  };

  return {
    async write(text) {
      // A stream that was destroyed before takes a text without a word.
      if (!out.writable) breakOff();
      if (gone.aborted || out.write(text) || hurried) return;
      await settled();
    },
    async flush() {
      if (gone.aborted || hurried || !out.writable || out.writableLength === 0) return;
      const flushed = settled();
      out.write("", settle);
      await flushed;
    },
    hurry() {
      hurried = true;
      settle();
    },
    gone,
  };
}
