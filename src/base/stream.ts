/** A single-consumer queue that is read with `for await`. It ends when closed, after what it holds has been read. */
export interface Channel<T> extends AsyncIterable<T> {
  push(item: T): void;
  /** No more items. With an error, the reader gets it after the held items. */
  close(error?: unknown): void;
  readonly closed: boolean;
}

export function channel<T>(): Channel<T> {
  const items: T[] = [];
  let ended = false;
  let failure: unknown;
  let wake: (() => void) | undefined;

  const notify = (): void => {
    wake?.();
    wake = undefined;
  };

  return {
    push(item) {
      if (ended) return;
      items.push(item);
      notify();
    },
    close(error) {
      if (ended) return;
      ended = true;
      failure = error;
      notify();
    },
    get closed() {
      return ended;
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const item = items.shift();
        if (item !== undefined) {
          yield item;
          continue;
        }
        if (ended) {
          if (failure !== undefined) throw failure;
          return;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
