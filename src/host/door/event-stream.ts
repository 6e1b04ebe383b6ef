import { lineFramer } from "../../base/lines.ts";

/** One message of a stream of server-sent events. */
export interface Frame {
  event: string;
  data: string;
}

/** The text of a message. JSON has no line feed of its own, so it is always one line of data. */
export const frameText = (event: string, data: unknown, id?: number): string =>
  `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** What is said where there is nothing to say, so that nobody in between takes the connection for dead. */
export const stillHere = ": still here\n\n";

/**
 * The messages of a stream that a deck sends, as many at a time as came together; ids are not looked at, since each event has its
 * number in it. What came whole before a line that is too long is given before that is refused.
 */
export async function* readFrames(chunks: AsyncIterable<Buffer>, cap: number): AsyncGenerator<Frame[], void> {
  const lines = lineFramer(cap);
  let frame: Frame = { event: "", data: "" };
  for await (const chunk of chunks) {
    const frames: Frame[] = [];
    try {
      for (const line of lines.push(chunk)) {
        if (line.startsWith("event: ")) frame.event = line.slice("event: ".length);
        else if (line.startsWith("data: ")) frame.data = line.slice("data: ".length);
        else if (line === "") {
          if (frame.event !== "") frames.push(frame);
          frame = { event: "", data: "" };
        }
      }
    } catch (error) {
      if (frames.length > 0) yield frames;
      throw error;
    }
    if (frames.length > 0) yield frames;
  }
}
