/** Keeps the last result of a pure function for as long as it is asked for the same: a frame and each of its keys ask anew. */
export function kept<A extends readonly unknown[], R>(make: (...given: A) => R): (...given: A) => R {
  let last: { given: A; result: R } | undefined;
  return (...given) => {
    const before = last;
    if (before !== undefined && before.given.every((one, index) => Object.is(one, given[index]))) return before.result;
    const result = make(...given);
    last = { given, result };
    return result;
  };
}
