import type { AttentionItem } from "../../../protocol/attention.ts";
import { blacklistRules } from "../../../protocol/blacklist.ts";
import type { Severity } from "../../../protocol/tripwire.ts";
import type { RunView } from "../../../protocol/view.ts";
import { diffSaysAll } from "../../words/held.ts";
import { isOpen, type DeckModel } from "./deck-model.ts";
import type { Need } from "./need.ts";
import { daemonNeedId, taskNeed } from "./raised.ts";
import { toYou } from "../../words/to-you.ts";

/** All that waits for the netrunner in the open runs: what decides itself first comes first, then the most serious, then as it came. */
export function needsOf(model: DeckModel): readonly Need[] {
  const stamp = stampOf(model);
  if (model.needs?.stamp !== stamp) model.needs = { stamp, list: foundIn(model) };
  return model.needs.list;
}

/** Another one after each event and whatever else needs are made of. A frame asks for them a dozen times. */
function stampOf({ runs, raisedAt, aside }: DeckModel): string {
  let seqs = 0;
  for (const { lastSeq } of runs.values()) seqs += lastSeq;
  return `${seqs} ${runs.size} ${raisedAt.size} ${aside.size}`;
}

function foundIn(model: DeckModel): Need[] {
  const needs = [...model.runs.values()].filter(isOpen).flatMap((view) => needsOfRun(model, view));
  return needs.toSorted(
    (one, other) =>
      (one.deadline ?? Infinity) - (other.deadline ?? Infinity) ||
      rank[one.severity] - rank[other.severity] ||
      (one.since ?? 0) - (other.since ?? 0),
  );
}

/** The need that an answer means: the one that is named, else the first of the construct. */
export function needInFocus(
  model: DeckModel,
  { need, construct }: { need?: string | undefined; construct?: string | undefined },
): Need | undefined {
  if (need === undefined && construct === undefined) return undefined;
  return needsOf(model).find((one) => (need === undefined ? one.construct === construct : one.id === need));
}

const rank: Record<Severity, number> = { critical: 0, warning: 1, low: 2 };

function needsOfRun(model: DeckModel, view: RunView): Need[] {
  const { run } = view;
  const common = (id: string): Pick<Need, "id" | "run" | "construct" | "deadline" | "since"> => ({
    id,
    run,
    construct: null,
    deadline: null,
    since: model.raisedAt.get(id) ?? null,
  });
  const holds = Object.values(view.holds).map((hold): Need => ({
    ...common(hold.hold),
    construct: hold.construct,
    reason: "hold",
    severity: "warning",
    kind: "hold",
    title: `${hold.tool} is held`,
    text: diffSaysAll(hold) ? hold.targets.join(", ") : hold.input,
    deadline: hold.deadline,
    hold,
  }));
  const items = Object.values(view.attention).map((item): Need => ({
    ...common(item.item),
    ...attentionFacts[item.kind],
    construct: item.construct ?? null,
    kind: "attention",
    text: `${item.text} ${item.next}`,
    item,
  }));
  const asked = view.refused.filter(({ rule, task }) => rule === blacklistRules.ask && !view.exempt.includes(task));
  const tasks = asked.map(({ task, reason }): Need => ({
    ...common(taskNeed(run, task)),
    reason: "forbidden",
    severity: "low",
    kind: "task",
    title: "forbidden work?",
    text: `${task}: ${toYou(reason)}`,
    task,
    why: toYou(reason),
  }));
  const all = [...holds, ...items, ...unique(tasks), ...daemonNeed(view, common(daemonNeedId(run)))];
  return all.filter(({ id }) => !model.aside.has(id));
}

/** The daemon waits for a word; a run that is paused without a question of its own goes on with one too. */
function daemonNeed(view: RunView, common: Pick<Need, "id" | "run" | "construct" | "deadline" | "since">): Need[] {
  if (view.kind !== "goal") return [];
  const isPaused = view.status === "paused" && !Object.values(view.attention).some(({ kind }) => kind === "bound.run");
  if (view.status !== "waiting" && !isPaused) return [];
  return [
    {
      ...common,
      reason: "daemon",
      severity: "warning",
      kind: "daemon",
      title: isPaused ? "the run is paused" : "the daemon waits for you",
      text: view.reason || view.daemon.lastChat,
    },
  ];
}

/** A task that was refused several times is one question. */
const unique = (needs: readonly Need[]): Need[] => [...new Map(needs.map((need) => [need.id, need])).values()];

const attentionFacts: Record<AttentionItem["kind"], Pick<Need, "title" | "reason" | "severity">> = {
  "gate.bypassed": { title: "bypassed the gate", reason: "gate", severity: "critical" },
  "gate.canary": { title: "the gate does not hold", reason: "gate", severity: "critical" },
  "bound.construct": { title: "at its bound", reason: "bound", severity: "warning" },
  "bound.run": { title: "at its bound", reason: "bound", severity: "warning" },
  "construct.stalled": { title: "silent", reason: "silent", severity: "low" },
  "account.credential": { title: "no login", reason: "account", severity: "critical" },
  "account.usage_limit": { title: "usage limit", reason: "account", severity: "warning" },
  "account.overload": { title: "provider overloaded", reason: "account", severity: "warning" },
  "account.correlated": { title: "many failed at once", reason: "account", severity: "critical" },
  "workspace.refused": { title: "its result was refused", reason: "gate", severity: "critical" },
};
