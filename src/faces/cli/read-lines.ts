import type { Input } from "./world.ts";

/** A line of the input; a text that is longer than the cap is not kept. */
export type InputLine = { text: string } | { tooLong: true };

/** The lines of an input as they come, cut at line feeds alone; the last one needs none. A long line costs the cap at most. */
export async function* readLines(input: Input, cap: number): AsyncGenerator<InputLine> {
  let parts: Buffer[] = [];
  let held = 0;
  const add = (part: Buffer): void => {
    held += part.length;
    if (held > cap) parts = [];
    else parts.push(part);
  };
  const take = (): InputLine => {
    const line: InputLine = held > cap ? { tooLong: true } : { text: Buffer.concat(parts).toString("utf8") };
    parts = [];
    held = 0;
    return line;
  };
  for await (const piece of input) {
    const chunk: Buffer = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      add(chunk.subarray(from, end));
      from = end + 1;
      yield take();
    }
    add(chunk.subarray(from));
  }
  if (held > 0) yield take();
}
