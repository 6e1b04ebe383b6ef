import { pause } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import type { Command } from "../../protocol/command.ts";
import type { RunView } from "../../protocol/view.ts";
import type { Port, Replies } from "../port.ts";
import { findAddress } from "./address.ts";
import type { Frame } from "./event-stream.ts";
import {
  ask,
  broken,
  ended,
  isBroken,
  isDropped,
  isNobodyThere,
  readAll,
  unreadable,
  type FarDeck,
} from "./far-request.ts";
import { askPatiently, breathMs, followFar, framesOf } from "./far-stream.ts";
import { answerSchemas, greetingSchema, readJson, snapshotSchema, wirePaths } from "./wire.ts";

/**
 * An answer that comes once or twice in the life of a face is checked as it is: compiling its schema for it, which zod would do, takes
 * longer than the check.
 */
const once = { jitless: true } as const;

/** How long a deck may take to greet, milliseconds. It does so at once, unless it hangs. */
const greetingMs = 5000;

/** The port of a deck that runs in another process. `close` ends the connections; the deck goes on. */
export async function attach(
  home: string,
  patience: { greetingMs: number } = { greetingMs },
): Promise<{ port: Port; close(): Promise<void> }> {
  const leaving = new AbortController();
  const far: FarDeck = {
    home,
    socketPath: await findAddress(home),
    instance: undefined,
    leaving: leaving.signal,
  };
  const presence = await greet(far, patience.greetingMs, () => leaving.abort());
  let lost: unknown;
  const watch = async (): Promise<void> => {
    lost = await untilGone(far, presence);
  };
  const closed = watch();

  /** The answer of the deck as JSON. */
  const hear = async (question: Parameters<typeof ask>[1]): Promise<unknown> => {
    if (lost !== undefined) throw lost;
    try {
      return readJson(await readAll(await ask(far, question)));
    } catch (error) {
      throw isBroken(error) ? await reasonOf(far, error) : error;
    }
  };

  const port: Port = {
    async send<C extends Command>(command: C): Promise<Replies[C["type"]]> {
      const answer = await hear({ path: wirePaths.commands, command });
      const schema = answerSchemas[command.type];
      if (schema !== undefined && !schema.safeParse(answer, once).success) throw unreadable();
      // The deck has the same version, and what is looked into has just been validated.
      return answer as Replies[C["type"]];
    },
    async snapshot(run) {
      const query = run === undefined ? "" : `?run=${encodeURIComponent(run)}`;
      const answer = snapshotSchema.safeParse(await hear({ path: `${wirePaths.snapshot}${query}` }), once);
      if (!answer.success) throw unreadable();
      // Validated as far as it decides whether it can be read; the deck has the same version.
      return (answer.data.run as RunView | null) ?? undefined;
    },
    follow: (afterSeq) => followFar(far, afterSeq, () => lost),
    closed,
  };
  return {
    port,
    async close() {
      leaving.abort();
      await closed;
    },
  };
}

/** Connects for as long as the face is there, and learns which deck it is. */
async function greet(far: FarDeck, ms: number, giveUp: () => void): Promise<AsyncGenerator<Frame[], void>> {
  let isSilent = false;
  const silence = setTimeout(() => {
    isSilent = true;
    giveUp();
  }, ms);
  try {
    const frames = framesOf(await ask(far, { path: wirePaths.presence }));
    const { value } = await frames.next();
    const [frame] = value ?? [];
    if (frame === undefined) throw broken(undefined);
    const greeting = greetingSchema.safeParse(readJson(frame.data), once);
    if (!greeting.success) throw unreadable();
    far.instance = greeting.data.instance;
    return frames;
  } catch (error) {
    giveUp();
    if (isSilent) throw silent(far.home);
    if (!isBroken(error)) throw error;
    // One that is just dying takes a connection and drops it without a word.
    if (isNobodyThere(error) || isDropped(error)) throw notRunning(far.home);
    throw unreachable(far.home, error);
  } finally {
    clearTimeout(silence);
  }
}

/** Settles with the reason when the deck has ended, or the face has left. A connection that breaks is made anew. */
async function untilGone(far: FarDeck, first: AsyncGenerator<Frame[], void>): Promise<unknown> {
  let frames = first;
  for (;;) {
    try {
      for await (const some of frames) if (some.some(({ event }) => event === "end")) return ended();
    } catch (error) {
      if (!isBroken(error)) return error;
    }
    await pause(breathMs, far.leaving);
    if (far.leaving.aborted) return ended();
    try {
      frames = framesOf(await askPatiently(far, wirePaths.presence));
    } catch (error) {
      return isBroken(error) ? ended() : error;
    }
  }
}

/** Why there was no answer. A command is never sent twice: nobody knows whether it was carried out. */
async function reasonOf(far: FarDeck, cause: Fault): Promise<Fault> {
  if (far.leaving.aborted || isNobodyThere(cause)) return ended();
  try {
    (await askPatiently(far, wirePaths.version)).destroy();
  } catch {
    // Whatever the reason is, the deck that was asked is not there any more.
    return ended();
  }
  return new Fault("setup", "deck.cut_off", "the connection broke before the deck had answered", {
    hint: "What you asked for may have been done: look before you ask again (cyberdeck show last).",
    cause,
  });
}

const unreachable = (home: string, cause: Fault): Fault =>
  new Fault("setup", "deck.unreachable", `the deck of ${home} cannot be reached: ${cause.message}`, {
    hint: "Try again. If that does not help, check that the folder is yours, or name another one with --home.",
    cause,
  });

const notRunning = (home: string): Fault =>
  new Fault("usage", "deck.not_running", `no deck is running in ${home}`, {
    facts: { home },
    hint: 'Start one with: cyberdeck run "GOAL" (or name another deck with --workspace or --home).',
  });

const silent = (home: string): Fault =>
  new Fault("setup", "deck.silent", `the deck in ${home} does not answer`, {
    hint: "It may be busy: try again, or end it where it was started.",
  });
