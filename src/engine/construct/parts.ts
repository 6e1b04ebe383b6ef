import type { Clock } from "../../base/clock.ts";
import type { Account } from "../account/account.ts";
import type { FastGovernor } from "../calibers/fast-governor.ts";
import type { Holds } from "../gate/holds.ts";
import type { Judge } from "../gate/judge.ts";
import type { Budget } from "../budget/budget.ts";
import type { Note } from "../journal.ts";
import type { RunPlugins } from "../plugins/run-plugins.ts";
import type { Metering } from "../meter.ts";
import type { Outfits } from "../profiles/outfits.ts";
import type { RunTripwires } from "../tripwires/rules.ts";
import type { Sessions } from "./sessions.ts";
import type { TimeLimits } from "./time-limits.ts";

/** What all constructs of a run share. */
export interface ConstructParts {
  sessions: Sessions;
  fastGovernor: FastGovernor;
  clock: Clock;
  note: (source: string) => Note;
  judge: Judge;
  holds: Holds;
  /** How long the netrunner has for what only he can decide, milliseconds; null: as long as it takes. */
  windowMs: () => number | null;
  tripwires: RunTripwires;
  plugins: RunPlugins;
  /** What their profiles make of them. */
  outfits: Outfits;
  /** Whether the operating system's wall stands around its agent. */
  isWalled: boolean;
  /** Whether the airgap is on, now. */
  isAirgapped: () => boolean;
  workspace: string;
  runFolder: string;
  limits: TimeLimits;
  account: Account;
  metering: Metering;
  budget: Pick<Budget, "pass" | "overrun" | "warningFor" | "timeLimitOf" | "timeUp" | "left">;
  /** Opens the transcript of a construct or daemon. */
  transcript: (id: string) => TranscriptSink;
}

/** Takes the raw messages of an agent. What cannot be written is reported elsewhere: neither call throws or rejects. */
export interface TranscriptSink {
  path: string;
  line: (text: string) => void;
  close: () => Promise<void>;
}
