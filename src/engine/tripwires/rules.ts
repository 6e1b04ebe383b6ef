import { headAndTail } from "../../base/text.ts";
import type { Clock } from "../../base/clock.ts";
import { admitAuthored, type Authored, type AuthoringLimits } from "../../policy/tripwires/authored.ts";
import { compileBounded } from "../../policy/tripwires/bounded-pattern.ts";
import type { Evaluation, RuleSet } from "../../policy/tripwires/evaluate.ts";
import type { Observation } from "../../policy/tripwires/observation.ts";
import { shippedDefaults, shippedTripwires } from "../../policy/tripwires/shipped.ts";
import type { Tripwire } from "../../policy/tripwires/tripwire.ts";
import type { RunSettings } from "../../protocol/settings.ts";
import type { TripwiresView } from "../../protocol/view.ts";
import type { Tier } from "../../protocol/verdict.ts";
import type { Note } from "../journal.ts";

/** The tripwires of one run: what all of its constructs are watched by. */
export interface RunTripwires {
  /** The rules that are in force now. */
  rules: () => RuleSet;
  /** The tier in force now. */
  tier: () => Tier;
  /** Silence that is told, milliseconds. */
  silenceMs: number;
  /** Judges a proposal for the goal, and puts what is admitted in the place of earlier authored rules. */
  adopt: (proposal: unknown) => Authored;
  /** Takes up what was looked at: later rules are rehearsed on it, and what was not seen is told once in the run. */
  looked: (observation: Observation, evaluation: Evaluation) => void;
}

export interface RunTripwiresParts {
  settings: RunSettings;
  view: Pick<TripwiresView, "rules" | "muted">;
  /** The shipped rules that the netrunner does not want to hear of; may change. */
  muted: ReadonlySet<string>;
  clock: Clock;
  note: Note;
}

/** @param parts what the run's log tells of authored rules is in force from the start */
export function tripwiresOf(parts: RunTripwiresParts): RunTripwires {
  const { settings, view, clock, note } = parts;
  const monotonic = (): number => clock.monotonic();
  const silenceMs = silenceOf(settings);
  const shipped = shippedTripwires({ ...shippedDefaults, email: settings.my_email, silence_ms: silenceMs });
  const limits: AuthoringLimits = { ...authoringLimits, compile: compileBounded, monotonic };
  const told = new Set<string>();
  let recent: Observation[] = [];
  const earlier = admitAuthored({ rules: view.rules }, [], limits);
  let authored: readonly Tripwire[] = earlier.admitted;

  const tellOnce = (code: string, about: string, message: string): void => {
    if (told.has(`${code} ${about}`)) return;
    told.add(`${code} ${about}`);
    note("deck.warned", { code, message });
  };

  return {
    rules: () => ({
      shipped,
      authored,
      muted: new Set([...parts.muted, ...parts.view.muted]),
      monotonic,
    }),
    tier: () => settings.brake,
    silenceMs,
    adopt(proposal) {
      const judged = admitAuthored(proposal, recent, limits);
      authored = judged.admitted;
      return judged;
    },
    looked(observation, { skipped, partial }) {
      recent = [...recent, shortened(observation)].slice(-mostRecent);
      // An earlier version of the deck may have admitted what this one does not.
      for (const { name, reason } of earlier.refused)
        tellOnce("tripwire.dropped", name, `The tripwire ${name} of this goal is not in force any more: ${reason}.`);
      for (const { rule, reason } of skipped)
        tellOnce("tripwire.skipped", rule, `The tripwire ${rule} did not look: ${reason}.`);
      const what = observation.kind;
      if (partial)
        tellOnce("tripwire.partial", what, `A ${what} was too large: the tripwires have not seen the middle of it.`);
    },
  };
}

/** An author may hold calls, but not kill. Of the latest observations, a rule may have fired on a few. */
const authoringLimits = { mayBeCritical: false, mostRehearsed: 3, rehearsalTime: 50 } as const;

/** So many observations of all constructs together are kept for rehearsals. */
const mostRecent = 50;

/** As much of a text as an authored rule looks at, in bytes. */
const mostKept = 16_000;

function shortened(observation: Observation): Observation {
  if (!("text" in observation)) return observation;
  return { ...observation, text: headAndTail(observation.text, mostKept).text };
}

/** Silence is told before it is long enough for the idle limit to end the construct. */
const silenceOf = (settings: RunSettings): number => Math.min(shippedDefaults.silence_ms, settings.idle_limit_ms / 2);
