import type { AttentionItem } from "../../../protocol/attention.ts";
import type { Hold } from "../../../protocol/hold.ts";
import { blacklistRules } from "../../../protocol/blacklist.ts";
import type { RunView } from "../../../protocol/view.ts";
import { isOpen, type DeckModel } from "./deck-model.ts";

/** Something that waits for the netrunner. */
export type Need = {
  id: string;
  run: string;
  construct: string | null;
  /** What it is, in two or three words. */
  title: string;
  /** What it is about, in a line. */
  text: string;
  /** When it is decided without an answer, milliseconds since the epoch; null: never. */
  deadline: number | null;
} & (
  | { kind: "hold"; hold: Hold }
  | { kind: "attention"; item: AttentionItem }
  /** The daemon waits for a word, or for the run to be let go on. */
  | { kind: "daemon" }
  /** The blacklist may mean this task: shall it run? */
  | { kind: "task"; task: string }
);

/** All that waits for the netrunner in the open runs: what decides itself first comes first, then as it came. */
export function needsOf(model: DeckModel): Need[] {
  const needs = [...model.runs.values()].filter(isOpen).flatMap(needsOfRun);
  return needs.toSorted((one, other) => (one.deadline ?? Infinity) - (other.deadline ?? Infinity) || 0);
}

function needsOfRun(view: RunView): Need[] {
  const { run } = view;
  const holds = Object.values(view.holds).map((hold): Need => ({
    id: hold.hold,
    run,
    construct: hold.construct,
    kind: "hold",
    title: `${hold.tool} is held`,
    text: hold.input,
    deadline: hold.deadline,
    hold,
  }));
  const items = Object.values(view.attention).map((item): Need => ({
    id: item.item,
    run,
    construct: item.construct ?? null,
    kind: "attention",
    title: titles[item.kind],
    text: `${item.text} ${item.next}`,
    deadline: null,
    item,
  }));
  const asked = view.refused.filter(({ rule, task }) => rule === blacklistRules.ask && !view.exempt.includes(task));
  const tasks = asked.map(({ task, reason }): Need => ({
    id: `task:${run}:${task}`,
    run,
    construct: null,
    kind: "task",
    title: "forbidden work?",
    text: `${task}: ${reason}`,
    deadline: null,
    task,
  }));
  const waits = view.status === "waiting" && view.kind === "goal";
  const daemon: Need[] = waits
    ? [
        {
          id: `daemon:${run}`,
          run,
          construct: null,
          kind: "daemon",
          title: "the daemon waits for you",
          text: view.reason || view.daemon.lastChat,
          deadline: null,
        },
      ]
    : [];
  return [...holds, ...items, ...tasks, ...daemon];
}

const titles: Record<AttentionItem["kind"], string> = {
  "gate.bypassed": "the gate was bypassed",
  "gate.canary": "the gate does not hold",
  "bound.construct": "a construct is at its bound",
  "bound.run": "the run is at its bound",
  "construct.stalled": "a construct is silent",
  "account.credential": "no login",
  "account.usage_limit": "usage limit",
  "account.overload": "the provider is overloaded",
  "account.correlated": "many failed at once",
};
