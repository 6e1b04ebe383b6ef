import { oneLine } from "../../../base/text.ts";
import { summaryOf, type ConstructView, type RunView } from "../../../protocol/view.ts";
import type { Paint } from "../paint.ts";
import { tableLines } from "../table.ts";

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

/** What waits in the open runs, as a page. */
export function queuePage(views: readonly RunView[], columns: number | undefined, paint: Paint): string {
  if (views.length === 0) return "No run is open.\n";
  const pages = views.map((view) => {
    const waiting = waitingIn(view);
    const title = `${view.run}  ${view.status}  ${oneLine(summaryOf(view).goal.slice(0, 400), 60)}`;
    if (waiting.length === 0) return `${title}\nnothing waits for its start\n`;
    const rows = waiting.map(({ place, construct, task, waits_for }) =>
      [`${place}`, construct, oneLine(waits_for, 60), oneLine(task.slice(0, 800), 100)].map((text) => ({ text })),
    );
    const table = tableLines({ titles: ["#", "CONSTRUCT", "WAITS FOR", "TASK"], rows, right: [0] }, columns, paint);
    return `${[title, ...table].join("\n")}\n`;
  });
  return pages.join("\n");
}

function waitsFor({ suspended }: ConstructView, after: readonly string[], view: RunView): string {
  if (after.length > 0) return `the end of ${after.join(", ")}`;
  if (view.account !== null) return "the account, which is held";
  if (view.status === "paused") return `you: ${view.reason}`;
  return suspended === null ? "a slot" : "a slot, to go on";
}
