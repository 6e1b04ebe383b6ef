import { createHash } from "node:crypto";

/** Ids that are never to be used again. */
export interface GivenUp {
  add(id: string): void;
  /** True for each that was added; for another one hardly ever. Whoever is refused by that comes with another id. */
  has(id: string): boolean;
}

/**
 * Remembers ids for good in a room that does not grow: as bits in a table (a Bloom filter). None is forgotten, whatever comes after it. Of fresh
 * ids one in 6,000 is taken for one of them when a million were added, and one in four when ten million were.
 * @param bytes of the table; what of it was not used yet takes no memory
 */
export function givenUp(bytes = usualBytes): GivenUp {
  const table = new Uint8Array(bytes);
  const places = (id: string): { at: number; bit: number }[] => {
    const digest = createHash("sha256").update(id).digest();
    return [0, 4, 8, 12].map((from) => {
      const place = digest.readUInt32LE(from);
      return { at: (place >>> 3) % bytes, bit: 1 << (place & 7) };
    });
  };
  return {
    add(id) {
      for (const { at, bit } of places(id)) table[at] = (table[at] ?? 0) | bit;
    },
    has: (id) => places(id).every(({ at, bit }) => ((table[at] ?? 0) & bit) !== 0),
  };
}

const usualBytes = 4 * 1024 * 1024;
