import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import { dataIdOf } from "../data-id.ts";
import type { Hub, HubParts } from "../hub/hub.ts";
import { openHub } from "../hub/open-hub.ts";

import { theHost } from "../hub/subjects.ts";

/** What the host says of itself in the list of its fleet. `since`: milliseconds since the epoch. */
const hostStateSchema = z.object({ since: z.number() });

/**
 * Connects to the hub as the host, and puts it into the list of its fleet, so that no second one comes: what a node has of the one, the
 * other would refuse. One that comes up again in the same home takes its entry over at once, also after a kill.
 * Rejects when it cannot be reached, or another one is at work.
 * @param home in which the host is known
 */
export async function openHubAsHost(
  home: string,
  { since, ...parts }: Omit<HubParts, "me"> & { since: number },
): Promise<{ hub: Hub; leave: () => Promise<void> }> {
  const hub = await openHub({ me: theHost, ...parts });
  try {
    const entry = await hub.registry(hostStateSchema).enter(await dataIdOf(home, "hub-id.json"), { since });
    void entry.lost.then(() => {
      parts.onTrouble?.(replaced());
      return hub.close();
    });
    return { hub, leave: () => entry.leave() };
  } catch (error) {
    await hub.close();
    throw error;
  }
}

const replaced = (): Fault =>
  new Fault("refused", "hub.name_taken", "Another host has come into this fleet, so this one has left it", {
    hint: "A fleet has one host: give one of them another fleet, or end it.",
  });
