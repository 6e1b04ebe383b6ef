import { connect, type Socket } from "node:net";
import { errnoOf, Fault, messageOf } from "../../base/fault.ts";
import { lineFramer } from "../../base/lines.ts";
import { channel, type Channel } from "../../base/stream.ts";
import type { Command } from "../../protocol/command.ts";
import { parseEvent, type DeckEvent } from "../../protocol/event.ts";
import type { RunView } from "../../protocol/view.ts";
import type { Port, Replies } from "../port.ts";
import { findAddress } from "./address.ts";
import {
  answerSchemas,
  faultOf,
  greetingSchema,
  readLine,
  replyCap,
  replySchema,
  viewSchema,
  wireLine,
  wireVersion,
  type Reply,
} from "./wire.ts";

/** How long a deck may take to greet, milliseconds. It does so at once, unless it hangs. */
const greetingMs = 5000;

/** The port of a deck that runs in another process. `close` ends the connection; the deck goes on. */
export async function attach(
  home: string,
  patience: { greetingMs: number } = { greetingMs },
): Promise<{ port: Port; close(): Promise<void> }> {
  const socket = await reach(home, await findAddress(home));
  const line = lineFramer(replyCap);
  const greeted = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  const follows = new Map<number, Channel<DeckEvent>>();
  let last = 0;
  let isGreeted = false;
  let lost: Fault | undefined;

  /** The first reason counts; whatever waits gets it. */
  const lose = (fault: Fault, isOrderly = false): void => {
    if (lost !== undefined) return;
    lost = fault;
    greeted.reject(fault);
    for (const { reject } of waiting.values()) reject(fault);
    for (const follow of follows.values()) follow.close(isOrderly ? undefined : fault);
    waiting.clear();
    follows.clear();
    closed.resolve();
    socket.destroy();
  };

  const take = (text: string): void => {
    const value = readLine(text);
    if (!isGreeted) {
      isGreeted = true;
      const problem = problemOfGreeting(value, home);
      if (problem !== undefined) lose(problem);
      else {
        socket.write(wireLine({ attach: wireVersion }));
        greeted.resolve();
      }
      return;
    }
    const reply = replySchema.safeParse(value);
    if (reply.success) hear(reply.data);
    else lose(unreadable());
  };

  const hear = (reply: Reply): void => {
    if ("bye" in reply) lose(ended(), true);
    else if ("event" in reply) follows.get(reply.id)?.push(parseEvent(reply.event));
    else if ("end" in reply) endFollow(reply.id);
    else if ("fault" in reply) {
      if (reply.id === null) lose(faultOf(reply.fault));
      else if (follows.has(reply.id)) endFollow(reply.id, faultOf(reply.fault));
      else settle(reply.id)?.reject(faultOf(reply.fault));
    } else settle(reply.id)?.resolve(reply.ok);
  };

  const endFollow = (id: number, fault?: Fault): void => {
    follows.get(id)?.close(fault);
    follows.delete(id);
  };

  const settle = (id: number): ReturnType<typeof waiting.get> => {
    const found = waiting.get(id);
    waiting.delete(id);
    return found;
  };

  const ask = (request: Record<string, unknown>): Promise<unknown> => {
    if (lost !== undefined) return Promise.reject(lost);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    last += 1;
    waiting.set(last, { resolve, reject });
    socket.write(wireLine({ id: last, ...request }));
    return promise;
  };

  socket.on("data", (chunk: Buffer) => {
    try {
      for (const text of line.push(chunk)) if (lost === undefined) take(text);
    } catch (error) {
      lose(error instanceof Fault ? error : unreadable(error));
    }
  });
  socket.on("error", () => "told by `close`");
  // One that is just dying takes a connection and drops it without a word.
  socket.on("close", () => lose(isGreeted ? ended() : notRunning(home)));

  const silence = setTimeout(() => lose(silent(home)), patience.greetingMs);
  try {
    await greeted.promise;
  } finally {
    clearTimeout(silence);
  }

  const port: Port = {
    async send<C extends Command>(command: C): Promise<Replies[C["type"]]> {
      const answer = await ask({ method: "send", command });
      const schema = answerSchemas[command.type];
      if (schema !== undefined && !schema.safeParse(answer).success) throw unreadable();
      // The deck has the same version, and what is looked into has just been validated.
      return answer as Replies[C["type"]];
    },
    async snapshot(run) {
      const view = await ask({ method: "snapshot", ...(run === undefined ? {} : { run }) });
      if (view === undefined || view === null) return undefined;
      if (!viewSchema.safeParse(view).success) throw unreadable();
      // Validated as far as it decides whether it can be read; the deck has the same version.
      return view as RunView;
    },
    async *follow(afterSeq) {
      if (lost !== undefined) throw lost;
      last += 1;
      const id = last;
      const events = channel<DeckEvent>();
      follows.set(id, events);
      socket.write(wireLine({ id, method: "follow", after: afterSeq }));
      try {
        yield* events;
      } finally {
        if (follows.delete(id)) ask({ method: "unfollow", follow: id }).catch(() => "the connection has gone with it");
      }
    },
    closed: closed.promise,
  };
  return {
    port,
    close() {
      lose(ended(), true);
      return Promise.resolve();
    },
  };
}

