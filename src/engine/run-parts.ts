import type { AgentDriver } from "../drivers/agent.ts";
import type { Clock } from "../base/clock.ts";
import type { ModelList } from "../protocol/models.ts";
import type { EventDraft } from "../protocol/event.ts";
import type { RunView } from "../protocol/view.ts";
import type { Account } from "./account/account.ts";
import type { Catalogues } from "../store/catalogue/catalogues.ts";
import type { Blacklist } from "./blacklist.ts";
import type { ConstructParts } from "./construct/parts.ts";
import type { Patience } from "./daemon/conversation.ts";
import type { Roll } from "./eject/roll.ts";
import type { CanaryResult } from "./gate/canary.ts";
import type { Judge } from "./gate/judge.ts";
import type { Places } from "./placing.ts";
import type { RunPlugins } from "./plugins/run-plugins.ts";
import type { Memory } from "../process/memory.ts";
import type { Seats } from "./seats.ts";
import type { RunWall } from "./wall/wall.ts";

/** What a run needs from outside. */
export interface RunParts {
  /** The roll's. */
  driver: AgentDriver;
  /** Everything that is started in this run. */
  roll: Roll;
  /** Profiles and programs. */
  catalogues: Catalogues;
  /** The models that there are. */
  calibers: ModelList;
  clock: Clock;
  /** Writes an event, then publishes it. False when the record has failed. */
  record: (draft: EventDraft) => boolean;
  judge: Judge;
  wall: RunWall;
  plugins: RunPlugins;
  /** What concerns all agents of this home. */
  account: Account;
  /** What the runs of this deck share. */
  seats: Seats;
  /** Where constructs may run; without it, on this machine alone. */
  places?: Places;
  /** What the netrunner has forbidden in this home. */
  blacklist: Blacklist;
  /** What all runs of the home have cost since then (milliseconds since the epoch), US dollars. */
  costSince: (at: number) => number;
  /** Tries the gate in the agent; no construct starts before it has passed. Without it there is nothing to wait for. */
  canary?: () => Promise<CanaryResult>;
  /** Ends a trial that is under way. */
  endCanary?: () => Promise<void>;
  /** How much memory there is for agents, now, if the machine is not to be asked; undefined: not known. */
  memory?: () => Memory | undefined;
  transcript: ConstructParts["transcript"];
  patience: Patience;
  /** The shipped tripwires that the netrunner has muted; may change. */
  mutedTripwires: ReadonlySet<string>;
  /** The longest that anything waits for the author of tripwires, milliseconds. */
  authorMs: number;
  /** Keeps the snapshot of an eject; gives its path. Rejects when it cannot be written. */
  writeEject: (text: string) => Promise<string>;
  /** Writes the report of a run that is about to be closed on the record. Never rejects. */
  writeReport: (view: RunView) => Promise<void>;
}
