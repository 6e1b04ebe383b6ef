import { judge } from "../policy/judge.ts";
import type { Tier } from "../protocol/verdict.ts";
import type { Judge } from "./gate.ts";
import { realPath } from "./real-path.ts";

/** Where constructs work and what is kept from them. All paths absolute. */
export interface Place {
  tier: Tier;
  workspace: string;
  runFolder: string;
  /** The deck's own folder. */
  deckHome: string;
  /** HOME of the agents: what `~` means in their shells. */
  agentHome: string;
}

/** The brake for the constructs of one run. */
export function judgeFor(place: Place): Judge {
  const context = {
    tier: place.tier,
    workspace: place.workspace,
    runFolder: place.runFolder,
    cwd: place.workspace,
    home: place.agentHome,
    deckHome: place.deckHome,
    realPath,
  };
  return (call) => judge(call, context);
}
