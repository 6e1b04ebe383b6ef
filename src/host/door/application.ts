import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { pause } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import { commandSchema, type Command } from "../../protocol/command.ts";
import type { Port } from "../port.ts";
import { answer, refuse, usualHeaders, type Call } from "./answering.ts";
import { readBody } from "./body.ts";
import { refuseNoJson, refuseStranger, type Guard } from "./checks.ts";
import type { DoorLimits } from "./limits.ts";
import { tellEvents, tellPresence, type Stream } from "./streams.ts";
import { deckHeader, readJson, requestCap, wirePaths, type Greeting } from "./wire.ts";

/** What answers the requests, whichever way they come in. */
export interface Application {
  /** Serves one request that the guard lets in. Never throws. */
  serve(request: IncomingMessage, response: ServerResponse, guard: Guard): void;
  /** Faces that are there now. */
  readonly faces: number;
  /** Answers what is under way and ends the streams, within a bound. The deck must have ended its events. */
  leave(): Promise<void>;
}

export interface ApplicationOptions {
  port: Port;
  greeting: Greeting;
  limits: DoorLimits;
}

interface Route {
  method: "GET" | "POST";
  /** Fields that the query may have. */
  fields: readonly string[];
  serve(call: Call, query: URLSearchParams): Promise<void> | void;
}

/** The port as an HTTP application: a handful of paths, no files. */
export function openApplication({ port, greeting, limits }: ApplicationOptions): Application {
  const followers = new Set<Stream>();
  const faces = new Set<Stream>();
  const underWay = new Set<Promise<void>>();
  let isLeaving = false;

  const keep = (streams: Set<Stream>, open: () => Stream): void => {
    if (followers.size + faces.size >= limits.mostStreams)
      throw new Fault("refused", "door.too_much", `${limits.mostStreams} streams are open at this deck already`, {
        hint: "Close a face, then try again.",
      });
    const stream = open();
    streams.add(stream);
    void stream.closed.then(() => streams.delete(stream));
  };

  const routes: Readonly<Record<string, Route>> = {
    [wirePaths.commands]: {
      method: "POST",
      fields: [],
      async serve(call) {
        refuseNoJson(call.request);
        if (call.request.headers.expect !== undefined) call.response.writeContinue();
        const reply = await port.send(commandOf(readJson(await readBody(call.request, requestCap, limits.bodyMs))));
        await answer(call, 200, reply, limits);
      },
    },
    [wirePaths.snapshot]: {
      method: "GET",
      fields: ["run"],
      async serve(call, query) {
        const run = query.get("run") ?? undefined;
        await answer(call, 200, { run: (await port.snapshot(run)) ?? null }, limits);
      },
    },
    [wirePaths.events]: {
      method: "GET",
      fields: ["after"],
      serve(call, query) {
        const last = call.request.headers["last-event-id"];
        const after = seqOf(typeof last === "string" && last !== "" ? last : (query.get("after") ?? "0"));
        keep(followers, () => tellEvents(call, port, after, limits));
      },
    },
    [wirePaths.presence]: {
      method: "GET",
      fields: [],
      serve(call) {
        keep(faces, () => tellPresence(call, greeting, limits));
      },
    },
    [wirePaths.version]: {
      method: "GET",
      fields: [],
      serve: (call) => answer(call, 200, greeting, limits),
    },
  };

  const routed = async (call: Call, guard: Guard): Promise<void> => {
    try {
      for (const [name, value] of Object.entries(usualHeaders)) call.response.setHeader(name, value);
      guard(call.request);
      call.response.setHeader(deckHeader, greeting.instance);
      refuseStranger(call.request, greeting);
      if (isLeaving) throw closing();
      const { route, query } = routeOf(routes, call.request);
      await route.serve(call, query);
    } catch (error) {
      await refuse(call, error, limits);
    }
  };

  return {
    serve(request, response, guard) {
      request.on("error", () => "the visitor has gone; `close` follows");
      response.on("error", () => "the visitor has gone; `close` follows");
      const done = routed({ request, response }, guard)
        // Not even the refusal could be said.
        .catch(() => void response.destroy())
        .finally(() => void underWay.delete(done));
      underWay.add(done);
    },
    get faces() {
      return faces.size;
    },
    async leave() {
      isLeaving = true;
      const told = Promise.all([...[...followers].map((stream) => stream.leave()), ...underWay]);
      // That the deck is gone is told last: a face that hears it has heard everything else.
      await Promise.race([told, pause(limits.lastWordsMs)]);
      await Promise.all([...faces].map((stream) => stream.leave()));
    },
  };
}

function routeOf(
  routes: Readonly<Record<string, Route>>,
  { url = "", method = "" }: IncomingMessage,
): { route: Route; query: URLSearchParams } {
  const at = url.indexOf("?");
  const path = at === -1 ? url : url.slice(0, at);
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined)
    throw new Fault("usage", "door.unknown_path", "there is nothing at this path", {
      hint: `There is: ${Object.keys(routes).join(", ")}`,
    });
  if (route.method !== method)
    throw new Fault("usage", "door.bad_method", `${path} is asked for with ${route.method}`, {
      facts: { allowed: route.method },
      hint: `Send it as ${route.method}.`,
    });
  const query = new URLSearchParams(at === -1 ? "" : url.slice(at));
  for (const name of query.keys())
    if (!route.fields.includes(name)) throw badField(name.slice(0, 40), path, route.fields);
  return { route, query };
}

const badField = (name: string, path: string, fields: readonly string[]): Fault =>
  new Fault("usage", "door.bad_query", `${path} takes no "${name}"`, {
    hint:
      name === "token"
        ? "Addresses are kept and shown in many places: send the token as `Authorization: Bearer TOKEN`."
        : `It takes ${fields.length === 0 ? "nothing" : fields.join(", ")}.`,
  });

function seqOf(text: string): number {
  const seq = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(seq)) return seq;
  throw new Fault("usage", "door.bad_query", "this is no number of an event", {
    hint: "Ask with the number of the last event that you have, such as ?after=12, or with none for all of them.",
  });
}

function commandOf(value: unknown): Command {
  if (value === undefined)
    throw new Fault("usage", "door.bad_request", "the body is no JSON", {
      hint: 'A command is JSON such as {"type":"runs.list"}.',
    });
  const command = commandSchema.safeParse(value);
  if (command.success) return command.data;
  const problem = z.prettifyError(command.error).slice(0, 400);
  throw new Fault("usage", "door.bad_command", `this is no command of the deck: ${problem}`, {
    hint: "Use the cyberdeck that started this deck, or look into docs/api.md.",
  });
}

const closing = (): Fault =>
  new Fault("setup", "door.closing", "this deck is being closed", {
    hint: "Wait until it has ended, then start anew.",
  });
