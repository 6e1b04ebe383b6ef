import { oneLine } from "../../../base/text.ts";
import { summaryOf, type RunView } from "../../../protocol/view.ts";
import { waitingIn } from "../../words/waiting.ts";
import type { Paint } from "../paint.ts";
import { tableLines } from "../table.ts";

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
