/** Frames bytes into lines by LF, with a cap on a line's length. Pure: it is given chunks and returns what they complete. */
export interface LineFramer {
  /** The complete lines in what has come so far, without their LF. Throws nothing; see `overflowed`. */
  push(chunk: Buffer): Buffer[];
  /** The last line that has no LF yet; empty when there is none. */
  rest(): Buffer;
  /** True once a line was longer than the cap. From then on nothing more is framed. */
  readonly overflowed: boolean;
}

/** @param cap the most bytes of one line, without its LF */
export function lineFramer(cap: number): LineFramer {
  let parts: Buffer[] = [];
  let held = 0;
  let overflowed = false;

  const overflow = (): Buffer[] => {
    overflowed = true;
    parts = [];
    held = 0;
    return [];
  };

  return {
    push(chunk) {
      if (overflowed) return [];
      const lines: Buffer[] = [];
      let from = 0;
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
        const piece = chunk.subarray(from, at);
        if (held + piece.length > cap) {
          overflow();
          return lines;
        }
        lines.push(held === 0 ? piece : Buffer.concat([...parts, piece]));
        parts = [];
        held = 0;
        from = at + 1;
      }
      const rest = chunk.subarray(from);
      if (held + rest.length > cap) {
        overflow();
        return lines;
      }
      if (rest.length > 0) {
        parts.push(rest);
        held += rest.length;
      }
      return lines;
    },
    rest: () => Buffer.concat(parts),
    get overflowed() {
      return overflowed;
    },
  };
}
