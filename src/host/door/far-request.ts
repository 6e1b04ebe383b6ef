import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { errnoOf, Fault, messageOf } from "../../base/fault.ts";
import { request as httpRequest } from "../../base/node-http.ts";
import { deckHeader, faultOf, readJson, refusalSchema, replyCap, wireHeader, wireVersion } from "./wire.ts";

/** A deck in another process, as a face reaches it. */
export interface FarDeck {
  home: string;
  socketPath: string;
  /** The one that was greeted; a later one in the same home is another. */
  instance: string | undefined;
  /** Aborts when the face has had enough. */
  leaving: AbortSignal;
}

/** The connection failed or broke, so that nobody answered. Faces hear what became of the deck instead. */
export const broken = (cause: unknown): Fault =>
  new Fault("setup", "deck.broken", messageOf(cause), { facts: { errno: errnoOf(cause) ?? "" }, cause });

export const isBroken = (error: unknown): error is Fault => error instanceof Fault && error.code === "deck.broken";

/** No socket, one that nobody serves any more, or something else in its place. */
export const isNobodyThere = ({ facts }: Fault): boolean =>
  ["ENOENT", "ECONNREFUSED", "ENOTDIR", "ENOTSOCK", "EINVAL"].includes(String(facts["errno"]));

/** The deck, or what is in front of it, closed the connection. */
export const isDropped = ({ facts }: Fault): boolean =>
  ["ECONNRESET", "EPIPE", "ECONNABORTED"].includes(String(facts["errno"]));

/**
 * Asks the deck. Resolves to the beginning of a good answer; rejects with the deck's fault, with one about the deck, or
 * with one that `isBroken`.
 */
export async function ask(
  far: FarDeck,
  { path, command }: { path: string; command?: unknown },
): Promise<IncomingMessage> {
  const response = await reach(far, path, command);
  if (response.headers[wireHeader] === undefined) {
    response.destroy();
    throw stranger(far.home);
  }
  if (response.statusCode === 200) {
    if (response.headers[wireHeader] === String(wireVersion)) return response;
    response.destroy();
    throw otherVersion({});
  }
  const refusal = refusalSchema.safeParse(readJson(await readAll(response)));
  if (!refusal.success) throw unreadable();
  const { fault } = refusal.data;
  if (fault.code === "door.other_version") throw otherVersion(fault.facts);
  if (fault.code === "door.other_deck" || fault.code === "door.closing") throw ended();
  throw faultOf(fault);
}

/** The rest of an answer as text. */
export async function readAll(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let held = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      held += part.length;
      if (held > replyCap) break;
      parts.push(part);
    }
  } catch (error) {
    throw broken(error);
  }
  if (held > replyCap) throw unreadable();
  return Buffer.concat(parts).toString("utf8");
}

/** A connection for each request: an idle one that the deck closes just then would leave open what became of a command. */
function reach(far: FarDeck, path: string, command: unknown): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const body = command === undefined ? undefined : JSON.stringify(command);
  const request = httpRequest({
    path,
    method: body === undefined ? "GET" : "POST",
    createConnection: () => connect(far.socketPath),
    signal: far.leaving,
    headers: {
      Host: "localhost",
      [wireHeader]: String(wireVersion),
      ...(far.instance === undefined ? {} : { [deckHeader]: far.instance }),
      ...(body === undefined
        ? {}
        : { "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(body)) }),
    },
  });
  request.on("response", resolve);
  request.on("error", (error) => {
    reject(errnoOf(error)?.startsWith("HPE_") === true ? stranger(far.home) : broken(error));
  });
  request.end(body);
  return promise;
}

export const ended = (): Fault =>
  new Fault("setup", "deck.ended", "the deck has ended, or has cut the connection", {
    hint: "Look at what was recorded: cyberdeck show last",
  });

export const unreadable = (cause?: unknown): Fault =>
  new Fault("internal", "deck.unreadable", "the deck said something that this version cannot read", {
    hint: "Use the cyberdeck that started it.",
    ...(cause === undefined ? {} : { cause }),
  });

const stranger = (home: string): Fault =>
  new Fault("setup", "deck.stranger", `what listens in ${home} is no deck`, {
    hint: "Name the deck's own folder with --home.",
  });

function otherVersion(facts: Record<string, unknown>): Fault {
  const { deck, pid } = facts;
  const which = typeof deck === "string" && typeof pid === "number" ? ` (${deck}, pid ${pid})` : "";
  return new Fault("usage", "deck.other_version", `the deck${which} is of another version than this`, {
    facts,
    hint: "Use the cyberdeck that started it, or end it and start it again.",
  });
}
