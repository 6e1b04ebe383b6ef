/** A single-consumer queue that is read with `for await`. It ends when closed, after what it holds has been read. */
export interface Channel<T> extends AsyncIterable<T> {
  push(item: T): void;
  /** No more items. With an error, the reader gets it after the held items. */
  close(error?: unknown): void;
  readonly closed: boolean;
}

export function channel<T>(): Channel<T> {
  let items: T[] = [];
  let taken = 0;
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
        if (taken < items.length) {
          // The index was just checked; T itself may contain undefined.
          const item = items[taken] as T;
          taken += 1;
          // Shifting one by one is quadratic once a slow reader has a long queue: the front is dropped by halves.
          if (taken * 2 >= items.length) {
            items = items.slice(taken);
            taken = 0;
          }
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
