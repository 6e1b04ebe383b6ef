import { Fault } from "./fault.ts";

/** Cuts a stream of bytes into lines. */
export interface LineFramer {
  /** The lines that are complete now, without their line feed. Throws at a line longer than the cap, after those before it. */
  push(chunk: Buffer): Generator<string>;
}

/**
 * Frames at line feeds alone: other separators are legal inside of JSON. A line that never ends costs no more memory
 * than the cap.
 * @param cap bytes of the longest line
 */
export function lineFramer(cap: number): LineFramer {
  let parts: Buffer[] = [];
  let held = 0;

  const add = (part: Buffer): void => {
    held += part.length;
    if (held > cap) {
      parts = [];
      throw new Fault("usage", "line.too_long", `a line is longer than ${cap} bytes`, { facts: { cap } });
    }
    if (part.length > 0) parts.push(part);
  };

  return {
    *push(chunk) {
      let from = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
        const begin = from;
        from = end + 1;
        // Most lines lie in one piece: nothing is copied for them.
        if (parts.length === 0 && end - begin <= cap) {
          yield chunk.toString("utf8", begin, end);
          continue;
        }
        add(chunk.subarray(begin, end));
        const line = Buffer.concat(parts).toString("utf8");
        parts = [];
        held = 0;
        yield line;
      }
      add(chunk.subarray(from));
    },
  };
}
