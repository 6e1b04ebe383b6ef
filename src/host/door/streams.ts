import { setImmediate as nextRound } from "node:timers/promises";
import { pause } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import type { Port } from "../port.ts";
import { usualHeaders, type Call } from "./answering.ts";
import { frameText, stillHere } from "./event-stream.ts";
import type { DoorLimits } from "./limits.ts";
import { wireFault, type Greeting } from "./wire.ts";

/** A stream of server-sent events to one visitor. */
export interface Stream {
  /** Says the last word and closes, within a bound. For the events of a deck: the deck must have ended them. */
  leave(): Promise<void>;
  /** Settles when the connection is gone. */
  readonly closed: Promise<void>;
}

/**
 * Tells a visitor the events after a number. One that stays behind is not subscribed meanwhile: it goes on from the
 * record, so that what it has not read yet costs no memory, however long it takes. One that does not read is cut.
 */
export function tellEvents(call: Call, port: Port, after: number, limits: DoorLimits): Stream {
  let last = after;
  const cut = (fault: Fault): void => line.end(frameText("cut", { after: last, fault: wireFault(fault) }));
  const line = openLine(call, limits, () => cut(tooSlow()));

  const tell = async (): Promise<void> => {
    while (!line.gone.aborted) {
      let hasRoom = true;
      let isLong = false;
      const enough = pause(limits.behindMs, line.gone).then(() => (isLong = true));
      // A subscription that waits for an event ends at that one: nobody waits for it.
      for await (const event of port.follow(last)) {
        if (line.gone.aborted) return;
        last = event.seq;
        hasRoom = line.say(frameText(event.type, event, event.seq));
        // To ask the record anew is dear: it is read in pages, of which one that has no room would get a part.
        if (!hasRoom) await Promise.race([line.drained(), enough]);
        if (!hasRoom && isLong) break;
      }
      if (hasRoom) return line.end(frameText("end", { after: last }));
      await line.drained();
      // A long record would be read without a pause: others must have their turn.
      await nextRound();
    }
  };
  const told = tell().catch((error: unknown) => line.end(frameText("fault", { fault: wireFault(error) })));
  return {
    async leave() {
      await Promise.race([told, pause(limits.lastWordsMs, line.gone)]);
      cut(new Fault("setup", "deck.ended", "the deck has ended before you had read everything"));
      await line.closed;
    },
    closed: line.closed,
  };
}

/** Tells a visitor who the deck is, and then nothing until the deck ends: it is there as long as the stream is. */
export function tellPresence(call: Call, greeting: Greeting, limits: DoorLimits): Stream {
  const line = openLine(call, limits, () => line.end(""));
  line.say(frameText("deck", greeting));
  return {
    async leave() {
      line.end(frameText("end", {}));
      await line.closed;
    },
    closed: line.closed,
  };
}

interface Line {
  /** False when the visitor is to catch up first. */
  say(text: string): boolean;
  /** Settles when the visitor has caught up, or has gone. */
  drained(): Promise<void>;
  /** The last words. Only the first ones count. */
  end(text: string): void;
  /** Aborts when nothing more is told. */
  readonly gone: AbortSignal;
  readonly closed: Promise<void>;
}

/** So much goes out at once, characters: a piece for each event is most of the work of telling a long record. */
const pieceLength = 32 * 1024;

function openLine({ request, response }: Call, limits: DoorLimits, onStall: () => void): Line {
  const gone = new AbortController();
  const over = new AbortController();
  const closed = Promise.withResolvers<void>();
  let stalled: NodeJS.Timeout | undefined;

  let held = "";
  let flushing: NodeJS.Immediate | undefined;

  const take = (): string => {
    const text = held;
    held = "";
    clearImmediate(flushing);
    flushing = undefined;
    return text;
  };
  const flush = (): boolean => {
    const text = take();
    if (text === "" || gone.signal.aborted) return !response.writableNeedDrain;
    const hasRoom = response.write(text);
    if (!hasRoom) stalled ??= setTimeout(onStall, limits.stallMs);
    return hasRoom;
  };
  const say = (text: string): boolean => {
    if (gone.signal.aborted) return false;
    held += text;
    if (held.length >= pieceLength) return flush();
    // What comes in the same breath goes out in one piece.
    flushing ??= setImmediate(flush);
    return !response.writableNeedDrain;
  };

  response.on("drain", () => {
    clearTimeout(stalled);
    stalled = undefined;
  });
  response.on("error", () => "the visitor has gone; `close` follows");
  response.on("close", () => {
    gone.abort();
    take();
    over.abort();
    clearTimeout(stalled);
    clearInterval(breath);
    closed.resolve();
  });
  const breath = setInterval(() => {
    if (!response.writableNeedDrain) say(stillHere);
  }, limits.stillHereMs);
  breath.unref();

  response.writeHead(200, { ...usualHeaders, "Content-Type": "text/event-stream" });
  response.flushHeaders();
  return {
    say,
    async drained() {
      if (!response.writableNeedDrain || gone.signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      response.once("drain", resolve);
      const done = (): void => resolve();
      gone.signal.addEventListener("abort", done, { once: true });
      await promise;
      response.off("drain", resolve);
      gone.signal.removeEventListener("abort", done);
    },
    end(text) {
      if (gone.signal.aborted) return;
      const rest = take();
      gone.abort();
      clearTimeout(stalled);
      response.end(rest + text);
      void pause(limits.lastWordsMs, over.signal).then(() => request.socket.destroy());
    },
    gone: gone.signal,
    closed: closed.promise,
  };
}

const tooSlow = (): Fault =>
  new Fault("refused", "door.too_slow", "what you asked for was not read in time", {
    hint: "Read faster, or follow again from the last number that you have.",
  });
