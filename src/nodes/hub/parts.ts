/**
 * Letters that are larger than what the server carries at once, in parts. Pure: bytes in, bytes out. A part that is lost makes the whole
 * letter lost.
 */
export interface Part {
  /** Of which letter of its writer. */
  letter: string;
  /** From 0. */
  index: number;
  count: number;
}

/** @param most bytes of a part */
export function* split(
  bytes: Uint8Array,
  most: number,
): Generator<{ index: number; count: number; bytes: Uint8Array }> {
  const count = Math.max(1, Math.ceil(bytes.length / most));
  for (let index = 0; index < count; index += 1)
    yield { index, count, bytes: bytes.subarray(index * most, (index + 1) * most) };
}

/** The head of a part as text, and back; undefined: it is none. */
export const writePart = ({ letter, index, count }: Part): string => `${letter}/${index}/${count}`;

export function readPart(text: string): Part | undefined {
  const match = /^([A-Za-z0-9_-]{1,64})\/(\d{1,6})\/(\d{1,6})$/.exec(text);
  const [, letter = "", index = "", count = ""] = match ?? [];
  const part = { letter, index: Number(index), count: Number(count) };
  return match === null || part.index >= part.count ? undefined : part;
}

export interface Joiner {
  /** The whole letter when this was the last part that was missing; what was given up for want of room is told. */
  take(from: string, part: Part, bytes: Uint8Array): Uint8Array | undefined;
  /** Nothing more will come of what is not complete: the link was down. */
  clear(): void;
  /** What is held of letters that are not complete. */
  readonly bytes: number;
}

/**
 * @param letterBytes the longest letter; what gets longer is given up
 * @param most so much is held of all letters together; over that, the one that was begun first is given up
 */
export function joiner(letterBytes: number, most: number, onGivenUp: (from: string, why: string) => void): Joiner {
  const open = new Map<string, Begun>();
  let held = 0;
  const drop = (key: string, begun: Begun): void => {
    open.delete(key);
    held -= begun.bytes;
  };
  return {
    take(from, { letter, index, count }, bytes) {
      const key = `${from} ${letter}`;
      const begun = open.get(key) ?? { from, count, parts: new Map<number, Uint8Array>(), bytes: 0 };
      if (begun.count !== count) {
        drop(key, begun);
        onGivenUp(from, "its parts do not agree on how many there are");
        return undefined;
      }
      if (begun.parts.has(index)) return undefined;
      begun.parts.set(index, bytes);
      begun.bytes += bytes.length;
      held += bytes.length;
      open.set(key, begun);
      if (begun.bytes > letterBytes) {
        drop(key, begun);
        onGivenUp(from, `a letter is longer than ${letterBytes} bytes`);
        return undefined;
      }
      if (begun.parts.size === count) {
        drop(key, begun);
        return Buffer.concat(Array.from({ length: count }, (_, at) => begun.parts.get(at) ?? new Uint8Array()));
      }
      for (const [oldKey, old] of open) {
        if (held <= most && open.size <= mostOpen) break;
        drop(oldKey, old);
        onGivenUp(old.from, "a letter did not become complete before others needed its room");
      }
      return undefined;
    },
    clear() {
      open.clear();
      held = 0;
    },
    get bytes() {
      return held;
    },
  };
}

interface Begun {
  from: string;
  count: number;
  parts: Map<number, Uint8Array>;
  bytes: number;
}

/** Parts without bytes cost room too. */
const mostOpen = 1000;