function reach(home: string, path: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect(path);
  const fail = (error: Error): void => reject(unreached(home, error));
  socket.once("error", fail);
  socket.once("connect", () => {
    socket.off("error", fail);
    resolve(socket);
  });
  return promise;
}

function unreached(home: string, error: Error): Fault {
  const errno = errnoOf(error) ?? "";
  if (!nobodyListens.has(errno))
    return new Fault("setup", "deck.unreachable", `the deck of ${home} cannot be reached: ${messageOf(error)}`, {
      hint: "Try again. If that does not help, check that the folder is yours, or name another one with --home.",
      cause: error,
    });
  return notRunning(home);
}

const notRunning = (home: string): Fault =>
  new Fault("usage", "deck.not_running", `no deck is running in ${home}`, {
    facts: { home },
    hint: 'Start one with: cyberdeck run "GOAL" (or name another deck with --workspace or --home).',
  });

/** No socket, one that nobody serves any more, or something else in its place. */
const nobodyListens: ReadonlySet<string> = new Set(["ENOENT", "ECONNREFUSED", "ENOTDIR", "ENOTSOCK", "EINVAL"]);

function problemOfGreeting(value: unknown, home: string): Fault | undefined {
  const refusal = replySchema.safeParse(value);
  if (refusal.success && "fault" in refusal.data) return faultOf(refusal.data.fault);
  const greeting = greetingSchema.safeParse(value);
  if (!greeting.success)
    return new Fault("setup", "deck.stranger", `what listens in ${home} is no deck`, {
      hint: "Name the deck's own folder with --home.",
    });
  const { cyberdeck, deck, pid } = greeting.data;
  if (cyberdeck === wireVersion) return undefined;
  return new Fault("usage", "deck.other_version", `the deck (${deck}, pid ${pid}) is of another version than this`, {
    facts: { deck, pid },
    hint: "Use the cyberdeck that started it, or end it and start it again.",
  });
}

const silent = (home: string): Fault =>
  new Fault("setup", "deck.silent", `the deck in ${home} does not answer`, {
    hint: "It may be busy: try again, or end it where it was started.",
  });

const ended = (): Fault =>
  new Fault("setup", "deck.ended", "the deck has ended, or has cut the connection", {
    hint: "Look at what was recorded: cyberdeck show last",
  });

const unreadable = (cause?: unknown): Fault =>
  new Fault("internal", "deck.unreadable", "the deck said something that this version cannot read", {
    hint: "Use the cyberdeck that started it.",
    ...(cause === undefined ? {} : { cause }),
  });
