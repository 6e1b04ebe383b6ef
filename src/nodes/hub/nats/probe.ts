import { jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import { errors, headers, type NatsConnection } from "@nats-io/nats-core";
import type { z } from "zod";
import { hubBounds } from "../bounds.ts";
import { writePart } from "../parts.ts";
import type { EntryLook, HubProbe, ProbeParts, Refusals, Rights, StreamLook } from "../probe.ts";
import { inboxOf, subjectsOf } from "../subjects.ts";
import { dial } from "./connection.ts";
import { entrySchema } from "./entry.ts";
import { codeOf, hubFault, jetstreamCodes } from "./faults.ts";
import { parsed, partHeader } from "./letters.ts";
import { differences, streamsOf } from "./streams.ts";

/** Connects as one of the fleet would. That JetStream is off, or something is not permitted, shows in the single looks. */
export async function openNatsProbe({ me, access, bounds: given }: ProbeParts): Promise<HubProbe> {
  const bounds = { ...hubBounds, ...given };
  const subjects = subjectsOf(access.fleet);
  const nats = await dial(access, me, bounds);
  const manager = await jetstreamManager(nats, { timeout: bounds.answerMs, checkAPI: false });
  const streams = streamsOf(subjects, bounds);
  const looking = async <T>(doing: string, look: () => Promise<T>): Promise<T> => {
    try {
      return await look();
    } catch (error) {
      throw hubFault(error, doing);
    }
  };
  return {
    server: nats.getServer(),
    version: nats.info?.version ?? "",
    isLoginAsked: nats.info?.auth_required === true,
    roundTrips: (times) =>
      looking("could not measure the way to the hub", async () => {
        const took: number[] = [];
        while (took.length < times) took.push(await nats.rtt());
        return took;
      }),
    room: () =>
      looking("could not ask JetStream how it is", async () => {
        const { storage, limits } = await manager.getAccountInfo();
        return { usedBytes: storage, limitBytes: limits.max_storage < 0 ? undefined : limits.max_storage };
      }),
    streams: () =>
      looking("could not look at the streams", () =>
        Promise.all(
          (["jobs", "registry", "things"] as const).map(async (role): Promise<StreamLook> => {
            const wanted = streams[role];
            const look = { name: wanted.name, role, limitBytes: wanted.max_bytes };
            const there = await orNone(manager.streams.info(wanted.name), jetstreamCodes.streamNotFound);
            if (there === undefined) return { ...look, differs: undefined, messages: 0, usedBytes: 0 };
            const { messages, bytes } = there.state;
            return { ...look, differs: differences(there.config, wanted), messages, usedBytes: bytes };
          }),
        ),
      ),
    refused: refusals(nats, inboxOf(access.fleet, me)),
    entries: (schema, most) =>
      looking("could not read the registry", () =>
        entriesOf(manager, streams.registry.name, `$KV.${subjects.registryBucket}.`, schema, most),
      ),
    [Symbol.asyncDispose]: () => nats.close(),
  };
}

async function orNone<T>(looking: Promise<T>, none: number): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (codeOf(error) === none) return undefined;
    throw error;
  }
}

/** A number that the last message on a subject never has: what expects it is not stored. */
const impossible = "9007199254740991";

/**
 * The server tells each refusal before it answers the next ping. What it does not refuse must come to nothing: a stream does not take it, as it
 * expects what is not so; the API cannot read it; and for a reader of letters it is a part of one that never becomes whole.
 */
function refusals(nats: NatsConnection, inbox: string): (rights: Rights) => Promise<Refusals> {
  let found: Refusals = { publish: [], subscribe: [] };
  const follow = async (): Promise<void> => {
    for await (const { type, ...status } of nats.status()) {
      const error = type === "error" && "error" in status ? status.error : undefined;
      if (!(error instanceof errors.PermissionViolationError)) continue;
      found[error.operation === "publish" ? "publish" : "subscribe"].push(error.subject);
    }
  };
  void follow();
  return async ({ publish, subscribe }) => {
    found = { publish: [], subscribe: [] };
    try {
      for (const subject of publish) {
        const head = headers();
        head.set("Nats-Expected-Last-Subject-Sequence", impossible);
        head.set(partHeader, unfinished);
        const isApi = subject.startsWith("$JS.");
        nats.publish(subject, "{", isApi ? { reply: `${inbox}.tried` } : { headers: head });
      }
      const subscriptions = subscribe.map((subject) => nats.subscribe(subject, { callback: () => undefined }));
      await nats.flush();
      for (const subscription of subscriptions) if (!subscription.isClosed()) subscription.unsubscribe();
      // What the server said before its pong has been read, and is told in the turns after it.
      await nats.flush();
    } catch (error) {
      throw hubFault(error, "could not try what the server permits");
    }
    return found;
  };
}

const unfinished = writePart({ letter: "doctor", index: 0, count: 2 });

async function entriesOf<State>(
  manager: JetStreamManager,
  stream: string,
  prefix: string,
  schema: z.ZodType<State>,
  most: number,
): Promise<{ count: number; entries: EntryLook<State>[] }> {
  const about = await orNone(
    manager.streams.info(stream, { subjects_filter: `${prefix}>` }),
    jetstreamCodes.streamNotFound,
  );
  const subjects = Object.keys(about?.state.subjects ?? {}).toSorted();
  const entries = await Promise.all(
    subjects.slice(0, most).map(async (subject): Promise<EntryLook<State> | undefined> => {
      const stored = await orNone(
        manager.streams.getMessage(stream, { last_by_subj: subject }),
        jetstreamCodes.noMessage,
      );
      // It has gone meanwhile, or its owner has left.
      if (stored === null || stored === undefined || stored.header.get("KV-Operation") !== "") return undefined;
      const entry = { name: subject.slice(prefix.length), writtenAt: stored.time.getTime() };
      const read = parsed(stored.data, entrySchema);
      if ("why" in read) return { ...entry, why: read.why, raw: undefined };
      const state = schema.safeParse(read.body.state);
      return state.success
        ? { ...entry, boot: read.body.boot, state: state.data }
        : { ...entry, why: state.error.message, raw: read.body.state };
    }),
  );
  const there = entries.filter((entry) => entry !== undefined);
  return { count: subjects.length - entries.length + there.length, entries: there };
}
