/** Runs one action at a time, in the order of the calls. A failed action does not stop the next. */
export function mutex(): <T>(action: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (action) => {
    const next = last.then(action, action);
    last = next.then(
      () => undefined,
      () => undefined,
    );
    return next;
  };
}
