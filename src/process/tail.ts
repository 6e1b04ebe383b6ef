import type { Readable } from "node:stream";

/** Reads a stream to its end, so that its writer never blocks, and keeps the last bytes. */
export interface Tail {
  /** What was kept, as text. Raw: pass it through `inert` before it is shown. */
  text(): string;
  /** Bytes that came in all. */
  readonly total: number;
  /** Settles when the stream is over, however it ended. */
  readonly ended: Promise<void>;
}

export function tail(stream: Readable, limit: number): Tail {
  let parts: Buffer[] = [];
  let held = 0;
  let total = 0;
  const end = Promise.withResolvers<void>();

  stream.on("data", (chunk: Buffer) => {
    total += chunk.length;
    parts.push(chunk);
    held += chunk.length;
    // Joining only at twice the limit makes it cheap for many small writes as well as for large ones.
    if (held > 2 * limit) {
      // A copy, so that a large chunk is not kept alive by its last bytes.
      parts = [Buffer.from(Buffer.concat(parts).subarray(-limit))];
      held = limit;
    }
  });
  for (const event of ["end", "close", "error"]) stream.on(event, () => end.resolve());

  return {
    text() {
      const bytes = Buffer.concat(parts).subarray(-limit);
      return total <= limit ? bytes.toString() : bytes.subarray(wholeCharacter(bytes)).toString();
    },
    get total() {
      return total;
    },
    ended: end.promise,
  };
}

/** Where the first whole character starts, after a cut that may have gone through one. */
function wholeCharacter(bytes: Buffer): number {
  let at = 0;
  while (at < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at += 1;
  return at;
}
