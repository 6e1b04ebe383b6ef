import type { HelpSection } from "../dialogs/help.ts";
import type { BoundAction, Mounted } from "../mount.ts";

/** What the shell gives to the actions that concern itself. */
export interface Shell {
  pages: readonly Pick<Mounted, "name" | "title">[];
  /** The page that is shown. */
  front: () => string;
  /** When this need came under the cursor; now, if it has not. */
  shownAt: (need: string) => number;
  suspend: () => void;
  attach: () => void;
  redraw: () => void;
  /** Every action that there is on this page. */
  actions: () => BoundAction[];
  /** Every action that there is at all, with the netrunner's own keys: those of the page in front first. */
  help: () => HelpSection[];
}
