import type { DeckEvent } from "../../protocol/event.ts";
import type { RunView } from "../../protocol/view.ts";

/** How the netrunner is kept up to date on stderr while a run goes on. */
export interface Progress {
  /** An event, with the view into which it has just been folded. */
  tell(event: DeckEvent, view: RunView): void;
  /** A sentence of the command line's own. */
  note(text: string): void;
  /** Shows a question under a title that cannot be missed, and leaves the terminal to the answer; what comes meanwhile is kept. */
  hold(title: string, question: string): void;
  release(): void;
  /** What the daemon said last, where the netrunner can still see all of it. */
  readonly lastWords: string | undefined;
  close(): void;
}
