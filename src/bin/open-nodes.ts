import type { AgentDriver } from "../drivers/agent.ts";
import type { DeckOptions } from "../host/deck-options.ts";
import { readHubAccess } from "../nodes/hub/settings.ts";
import { readHubFile, usualFleet } from "../nodes/hub/settings-file.ts";
import { homePaths } from "../store/home.ts";
import type { Process } from "./around.ts";
import type { OpenFleet } from "./deck-nodes.ts";

/** The nodes of a deck, and the driver that opens sessions on them; undefined where neither a flag nor the home names a hub. */
export async function openNodes(
  { home, hub, workspace }: DeckOptions,
  { here, agentHome }: { here: AgentDriver; agentHome: string },
  around: Process,
): Promise<OpenFleet | undefined> {
  const paths = homePaths(home);
  const kept = await readHubFile(paths.hub);
  // A server that was named for this deck needs the same login as the one that the home knows.
  const settings =
    hub === undefined ? kept : { ...kept, urls: hub.urls, fleet: hub.fleet ?? kept?.fleet ?? usualFleet };
  if (settings === undefined) return undefined;
  const access = await readHubAccess(settings, (name) => around.env[name]);
  // The clients of NATS load only where there is a hub.
  const { deckNodes } = await import("./deck-nodes.ts");
  const place = { workspace, home: agentHome, deckHome: home };
  const travel = { deckHome: home, folder: paths.hubSpaces, path: around.env["PATH"] ?? "", home: around.homeDir };
  return deckNodes({ access, epochFile: paths.hubEpoch, travel, policy: { path: paths.policy, place }, here });
}
