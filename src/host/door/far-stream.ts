import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import { pause } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import { parseEvent, type DeckEvent } from "../../protocol/event.ts";
import { readFrames, type Frame } from "./event-stream.ts";
import { ask, broken, ended, isBroken, isNobodyThere, unreadable, type FarDeck } from "./far-request.ts";
import { cutSchema, faultOf, readJson, refusalSchema, replyCap, wireEventSchema, wirePaths } from "./wire.ts";

/** The messages of a stream as they come, those that came together at a time. Rejects with a fault that `isBroken` when it breaks off. */
export async function* framesOf(response: IncomingMessage): AsyncGenerator<Frame[], void> {
  try {
    for await (const frames of readFrames(response as AsyncIterable<Buffer>, replyCap)) yield frames;
  } catch (error) {
    throw error instanceof Fault ? unreadable(error) : broken(error);
  }
}

/**
 * The events of a far deck after a number, over as many connections as it takes while that deck lives.
 * @param lost why there is no such deck any more
 */
export async function* followFar(far: FarDeck, afterSeq: number, lost: () => unknown): AsyncGenerator<DeckEvent, void> {
  if (lost() !== undefined) throw lost();
  let last = afterSeq;
  try {
    for (;;) {
      const path = `${wirePaths.events}?after=${last}`;
      const response = await askPatiently(far, path);
      try {
        stream: for await (const frames of framesOf(response))
          for (const frame of frames) {
            if (frame.event === "end") return;
            if (frame.event === "cut") {
              last = read(cutSchema, frame).after;
              break stream;
            }
            if (frame.event === "fault") throw faultOf(read(refusalSchema, frame).fault);
            const event = parseEvent(read(wireEventSchema, frame));
            yield event;
            last = event.seq;
          }
      } catch (error) {
        if (!isBroken(error)) throw error;
        await pause(breathMs, far.leaving);
      }
    }
  } catch (error) {
    // Whoever closes the face has seen enough.
    if (far.leaving.aborted) return;
    throw isBroken(error) ? ended() : error;
  }
}

/** Asks, several times within seconds where the connection breaks although the deck may be there. */
export async function askPatiently(far: FarDeck, path: string): Promise<IncomingMessage> {
  for (const wait of waits) {
    if (wait > 0) await pause(wait, far.leaving);
    try {
      return await ask(far, { path });
    } catch (error) {
      if (!isBroken(error) || isNobodyThere(error) || far.leaving.aborted) throw error;
    }
  }
  throw ended();
}

/** Milliseconds. A deck that is being killed drops connections for a moment before nobody listens any more. */
const waits: readonly number[] = [0, 100, 300, 1000];

/** Before a stream that broke is asked for anew, milliseconds: one that breaks again and again must not keep anybody busy. */
export const breathMs = 20;

function read<T>(schema: z.ZodType<T>, { data }: Frame): T {
  const value = schema.safeParse(readJson(data));
  if (value.success) return value.data;
  throw unreadable(value.error);
}
