import type { Input } from "../screen/input.ts";

/** A field in which one of a few is chosen. */
export interface Cycle {
  options: readonly { name: string; about: string }[];
  place: number;
}

/** The field with other options: the choice stays where it is still there. */
export function withOptions(cycle: Cycle, options: Cycle["options"]): Cycle {
  const chosen = cycle.options[cycle.place]?.name;
  return {
    options,
    place: Math.max(
      0,
      options.findIndex(({ name }) => name === chosen),
    ),
  };
}

/** The choice after a key: arrows and space turn it, a letter goes to the next that begins with it; undefined for other keys. */
export function turned(cycle: Cycle, input: Input): Cycle | undefined {
  if (input.type !== "key") return undefined;
  const { options, place } = cycle;
  const count = options.length;
  const to = (next: number): Cycle => ({ options, place: count === 0 ? 0 : (next + count) % count });
  if (["left", "up"].includes(input.key)) return to(place - 1);
  if (["right", "down", "space"].includes(input.key)) return to(place + 1);
  if (input.text === "") return undefined;
  const letter = input.text.toLowerCase();
  for (let step = 1; step <= count; step += 1)
    if (options[(place + step) % count]?.name.toLowerCase().startsWith(letter) === true) return to(place + step);
  return cycle;
}
