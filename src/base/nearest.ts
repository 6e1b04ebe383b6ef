/** The word that was probably meant by a mistyped one; undefined when none is near. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase().slice(0, longest);
  let best: { word: string; steps: number } | undefined;
  for (const word of known) {
    const steps = distance(wanted, word.toLowerCase());
    if (best === undefined || steps < best.steps) best = { word, steps };
  }
  return best !== undefined && best.steps <= Math.max(1, Math.floor(wanted.length / 3)) ? best.word : undefined;
}

/** Nobody mistypes a longer word; a hostile text must not cost more. */
const longest = 60;

/** Letters to add, drop, change or swap with their neighbour. */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = last;
    last = next;
  }
  return last[to.length] ?? from.length;
}
