import { isDeepStrictEqual } from "node:util";
import type { AgentDriver } from "../drivers/agent.ts";
import type { DeckOptions } from "../host/deck-options.ts";
import type { DeckParts } from "../host/deck-parts.ts";
import { readHubAccess } from "../nodes/hub/settings.ts";
import { readHubFile, usualFleet } from "../nodes/hub/settings-file.ts";
import { homePaths } from "../store/home.ts";
import type { Process } from "./around.ts";
import type { OpenFleet } from "./deck-nodes.ts";

/** Of a deck: its nodes, and the driver that opens sessions on them, where a flag or the home names a hub. */
export async function openNodes(
  { home, hub, workspace }: DeckOptions,
  { here, agentHome }: { here: AgentDriver; agentHome: string },
  around: Process,
): Promise<Partial<OpenFleet> & Required<Pick<DeckParts, "isHubStale">>> {
  const paths = homePaths(home);
  const kept = await readHubFile(paths.hub);
  // A server that was named for this deck needs the same login as the one that the home knows.
  const settings =
    hub === undefined ? kept : { ...kept, urls: hub.urls, fleet: hub.fleet ?? kept?.fleet ?? usualFleet };
  const isHubStale = async (): Promise<boolean> => {
    // One that cannot be read now could be when this deck was opened.
    const now = await readHubFile(paths.hub).catch(() => null);
    return !isDeepStrictEqual(now, kept);
  };
  if (settings === undefined) return { isHubStale };
  const access = await readHubAccess(settings, (name) => around.env[name]);
  // The clients of NATS load only where there is a hub.
  const { deckNodes } = await import("./deck-nodes.ts");
  const place = { workspace, home: agentHome, deckHome: home };
  const travel = { deckHome: home, folder: paths.hubSpaces, path: around.env["PATH"] ?? "", home: around.homeDir };
  const fleet = await deckNodes({
    access,
    epochFile: paths.hubEpoch,
    travel,
    policy: { path: paths.policy, place },
    here,
  });
  return { ...fleet, isHubStale };
}
