import type { HubHealth } from "../hub.ts";
import type { Connection } from "./connection.ts";
import { hubFault } from "./faults.ts";
import type { Wanted } from "./streams.ts";

/** A round trip, and how full the server is. */
export async function healthOf(
  { nats, manager }: Connection,
  streams: Record<"jobs" | "things", Wanted>,
): Promise<HubHealth> {
  try {
    const roundTripMs = await nats.rtt();
    const [account, jobs, things] = await Promise.all([
      manager.getAccountInfo(),
      manager.streams.info(streams.jobs.name),
      manager.streams.info(streams.things.name),
    ]);
    const limit = account.limits.max_storage;
    return {
      server: nats.getServer(),
      version: nats.info?.version ?? "",
      roundTripMs,
      // The server says -1 for: as much as its disk has.
      storage: { usedBytes: account.storage, limitBytes: limit < 0 ? undefined : limit },
      queue: { waiting: jobs.state.messages, usedBytes: jobs.state.bytes, limitBytes: streams.jobs.max_bytes },
      things: { usedBytes: things.state.bytes, limitBytes: streams.things.max_bytes },
    };
  } catch (error) {
    throw hubFault(error, "could not ask the hub how it is");
  }
}
