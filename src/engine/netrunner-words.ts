import type { Command } from "../protocol/command.ts";
import type { EventBody } from "../protocol/event.ts";
import type { HoldAnswer } from "../protocol/hold.ts";
import type { RunView } from "../protocol/view.ts";
import { changeGoal } from "./changing-goal.ts";
import { noteFor } from "./journal.ts";
import type { RunParts } from "./run-parts.ts";
import type { RunWorks } from "./run-works.ts";

/** What the netrunner says to a whole run while it is open. */
export interface NetrunnerWords {
  /** To the daemon. With `autopilot` the deck answers in his place. */
  say(text: string, source?: "netrunner" | "autopilot"): void;
  /** Another goal: the daemon is told the old and the new one, and tripwires are written anew. Gives the old one. */
  changeGoal(goal: string): string;
  /** His answer to a held call; throws a fault when it comes too late. */
  answerHold(hold: string, answer: HoldAnswer, note: string | undefined): void;
  /** They hold from the next call or start on. */
  changeSettings(settings: EventBody<"settings.changed">["settings"]): void;
  /** His answer to what waits at a bound. */
  answerBound(answer: Command & { type: "bound.answer" }): void;
}

export interface NetrunnerWordsParts {
  view: RunView;
  run: Pick<RunParts, "record" | "wall">;
  works: Pick<RunWorks, "holds" | "budget">;
}

export function netrunnerWords({ view, run, works }: NetrunnerWordsParts): NetrunnerWords {
  const note = noteFor(run.record, view.run, "netrunner");
  return {
    say: (text, source = "netrunner") => noteFor(run.record, view.run, source)("netrunner.said", { text }),
    changeGoal: (goal) => changeGoal(goal, view, note),
    answerHold: (hold, answer, words) => works.holds.answer(hold, answer, words),
    changeSettings(settings) {
      note("settings.changed", { settings });
      run.wall.cutNetwork(view.settings.airgap);
      works.budget.recheck();
    },
    answerBound: ({ item, answer, to }) => works.budget.answer(item, { answer, to }),
  };
}
