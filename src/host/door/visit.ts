import type { Socket } from "node:net";
import { z } from "zod";
import { pause } from "../../base/clock.ts";
import { Fault, unreachable } from "../../base/fault.ts";
import { lineFramer } from "../../base/lines.ts";
import { commandSchema } from "../../protocol/command.ts";
import type { Port } from "../port.ts";
import {
  helloSchema,
  readLine,
  requestCap,
  requestSchema,
  wireFault,
  wireLine,
  wireVersion,
  type Request,
} from "./wire.ts";

/** How patient a door is with one visitor, milliseconds and counts. */
export interface VisitLimits {
  /** Until the visitor has said hello. */
  helloMs: number;
  /** For a visitor that does not read what it has asked for. */
  stallMs: number;
  /** For the last words to be read. */
  lastWordsMs: number;
  /** Requests that are not answered yet, follows not included. */
  mostPending: number;
  mostFollows: number;
}

export const usualLimits: VisitLimits = {
  helloMs: 10_000,
  stallMs: 30_000,
  lastWordsMs: 2000,
  mostPending: 32,
  mostFollows: 8,
};

/** One connection to the deck. */
export interface Visit {
  /** Lets the follows reach their end, says goodbye and closes, within a bound. The deck must have ended its events. */
  leave(): Promise<void>;
  /** Settles when the connection is gone. */
  readonly closed: Promise<void>;
}

