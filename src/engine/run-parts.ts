import type { AgentDriver } from "../drivers/agent.ts";
import type { Clock } from "../base/clock.ts";
import type { ModelList } from "../protocol/models.ts";
import type { EventDraft } from "../protocol/event.ts";
import type { RunView } from "../protocol/view.ts";
import type { Catalogues } from "../store/catalogue/catalogues.ts";
import type { Blacklist } from "./blacklist.ts";
import type { ConstructParts } from "./construct/parts.ts";
import type { Patience } from "./daemon/conversation.ts";
import type { CanaryResult } from "./gate/canary.ts";
import type { Judge } from "./gate/judge.ts";
import type { Memory } from "../process/memory.ts";
import type { RunWall } from "./wall/wall.ts";

/** What a run needs from outside. */
export interface RunParts {
  driver: AgentDriver;
  /** Profiles and programs. */
  catalogues: Catalogues;
  /** The models that there are. */
  calibers: ModelList;
  clock: Clock;
  /** Writes an event, then publishes it. False when the record has failed. */
  record: (draft: EventDraft) => boolean;
  judge: Judge;
  wall: RunWall;
  /** What the netrunner has forbidden in this home. */
  blacklist: Blacklist;
  /** Tries the gate in the agent; no construct starts before it has passed. Without it there is nothing to wait for. */
  canary?: () => Promise<CanaryResult>;
  /** How much memory there is for agents, now, if the machine is not to be asked; undefined: not known. */
  memory?: () => Memory | undefined;
  transcript: ConstructParts["transcript"];
  patience: Patience;
  /** The shipped tripwires that the netrunner has muted; may change. */
  mutedTripwires: ReadonlySet<string>;
  /** The longest that anything waits for the author of tripwires, milliseconds. */
  authorMs: number;
  /** Writes the report of a run that is about to be closed on the record. Never rejects. */
  writeReport: (view: RunView) => Promise<void>;
}
