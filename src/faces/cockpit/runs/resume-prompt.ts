import { oneLine } from "../../../base/text.ts";
import { runWord } from "../../words/state-word.ts";
import { promptDialog } from "../dialogs/prompt.ts";
import type { DeckModel } from "../model/deck-model.ts";
import type { Hands } from "../page.ts";
import { meanRun } from "./open-recorded.ts";

/**
 * Asks what to tell the daemon with it, and goes on with a run that is over. What cannot go on in this deck is told before.
 * @param then it goes on, and is the run that is meant
 */
export async function resumePrompt(run: string, model: DeckModel, hands: Hands, then = nothing): Promise<void> {
  const view = model.runs.get(run) ?? (await hands.send({ type: "run.show", run }))?.view;
  if (view === undefined) return;
  if (model.host !== null && view.settings.offline !== model.host.offline) {
    const [made, next] = view.settings.offline
      ? ["with the scripted offline model", "start the cockpit with --offline"]
      : ["with the real models", "start the cockpit without --offline"];
    hands.say(`${run} was made ${made}: ${next} to go on with it`, "warning");
    return;
  }
  const goal = view.kind === "goal" ? view.goal : "tasks without a goal";
  hands.open(
    promptDialog(
      {
        kind: "resume",
        target: run,
        title: "Go on with the run",
        words: [
          `${run}: ${oneLine(goal.slice(0, 400), 70)}`,
          `It ended as ${runWord(view.status).word}${view.reason === "" ? "" : `: ${oneLine(view.reason, 60)}`}`,
          view.kind === "goal" ? "What you write is told to the daemon; leave it empty to say nothing." : "",
        ].filter((text) => text !== ""),
        verb: "goes on",
        canBeEmpty: true,
        submit: (text, mine) => void resume(run, text, model, mine).then((goesOn) => (goesOn ? then() : undefined)),
      },
      hands,
    ),
  );
}

const nothing = (): void => {};

async function resume(run: string, text: string, model: DeckModel, hands: Hands): Promise<boolean> {
  const say = text === "" ? {} : { say: text };
  const opened = await hands.send({ type: "run.resume", run, ...say, command_line: [] }, `${run} goes on`);
  return opened !== undefined && meanRun(run, model, hands);
}
