import { promptDialog } from "../dialogs/prompt.ts";
import { isOpen, lookedInto, type DeckModel } from "../model/deck-model.ts";
import type { RunView } from "../../../protocol/view.ts";
import type { Action, Focus, Hands } from "../page.ts";

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
              void (isChange
                ? hands.send({ type: "goal.edit", run: run.run, goal: text }, "the daemon is told of the new goal")
                : begin(text, hands)),
          },
          at.hands,
        ),
      );
    },
  },
  {
    id: "run.leave",
    title: "back to the open runs",
    keys: ["h"],
    can: ({ model }) => lookedInto(model) !== undefined,
    run: ({ hands }) => {
      hands.choose(null);
      hands.show("fleet");
    },
  },
];

/** Opens a run with this goal, which is meant from then on. */
async function begin(goal: string, hands: Hands): Promise<void> {
  const opened = await hands.send({ type: "goal.set", goal, settings: {}, command_line: [] }, "the run begins");
  if (opened !== undefined) hands.choose(opened.run);
}
