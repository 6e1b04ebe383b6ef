import { oneLine } from "../../../base/text.ts";
import { isEnded } from "../../../protocol/view.ts";
import { promptDialog, type Prompt } from "../dialogs/prompt.ts";
import { findConstruct, type Placed } from "../model/constructs.ts";
import type { DeckModel } from "../model/deck-model.ts";
import type { Action, Focus, Hands } from "../page.ts";

type Here = { model: DeckModel; focus: Focus };

const focused = ({ model, focus }: Here): Placed | undefined => findConstruct(model, focus.construct);

/** The construct in focus, where it has not ended. */
function alive(here: Here): Placed | undefined {
  const found = focused(here);
  return found === undefined || isEnded(found.construct) ? undefined : found;
}

const aboutIt = ({ construct }: Placed): string => `${construct.id}: ${oneLine(construct.task, 60)}`;

/** What is done to the construct in focus. */
export const constructActions: readonly Action<null>[] = [
  {
    id: "construct.kill",
    title: "kill",
    keys: ["k"],
    can: (at) => alive(at) !== undefined,
    run: (at) => {
      const id = alive(at)?.construct.id;
      if (id !== undefined) void at.hands.send({ type: "construct.kill", construct: id }, `${id} is being killed`);
    },
  },
  {
    id: "construct.kill_forbid",
    title: "kill and forbid its task",
    keys: ["K"],
    isRare: true,
    can: (at) => alive(at) !== undefined,
    run: (at) => {
      const id = alive(at)?.construct.id;
      if (id === undefined) return;
      void at.hands.send(
        { type: "construct.kill", construct: id, blacklist: true },
        `${id} is being killed, its task is forbidden`,
      );
    },
  },
  {
    id: "construct.pause",
    title: "pause or go on",
    keys: ["p"],
    can: (at) => alive(at) !== undefined,
    run: (at) => {
      const found = alive(at);
      if (found === undefined) return;
      const { id, state } = found.construct;
      if (state === "paused") void at.hands.send({ type: "construct.continue", construct: id }, `${id} goes on`);
      else
        void at.hands.send(
          { type: "construct.pause", construct: id, freeze: false },
          `${id} pauses before its next call`,
        );
    },
  },
  {
    id: "construct.freeze",
    title: "freeze",
    keys: ["P"],
    isRare: true,
    can: (at) => alive(at) !== undefined,
    run: (at) => {
      const id = alive(at)?.construct.id;
      if (id !== undefined)
        void at.hands.send({ type: "construct.pause", construct: id, freeze: true }, `${id} is frozen`);
    },
  },
  telling("construct.send", "send a message", "q", {
    kind: "send",
    title: "Send a message",
    effect: "It is read at the next turn boundary; what it does now goes on.",
    verb: "sends",
    submit: (id, text, hands) => void hands.send({ type: "construct.send", construct: id, text }, `sent to ${id}`),
  }),
  telling("construct.interrupt", "interrupt with an instruction", "Q", {
    kind: "interrupt",
    title: "Interrupt",
    effect: ["What it does now is stopped at once; a new construct goes on in its session.", "warning"],
    verb: "interrupts",
    submit: (id, text, hands) =>
      void hands.send({ type: "construct.interrupt", construct: id, text }, `${id} is interrupted`),
  }),
];

/** What is written to a construct, and what comes of it. */
interface Telling {
  kind: string;
  title: string;
  effect: Prompt["words"][number];
  verb: string;
  submit: (construct: string, text: string, hands: Hands) => void;
}

function telling(id: string, title: string, key: string, { effect, submit, ...prompt }: Telling): Action<null> {
  return {
    id,
    title,
    keys: [key],
    can: (at) => alive(at) !== undefined,
    run: (at) => {
      const found = alive(at);
      if (found === undefined) return;
      const target = found.construct.id;
      const words = [aboutIt(found), effect];
      const written = (text: string, hands: Hands): void => submit(target, text, hands);
      at.hands.open(promptDialog({ ...prompt, target, words, submit: written }, at.hands));
    },
  };
}
