import type { PluginParts } from "./bridge/deck-plugins.ts";
import type { AccountTimes } from "../engine/account/times.ts";
import type { CaliberDesk } from "../engine/calibers/desk.ts";
import type { Patience } from "../engine/daemon/conversation.ts";
import type { CanaryResult } from "../engine/gate/canary.ts";
import type { Judge, Place } from "../engine/gate/judge.ts";
import type { Places } from "../engine/placing.ts";
import type { RunParts } from "../engine/run-parts.ts";
import type { RunSettings } from "../protocol/settings.ts";
import type { DeckNodes } from "./deck-nodes.ts";
import type { CatalogueSurroundings } from "../store/catalogue/catalogues.ts";

/** What a deck is built from; the entry point decides on it. */
export interface DeckParts {
  driver: RunParts["driver"];
  /** Knows the models of the agent. Without it, only those are known that every agent has. */
  calibers?: CaliberDesk;
  judgeFor: (place: Omit<Place, "agentHome">) => Judge;
  /** HOME of the agents: what `~` means in their shells and in the policy file. */
  agentHome: string;
  /** Where they keep their sessions and their login, if not where they usually do. */
  agentState?: string;
  /** Asked at the start of each run: tries the gate in the agent, if that was not done yet. The signal breaks it off. Never rejects. */
  canary?: (signal: AbortSignal) => Promise<CanaryResult>;
  /** Where plugins come from; without it there are none. */
  plugins?: PluginParts;
  /** Catalogues besides those of the home: the user's folder, what ships with the deck, and the PATH of the agents. */
  catalogues?: Pick<CatalogueSurroundings, "user" | "shipped" | "path">;
  /** The agent's program. */
  agentPath?: string;
  /** Version of this deck, for the record. */
  version: string;
  patience?: Patience;
  /** The places of a run with these settings, which may change; without it, its constructs run on this machine. */
  places?: (run: { settings: Readonly<RunSettings>; isWalled: boolean }) => Places;
  /** How much memory there is for agents, if the machine is not to be asked. */
  memory?: RunParts["memory"];
  /** The longest that anything waits for the author of tripwires, milliseconds. */
  authorMs?: number;
  /** The longest that an answer of the watchdog may take, milliseconds. */
  answerMs?: number;
  /** How long what concerns the account is waited for. */
  accountTimes?: AccountTimes;
  /** Other machines; the driver opens sessions on them. Without it, there is this one alone. */
  nodes?: DeckNodes;
  /** Whether hub.json of the home says something else by now than when this deck was opened. Never rejects. */
  isHubStale?: () => Promise<boolean>;
  /** Ends what was started for this deck alone, after everything else. */
  release: () => Promise<void>;
}
