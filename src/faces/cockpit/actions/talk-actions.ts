import { oneLine } from "../../../base/text.ts";
import { count } from "../../../base/units.ts";
import { defaultSettings } from "../../../protocol/settings.ts";
import type { RunView } from "../../../protocol/view.ts";
import { runWord } from "../../words/state-word.ts";
import { choiceDialog, type Option } from "../dialogs/choice.ts";
import { confirmDialog } from "../dialogs/confirm.ts";
import { promptDialog } from "../dialogs/prompt.ts";
import { spawnDialog, type Spawning, type Wanted } from "../dialogs/spawn.ts";
import { findConstruct } from "../model/constructs.ts";
import { unreadIn } from "../model/conversation.ts";
import { isOpen, type DeckModel } from "../model/deck-model.ts";
import type { Action, Focus, Hands } from "../page.ts";
import { resumePrompt } from "../runs/resume-prompt.ts";
import { openRun } from "./run-actions.ts";

type Here = { model: DeckModel; focus: Focus };

/** The run that is meant, where it is closed. */
function closedRun({ model, focus }: Here): RunView | undefined {
  const view = focus.run === undefined ? undefined : model.runs.get(focus.run);
  return view === undefined || isOpen(view) ? undefined : view;
}

const openGoal = (here: Here): RunView | undefined => {
  const run = openRun(here);
  return run?.kind === "goal" ? run : undefined;
};

const aboutIt = ({ run, kind, goal }: RunView): string =>
  kind === "goal" ? oneLine(goal, 120) : `${run}: tasks without a daemon`;

const optionOf = (view: RunView): Option => {
  const { glyph, word, style } = runWord(view.status);
  return { id: view.run, mark: [`${glyph} ${word}`, style], text: aboutIt(view), about: view.run };
};

/** What is said to daemon, watchdog and run, and how one more construct begins. */
export const talkActions: readonly Action<null>[] = [
  {
    id: "daemon.say",
    title: "talk to the daemon",
    keys: ["T"],
    can: (at) => openGoal(at) !== undefined,
    run: (at) => {
      const view = openGoal(at);
      if (view !== undefined) at.hands.open(promptDialog(sayPrompt(view, at.model), at.hands));
    },
  },
  {
    id: "watchdog.ask",
    title: "ask the watchdog",
    keys: ["t"],
    can: (at) => at.focus.run !== undefined,
    run: (at) => {
      const { run } = at.focus;
      const found = findConstruct(at.model, at.focus.construct);
      const construct = found?.view.run === run ? found?.construct : undefined;
      if (run === undefined) return;
      const ahead = [...at.model.runs.values()]
        .flatMap(({ watchdog }) => watchdog.asks)
        .filter(({ state }) => state === "open");
      at.hands.open(
        promptDialog(
          {
            kind: "ask",
            target: construct?.id ?? run,
            title:
              construct === undefined ? "Ask the watchdog about the run" : `Ask the watchdog about ${construct.id}`,
            words: [
              construct === undefined ? run : oneLine(construct.task, 120),
              "It answers from the record and cites it. Nobody else is told, and nothing is changed.",
              ...(ahead.length > 0 ? [`${count(ahead.length, "question")} of yours before this one`] : []),
            ],
            verb: "asks",
            submit: (question, hands) => void ask(question, { run, construct: construct?.id }, hands),
          },
          at.hands,
        ),
      );
    },
  },
  {
    id: "construct.new",
    title: "start a construct",
    keys: ["n"],
    can: ({ model }) => model.link.state === "attached",
    run: (at) => askForConstruct(at),
  },
  {
    id: "run.resume",
    title: "open the run again",
    keys: ["r"],
    can: (at) => closedRun(at) !== undefined,
    run: (at) => {
      const view = closedRun(at);
      if (view !== undefined) void resumePrompt(view.run, at.model, at.hands);
    },
  },
  {
    id: "run.choose",
    title: "choose the run that is meant",
    keys: ["ctrl+r"],
    can: ({ model }) => model.runs.size > 1,
    run: (at) =>
      at.hands.open(
        choiceDialog({
          title: "Which run?",
          options: ({ runs }) => [...runs.values()].toReversed().map(optionOf),
          chosen: at.focus.run,
          verb: "shows its daemon",
          choose(run, hands) {
            hands.choose(run);
            hands.show("daemon", { run });
          },
        }),
      ),
  },
  {
    id: "run.stop",
    title: "stop the run",
    keys: ["S"],
    can: (at) => openRun(at) !== undefined,
    run: (at) => {
      const view = openRun(at);
      if (view === undefined) return;
      const atWork = Object.values(view.constructs).filter(
        ({ outcome, state }) => outcome === null && state !== "queued",
      ).length;
      at.hands.open(
        confirmDialog({
          title: "Stop the run?",
          words: [
            aboutIt(view),
            atWork === 0
              ? "No construct is at work."
              : [`${count(atWork, "construct")} at work: each is ended, with everything that it started.`, "warning"],
            "What is written stays. r opens the run again, and what was cut off goes on in its session.",
          ],
          verb: "stops it",
          run: (hands) => {
            const reason = "stopped by the netrunner";
            void hands.send(
              { type: "stop", run: view.run, status: "stopped", reason, force: false },
              `${view.run} stops`,
            );
          },
        }),
      );
    },
  },
];

