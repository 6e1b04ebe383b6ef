import type { RunView } from "../../protocol/view.ts";
import type { Telling } from "../words/telling.ts";

/** Paths of the run as they look from inside it: `run:parts/a.txt` in the run folder, `src/a.ts` in the workspace. */
export function near(text: string, view: Pick<RunView, "folder" | "workspace">): string {
  return text.replaceAll(`${view.folder}/`, "run:").replaceAll(`${view.workspace}/`, "");
}

/** The text of a line about a construct from inside the run; what the daemon and the deck say stays as it is. */
export const nearText = (telling: Telling, view: RunView): string =>
  telling.who.startsWith("cx-") ? near(telling.text, view) : telling.text;
