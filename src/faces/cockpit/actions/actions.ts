import type { Action } from "../page.ts";
import { cockpitActions } from "./cockpit-actions.ts";
import { constructActions } from "./construct-actions.ts";
import { deckActions } from "./deck-actions.ts";
import { needActions } from "./need-actions.ts";
import { runActions } from "./run-actions.ts";
import { talkActions } from "./talk-actions.ts";
import type { Shell } from "./shell.ts";

/** What can be done on every page. */
export const globalActions = (shell: Shell): Action<null>[] => [
  ...needActions(shell),
  ...constructActions,
  ...runActions,
  ...talkActions,
  ...deckActions,
  ...cockpitActions(shell),
];
