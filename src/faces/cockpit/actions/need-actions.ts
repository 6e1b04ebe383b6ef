import type { Answers } from "../attention/answers.ts";
import { giveAnswer } from "../attention/give.ts";
import { needDialog } from "../dialogs/need.ts";
import { needInFocus, needsOf } from "../model/needs.ts";
import type { Action, At } from "../page.ts";
import type { Shell } from "./shell.ts";

/** Finds and answers what waits for the netrunner, on whatever page. */
export const needActions = (shell: Shell): Action<null>[] => [
  {
    id: "needs.next",
    title: "next that needs you",
    keys: ["g"],
    can: ({ model }) => needsOf(model).length > 0,
    run({ hands, model, focus }) {
      const needs = needsOf(model);
      const at = needs.findIndex(({ id }) => id === focus.need);
      const need = needs[(at + 1) % needs.length];
      if (need !== undefined) hands.show("inbox", { run: need.run, need: need.id });
    },
  },
  answering(shell, "need.answer", "answer: yes", "x", "yes"),
  answering(shell, "need.refuse", "answer: no", "v", "no"),
  answering(shell, "need.refuse_note", "deny it with a note", "V", "note"),
  answering(shell, "need.allow_pattern", "allow it and its like", "X", "always"),
];

function answering(shell: Shell, id: string, title: string, key: string, which: keyof Answers): Action<null> {
  return {
    id,
    title,
    keys: [key],
    can: ({ model, focus }) => needInFocus(model, focus) !== undefined,
    run(at: At<null>) {
      const { hands, model, focus } = at;
      const need = needInFocus(model, focus);
      if (need === undefined) return;
      // Nothing is allowed that was not seen to its end.
      const isUnseen = focus.isSeen !== true || (which === "always" && focus.isForGoodSeen === false);
      if ((which === "yes" || which === "always") && isUnseen) hands.open(needDialog(need.id, model.now));
      else giveAnswer(need, which, { hands, shownAt: shell.shownAt(need.id), now: model.now });
    },
  };
}