/** Serves one visitor: reads its requests, answers them in the port's name, and cuts what is malformed, too much or too slow. */
export function receive(socket: Socket, port: Port, greeting: unknown, limits: VisitLimits): Visit {
  const gone = new AbortController();
  const closed = Promise.withResolvers<void>();
  const lines = lineFramer(requestCap);
  const follows = new Map<number, { stop: () => void; ended: Promise<void> }>();
  let isGreeted = false;
  let isOver = false;
  let pending = 0;
  let stalled: NodeJS.Timeout | undefined;

  const tooSlow = (): void => {
    const fault = new Fault("refused", "door.too_slow", "what you asked for was not read in time", {
      hint: "Read faster, or follow again from the last number that you have.",
    });
    cut(fault);
  };

  /** False when the visitor is to catch up first. */
  const say = (message: unknown): boolean => {
    if (isOver || socket.destroyed) return false;
    const hasRoom = socket.write(wireLine(message));
    if (!hasRoom) {
      // What has not been read yet is the bound: nothing more is taken from a visitor that does not read.
      socket.pause();
      stalled ??= setTimeout(tooSlow, limits.stallMs);
    }
    return hasRoom;
  };

  const hasDrained = (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (!socket.writableNeedDrain || isOver || socket.destroyed) resolve();
    else {
      const done = (): void => {
        socket.off("drain", done);
        socket.off("close", done);
        resolve();
      };
      socket.on("drain", done);
      socket.on("close", done);
    }
    return promise;
  };

  /** The last words, then the end. */
  const end = (message: unknown): void => {
    if (isOver) return;
    isOver = true;
    for (const { stop } of follows.values()) stop();
    socket.end(wireLine(message));
    socket.resume();
    void pause(limits.lastWordsMs, gone.signal).then(() => socket.destroy());
  };
  const cut = (fault: Fault): void => end({ id: null, fault: wireFault(fault) });

  const take = (line: string): void => {
    if (isOver) return;
    const value = readLine(line);
    if (!isGreeted) {
      isGreeted = true;
      clearTimeout(late);
      const problem = problemOfHello(value);
      if (problem !== undefined) cut(problem);
      return;
    }
    const request = requestSchema.safeParse(value);
    if (request.success) answer(request.data);
    else say({ id: idOf(value), fault: wireFault(badRequest(request.error)) });
  };

  const answer = (request: Request): void => {
    switch (request.method) {
      case "follow":
        if (follows.has(request.id)) refuse(request.id, "this number follows already: choose another one");
        else if (follows.size >= limits.mostFollows) refuse(request.id, "you follow too often: end a follow first");
        else follow(request.id, request.after);
        return;
      case "unfollow":
        follows.get(request.follow)?.stop();
        say({ id: request.id, ok: {} });
        return;
      case "send":
      case "snapshot":
        if (pending >= limits.mostPending) refuse(request.id, "too many requests wait: wait for an answer first");
        else void reply(request);
        return;
      default:
        unreachable(request);
    }
  };

  const refuse = (id: number, why: string): void => {
    const fault = new Fault("refused", "door.too_much", why, { hint: "The connection stays open." });
    say({ id, fault: wireFault(fault) });
  };

  const reply = async (request: Request & { method: "send" | "snapshot" }): Promise<void> => {
    pending += 1;
    try {
      const ok = await (request.method === "snapshot"
        ? port.snapshot(request.run)
        : port.send(commandOf(request.command)));
      say({ id: request.id, ok });
    } catch (error) {
      say({ id: request.id, fault: wireFault(error) });
    }
    pending -= 1;
  };

  const follow = (id: number, after: number): void => {
    const stopped = new AbortController();
    const told = async (): Promise<void> => {
      try {
        await relay(id, after, stopped.signal);
        say({ id, end: true });
      } catch (error) {
        say({ id, fault: wireFault(error) });
      }
      follows.delete(id);
    };
    follows.set(id, { stop: () => stopped.abort(), ended: told() });
  };

  /**
   * Tells the events from a number on. A visitor that is behind is not subscribed meanwhile: it goes on from the record,
   * so that what it has not read yet costs no memory, however long it takes.
   */
  const relay = async (id: number, after: number, signal: AbortSignal): Promise<void> => {
    const stop = Promise.withResolvers<"stopped">();
    signal.addEventListener("abort", () => stop.resolve("stopped"), { once: true });
    let last = after;
    while (!signal.aborted) {
      const events = port.follow(last)[Symbol.asyncIterator]();
      let hasRoom = true;
      while (hasRoom) {
        const next = await Promise.race([events.next(), stop.promise]);
        if (next === "stopped" || next.done === true) {
          // A subscription that waits for an event ends at that one: nobody waits for it.
          void events.return?.();
          return;
        }
        last = next.value.seq;
        hasRoom = say({ id, event: next.value });
      }
      await events.return?.();
      await hasDrained();
    }
  };

  const late = setTimeout(() => {
    cut(new Fault("usage", "door.no_hello", "the first line has not come", { hint: "Say hello at once." }));
  }, limits.helloMs);

  socket.on("data", (chunk: Buffer) => {
    try {
      for (const line of lines.push(chunk)) take(line);
    } catch (error) {
      cut(error instanceof Fault ? error : new Fault("internal", "door.failed", "the line could not be read"));
    }
  });
  socket.on("drain", () => {
    clearTimeout(stalled);
    stalled = undefined;
    socket.resume();
  });
  socket.on("error", () => "the visitor has gone; `close` follows");
  socket.on("close", () => {
    isOver = true;
    clearTimeout(late);
    clearTimeout(stalled);
    for (const { stop } of follows.values()) stop();
    gone.abort();
    closed.resolve();
  });
  say(greeting);

  return {
    async leave() {
      const enough = pause(limits.lastWordsMs, gone.signal);
      await Promise.race([Promise.all([...follows.values()].map(({ ended }) => ended)), enough]);
      end({ bye: true });
      await closed.promise;
    },
    closed: closed.promise,
  };
}

function problemOfHello(value: unknown): Fault | undefined {
  const hello = helloSchema.safeParse(value);
  if (!hello.success)
    return new Fault("usage", "door.bad_hello", "the first line is no greeting of a face", {
      hint: `Begin with {"attach":${wireVersion}}.`,
    });
  if (hello.data.attach === wireVersion) return undefined;
  return new Fault("usage", "door.other_version", `this deck speaks version ${wireVersion}, not ${hello.data.attach}`, {
    hint: "Use the cyberdeck that started this deck, or end that one and start it again.",
  });
}

function commandOf(value: unknown): z.infer<typeof commandSchema> {
  const command = commandSchema.safeParse(value);
  if (command.success) return command.data;
  throw new Fault("usage", "door.bad_command", `this is no command of the deck: ${shown(command.error)}`, {
    hint: "Use the cyberdeck that started this deck.",
  });
}

const badRequest = (error: z.ZodError): Fault =>
  new Fault("usage", "door.bad_request", `this is no request: ${shown(error)}`, {
    hint: 'A request is a line such as {"id":1,"method":"snapshot"}.',
  });

const shown = (error: z.ZodError): string => z.prettifyError(error).slice(0, 400);

const idOf = (value: unknown): number | null => z.object({ id: z.int().min(1) }).safeParse(value).data?.id ?? null;
