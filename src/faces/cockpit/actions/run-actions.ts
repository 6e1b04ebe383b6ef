import { promptDialog } from "../dialogs/prompt.ts";
import { isOpen, type DeckModel } from "../model/deck-model.ts";
import type { RunView } from "../../../protocol/view.ts";
import type { Action, Focus } from "../page.ts";

/** The open run that is meant. */
export function openRun({ model, focus }: { model: DeckModel; focus: Focus }): RunView | undefined {
  const view = focus.run === undefined ? undefined : model.runs.get(focus.run);
  return view !== undefined && isOpen(view) ? view : undefined;
}

/** What is done to the run that is meant, and how one begins. */
export const runActions: readonly Action<null>[] = [
  {
    id: "goal.edit",
    title: "set or change the goal",
    keys: ["e"],
    run: (at) => {
      const run = openRun(at);
      const isChange = run?.kind === "goal";
      at.hands.open(
        promptDialog(
          {
            kind: "goal",
            ...(isChange ? { target: run.run } : {}),
            title: isChange ? "Change the goal" : "Set a goal",
            words: [
              isChange
                ? `of ${run.run}: the daemon is told what it was and what it is`
                : "A daemon splits it into tasks, constructs work on them.",
            ],
            ...(isChange ? { initial: run.goal } : {}),
            verb: isChange ? "changes it" : "starts",
            submit: (text, hands) =>
              void hands.send(
                isChange
                  ? { type: "goal.edit", run: run.run, goal: text }
                  : { type: "goal.set", goal: text, settings: {}, command_line: [] },
                isChange ? "the daemon is told of the new goal" : "the run begins",
              ),
          },
          at.hands,
        ),
      );
    },
  },
];