/** Asks for one more construct, in the open run that is meant, or in one of its own. */
export function askForConstruct(
  { model, focus, hands }: Here & { hands: Hands },
  chosen: Spawning["chosen"] = {},
): void {
  const view = openRun({ model, focus });
  hands.open(
    spawnDialog(
      {
        title: view === undefined ? "Start a construct" : "Start one more construct",
        words:
          view === undefined
            ? `No run is open: it gets one of its own${model.host?.offline === true ? ", on the offline model" : ""}.`
            : `In ${view.run}. It knows nothing but what stands here.`,
        chosen,
        ...(view === undefined ? {} : { on: view.settings.on }),
        submit: (wanted, given) => void start(wanted, view?.run, given),
      },
      hands,
    ),
  );
}

function sayPrompt(view: RunView, model: DeckModel): Parameters<typeof promptDialog>[0] {
  const { run, status, reason, daemon } = view;
  const unread = unreadIn(model.feeds.runs.get(run)?.daemon ?? []).length;
  const question = status === "waiting" ? reason || daemon.lastChat : "";
  return {
    kind: "say",
    target: run,
    title: "Talk to the daemon",
    words: [
      ...(question === "" ? [aboutIt(view)] : [[`It asks: ${oneLine(question, 400)}`, "act"] as const]),
      'It is read at its next turn. "proceed", "autopilot" and "stand down" are words that it knows.',
      ...(unread > 0
        ? [[`${count(unread, "message")} of yours ${unread === 1 ? "waits" : "wait"} unread`, "warning"] as const]
        : []),
    ],
    verb: "sends",
    submit: (text, hands) => void hands.send({ type: "say", run, text }, "the daemon will read it"),
  };
}

/** A question to the watchdog; where a bound is reached, the netrunner is asked whether it shall be asked all the same. */
async function ask(
  question: string,
  about: { run: string; construct: string | undefined },
  hands: Hands,
  anyway = false,
): Promise<void> {
  const { run, construct } = about;
  const answer = await hands.ask({
    type: "ask",
    question,
    run,
    ...(construct === undefined ? {} : { construct }),
    ...(anyway ? { anyway } : {}),
  });
  if ("reply" in answer) {
    const { ahead } = answer.reply;
    hands.say(
      ahead === 0 ? "the watchdog looks it up: its page shows the answer" : `${count(ahead, "question")} before yours`,
      "good",
    );
    return;
  }
  if (answer.code !== "watchdog.bound" || anyway) return hands.say(answer.problem, "bad");
  hands.open(
    confirmDialog({
      title: "Ask all the same?",
      words: ["A bound is reached, and an answer costs a little more.", oneLine(question, 200)],
      verb: "asks",
      run: (again) => void ask(question, about, again, true),
    }),
  );
}

async function start(
  { task, profile, model, effort, on }: Wanted,
  run: string | undefined,
  hands: Hands,
): Promise<void> {
  const caliber = { ...(model === undefined ? {} : { model }), ...(effort === undefined ? {} : { effort }) };
  if (run !== undefined) {
    const reply = await hands.send({
      type: "construct.spawn",
      run,
      task,
      ...(profile === undefined ? {} : { profile }),
      ...(Object.keys(caliber).length === 0 ? {} : { caliber }),
      ...(on === undefined ? {} : { on }),
    });
    if (reply !== undefined) hands.say(`${reply.construct} is in the queue`, "good");
    return;
  }
  const settings = await hands.send({ type: "settings.read" });
  if (settings === undefined) return;
  const usual = settings.saved.caliber ?? defaultSettings(1).caliber;
  const reply = await hands.send({
    type: "spawn",
    tasks: [task],
    settings: {
      ...(Object.keys(caliber).length === 0 ? {} : { caliber: { ...usual, ...caliber } }),
      ...(profile === undefined ? {} : { profile }),
      ...(on === undefined ? {} : { on }),
    },
    command_line: [],
  });
  if (reply === undefined) return;
  hands.choose(reply.run);
  hands.say(`${reply.run} begins`, "good");
}
