import type { KV } from "@nats-io/kv";
import { pause } from "../../../base/clock.ts";
import { Fault } from "../../../base/fault.ts";
import type { Entry, Registry } from "../hub.ts";
import { theHost, type Party } from "../subjects.ts";
import { entrySchema, type RegistryParts } from "./entry.ts";
import { codeOf, hubFault, jetstreamCodes } from "./faults.ts";
import { parsed } from "./letters.ts";
import { watching } from "./watching.ts";

/** A key-value bucket whose entries go when they are not renewed. */
export function natsRegistry<State>(parts: RegistryParts<State>): Registry<State> {
  return {
    enter: (boot, state) => entered(parts, boot, state),
    watch: (listener) => watching(parts, listener),
  };
}

async function entered<State>(parts: RegistryParts<State>, boot: string, first: State): Promise<Entry<State>> {
  const { bucket, bounds, connection, me, onTrouble } = parts;
  let state = first;
  let revision = await claim(parts, boot, first);
  const lost = Promise.withResolvers<{ boot: string }>();
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, connection.signal]);
  let wake = Promise.withResolvers<void>();
  const stir = (): void => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  const link = connection.onLink(stir);

  const renew = async (): Promise<void> => {
    const text = JSON.stringify({ boot, state });
    try {
      revision = revision === 0 ? await bucket.create(me, text) : await bucket.update(me, text, revision);
      return;
    } catch (error) {
      if (!isOvertaken(error)) throw error;
    }
    // Our last word has arrived without our hearing of it; or our entry has gone meanwhile; or the name has a new bearer.
    const there = await found(bucket, me);
    if (there !== undefined && there.boot !== boot) {
      lost.resolve({ boot: there.boot });
      over.abort();
      return;
    }
    revision = there === undefined ? 0 : there.revision;
    revision = revision === 0 ? await bucket.create(me, text) : await bucket.update(me, text, revision);
  };
  const keep = async (): Promise<void> => {
    while (!signal.aborted) {
      const stirred = wake.promise;
      const waited = new AbortController();
      await Promise.race([stirred, pause(bounds.entryMs / 3, AbortSignal.any([signal, waited.signal]))]);
      waited.abort();
      if (signal.aborted || connection.link === "down") continue;
      try {
        await renew();
      } catch (error) {
        if (connection.link === "up" && !signal.aborted)
          onTrouble?.(hubFault(error, "could not renew our entry in the registry"));
      }
    }
    link[Symbol.dispose]();
  };
  const kept = keep();

  return {
    set(next) {
      state = next;
      stir();
    },
    async leave() {
      over.abort();
      await kept;
      try {
        if (connection.link === "up") await bucket.delete(me, { previousSeq: revision });
      } catch (error) {
        // Somebody else's entry stays; ours goes by itself in a moment.
        if (!isOvertaken(error)) onTrouble?.(hubFault(error, "could not take our entry off the registry"));
      }
    },
    lost: lost.promise,
  };
}

/** Gives the revision of our entry. Who lives renews: an entry that nobody does is of one that is dead. */
async function claim<State>(
  { bucket, bounds, me, connection }: RegistryParts<State>,
  boot: string,
  state: State,
): Promise<number> {
  const text = JSON.stringify({ boot, state });
  let seen: Found | undefined;
  const until = performance.now() + bounds.entryMs + bounds.answerMs;
  for (;;) {
    try {
      return await bucket.create(me, text);
    } catch (error) {
      if (!isOvertaken(error)) throw hubFault(error, `could not enter ${me} into the registry`);
    }
    const there = await found(bucket, me).catch((error: unknown) => {
      throw hubFault(error, "could not read the registry");
    });
    if (there?.boot === boot) return there.revision;
    const isAlive = seen !== undefined && there !== undefined && there.revision !== seen.revision;
    if (isAlive || performance.now() > until) throw taken(me, there?.boot ?? "");
    seen ??= there;
    await pause(Math.ceil(bounds.entryMs / 10), connection.signal);
    if (connection.signal.aborted)
      throw new Fault("setup", "hub.closed", "the hub is closed", { hint: "Open it again." });
  }
}

const taken = (name: Party, boot: string): Fault =>
  name === theHost
    ? new Fault("refused", "hub.name_taken", "another host is at work in this fleet, which has one", {
        facts: { name, boot },
        hint: "Give this one a fleet of its own (--fleet NAME, or in hub.json), or end the other host.",
      })
    : new Fault("refused", "hub.name_taken", `somebody else in this fleet has the name "${name}"`, {
        facts: { name, boot },
        hint: "Give this node another name with --name, or end the other one.",
      });

interface Found {
  boot: string;
  revision: number;
}

async function found(bucket: KV, name: Party): Promise<Found | undefined> {
  const entry = await bucket.get(name);
  if (entry === null || entry.operation !== "PUT") return undefined;
  const read = parsed(entry.value, entrySchema);
  return { boot: "why" in read ? "" : read.body.boot, revision: entry.revision };
}

/** Somebody else has written since, or the entry has gone. */
const isOvertaken = (error: unknown): boolean => {
  const code = codeOf(error);
  return code === jetstreamCodes.wrongLastSequence || code === jetstreamCodes.wrongLastSequenceUnknown;
};
