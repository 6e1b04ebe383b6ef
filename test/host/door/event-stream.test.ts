import { expect, test } from "vitest";
import { frameText, readFrames, stillHere, type Frame } from "../../../src/host/door/event-stream.ts";

/** What is read of a stream that comes in these pieces, up to its end or its fault. */
async function read(pieces: (string | Buffer)[], cap = 1000): Promise<{ frames: Frame[]; fault: unknown }> {
  const chunks = async function* (): AsyncGenerator<Buffer> {
    for (const piece of pieces) yield await Promise.resolve(typeof piece === "string" ? Buffer.from(piece) : piece);
  };
  const frames: Frame[] = [];
  try {
    for await (const some of readFrames(chunks(), cap)) {
      // Nobody is woken for nothing.
      expect(some).not.toEqual([]);
      frames.push(...some);
    }
    return { frames, fault: undefined };
  } catch (fault) {
    return { frames, fault };
  }
}

const two = frameText("deck", { n: "ü" }, 1) + stillHere + frameText("end", {});
const both: Frame[] = [
  { event: "deck", data: '{"n":"ü"}' },
  { event: "end", data: "{}" },
];

test("messages that come in one piece, or byte by byte, are the same", async () => {
  expect((await read([two])).frames).toEqual(both);
  expect((await read([...Buffer.from(two)].map((byte) => Buffer.of(byte)))).frames).toEqual(both);
});

test("a message that is not whole when the stream ends is none", async () => {
  expect((await read([two.slice(0, -1)])).frames).toEqual(both.slice(0, 1));
});

test("messages before a line that is too long are given, and then that is refused", async () => {
  const { frames, fault } = await read([`${two}event: ${"x".repeat(2000)}\n\n`]);
  expect(frames).toEqual(both);
  expect(fault).toMatchObject({ code: "line.too_long" });
});
