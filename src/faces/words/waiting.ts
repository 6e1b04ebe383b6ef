import type { ConstructView, RunView } from "../../protocol/view.ts";

/** One that waits for its start. */
export interface Waiting {
  /** From 1 on. */
  place: number;
  construct: string;
  task: string;
  /** Those that must end well before it starts and have not. */
  after: string[];
  /** In words. */
  waits_for: string;
}

/** Those that wait for their start in a run, in the order in which they start. */
export const waitingIn = (view: RunView): Waiting[] =>
  view.queue
    .flatMap((id) => view.constructs[id] ?? [])
    .map((construct, index) => {
      const { id, task } = construct;
      const after = construct.after.filter((other) => view.constructs[other]?.outcome?.state !== "done");
      return { place: index + 1, construct: id, task, after, waits_for: waitsFor(construct, after, view) };
    });

function waitsFor({ suspended, unplaced }: ConstructView, after: readonly string[], view: RunView): string {
  if (after.length > 0) return `the end of ${after.join(", ")}`;
  if (view.account !== null) return "the account, which is held";
  if (view.status === "paused") return `you: ${view.reason}`;
  if (unplaced !== null) return `a place: ${unplaced}`;
  return suspended === null ? "a slot" : "a slot, to go on";
}
