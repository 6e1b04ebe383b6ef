import { Fault } from "../base/fault.ts";
import { noPlaceFor } from "../engine/place-ask.ts";
import { herePool, type PlaceAsk } from "../protocol/place.ts";
import type { DeckParts } from "./deck-parts.ts";

/** Refuses what the netrunner wants to run where there is no place for it, before anything of it begins. */
export async function mustHavePlace(
  on: PlaceAsk = {},
  { places, isHubStale }: Pick<DeckParts, "places" | "isHubStale">,
): Promise<void> {
  const why = noPlaceFor(on, places !== undefined);
  if (why === undefined) return;
  throw new Fault("usage", "place.none", `nothing was started: ${why}`, {
    hint: on.pool === herePool ? otherLabels : (await isHubStale?.()) === true ? begunBefore : startWithHub,
  });
}

const otherLabels = "Labels are for nodes: leave them out, or leave out --on here. See docs/nodes.md.";

const begunBefore =
  'hub.json of the home was written after its host had begun: end that with "cyberdeck host stop", then say this again.';

const startWithHub =
  'Other machines need a hub: "cyberdeck host stop", then "cyberdeck host --detach --hub nats://HOST:4222", or hub.json in the home (docs/nodes.md). Or leave --on and --label out.';
