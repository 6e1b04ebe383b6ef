import type { AttentionItem } from "../../protocol/attention.ts";
import type { Command } from "../../protocol/command.ts";
import type { DeckEvent } from "../../protocol/event.ts";
import type { Hold } from "../../protocol/hold.ts";
import type { RunView } from "../../protocol/view.ts";
import { accountQuestion, asksForAccount, readAccountAnswer } from "./account-question.ts";
import { attentionQuestion, readAttentionAnswer } from "./attention-question.ts";
import { boundOf, boundQuestion, readBoundAnswer } from "./bound-question.ts";
import { holdQuestion, readHoldAnswer } from "./hold-question.ts";

/** Something about a construct that waits for the netrunner, as a question on the terminal. */
export interface Matter {
  id: string;
  title: string;
  /** @param now milliseconds since the epoch, for what is left of its time */
  question: (now: number) => string;
  /** What the netrunner typed, as a command; undefined when it is none of the answers. */
  read: (text: string) => Command | undefined;
  /** The answers, for whoever typed something else. */
  answers: string;
  /** Without an answer, the run is left as it is, to go on later. */
  leaves?: boolean;
}

/** The question that an event raises, if it raises one that a construct waits for. */
export function matterOf(event: DeckEvent): Matter | undefined {
  if (event.type === "hold.opened") return holdMatter(event.body);
  return event.type === "attention.raised" ? itemMatter(event.body) : undefined;
}

/** The questions that wait in a run already, oldest first of each kind. */
export const mattersIn = ({ holds, attention }: Pick<RunView, "holds" | "attention">): Matter[] => [
  ...Object.values(holds).map(holdMatter),
  ...Object.values(attention).flatMap((item) => itemMatter(item) ?? []),
];

const holdMatter = (held: Hold): Matter => ({
  id: held.hold,
  title: "A construct is HELD FOR YOU",
  question: (now) => holdQuestion(held, now),
  read(text) {
    const answer = readHoldAnswer(text);
    return answer === undefined ? undefined : { type: "hold.answer", hold: held.hold, ...answer };
  },
  answers: "answer with a, p, d, d WORDS, or k",
});

function itemMatter(about: AttentionItem): Matter | undefined {
  const { construct, item, kind } = about;
  const bound = boundOf(about);
  if (bound !== undefined)
    return {
      id: item,
      title: construct === undefined ? "The run is AT ITS BOUND" : "A construct is AT ITS BOUND",
      question: () => boundQuestion(about, bound),
      read: (text) => readBoundAnswer(text, item, bound.which),
      answers: "answer with r, an amount, or e",
      leaves: true,
    };
  // It is told; there is nothing to decide as long as it may come back.
  if (kind === "construct.stalled") return undefined;
  if (construct === undefined) return accountMatter(about);
  return {
    id: item,
    title: "A construct NEEDS YOU",
    question: () => attentionQuestion(about),
    read: (text) => readAttentionAnswer(text, construct),
    answers: "answer with k or c",
  };
}

/** What only the netrunner can end for all; what is over by itself is shown, and not asked. */
function accountMatter(item: AttentionItem): Matter | undefined {
  if (!asksForAccount(item)) return undefined;
  return {
    id: item.item,
    title: "The deck NEEDS YOU",
    question: () => accountQuestion(item),
    read: (text) => readAccountAnswer(text, item),
    answers: "answer with g or s",
  };
}

/** The id of the matter that an event settles. */
export function settledMatter(event: DeckEvent): string | undefined {
  if (event.type === "hold.closed") return event.body.hold;
  return event.type === "attention.closed" ? event.body.item : undefined;
}
