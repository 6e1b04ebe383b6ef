import { once } from "node:events";
import type { Machine } from "../faces/cockpit/open-cockpit.ts";

/** What the cockpit needs of this machine. */
export function terminalMachine(): Machine {
  const history = new Map<string, string[]>();
  const drafts = new Map<string, string>();
  return {
    async suspend() {
      const resumed = once(process, "SIGCONT");
      // The whole job, as the terminal does it: `npm start` is the parent that the shell knows.
      process.kill(0, "SIGTSTP");
      await resumed;
    },
    copy: () => {},
    local: {
      history: (kind) => history.get(kind) ?? [],
      remember: (kind, text) => void history.set(kind, [...(history.get(kind) ?? []), text]),
      draft: (kind) => drafts.get(kind) ?? "",
      keepDraft: (kind, text) => void drafts.set(kind, text),
    },
  };
}
