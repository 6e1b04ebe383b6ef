import { jetstream } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { Objm } from "@nats-io/obj";
import { hubBounds } from "../bounds.ts";
import type { Hub, HubParts } from "../hub.ts";
import { named, subjectsOf, theHost } from "../subjects.ts";
import { natsAsking } from "./asking.ts";
import { openConnection } from "./connection.ts";
import { hubFault } from "./faults.ts";
import { healthOf } from "./health.ts";
import { natsJobs } from "./jobs.ts";
import { natsLetters } from "./letters.ts";
import { natsRegistry } from "./registry.ts";
import { putInPlace, streamsOf } from "./streams.ts";
import { natsThings } from "./things.ts";

/** Connects, puts in place on the server what is missing, and gives all of it as one hub. */
export async function openNatsHub({ me, access, bounds: given, ...listeners }: HubParts): Promise<Hub> {
  const bounds = { ...hubBounds, ...given };
  const subjects = subjectsOf(access.fleet);
  if (me !== theHost) named("node", me);
  const connection = await openConnection(access, me, bounds, listeners);
  const { nats, manager } = connection;
  const streams = streamsOf(subjects, bounds);
  const prepare = async (): Promise<void> => {
    for (const stream of Object.values(streams)) await putInPlace(manager, stream);
  };
  try {
    await prepare();
    const client = jetstream(nats, { timeout: bounds.answerMs });
    const bucket = await new Kvm(client).open(subjects.registryBucket);
    const store = await new Objm(client).open(subjects.thingBucket, { check: false });
    const parts = { connection, subjects, me, bounds, jetstream: client, ...listeners };
    // A server that comes back without what it had stored gets it again, empty: nothing in it was the only copy.
    connection.onLink((link) => {
      if (link === "up")
        prepare().catch((error: unknown) => {
          if (connection.link === "up") listeners.onTrouble?.(hubFault(error, "the hub is back, but cannot be used"));
        });
    });
    return {
      fleet: access.fleet,
      me,
      get link() {
        return connection.link;
      },
      letters: natsLetters(parts),
      asking: natsAsking(parts),
      jobs: natsJobs(parts),
      things: natsThings({ ...parts, store }),
      registry: (schema) => natsRegistry({ ...parts, bucket, schema }),
      health: () => healthOf(connection, streams),
      signal: connection.signal,
      closed: connection.closed,
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw hubFault(error, "the hub cannot be used");
  }
}
