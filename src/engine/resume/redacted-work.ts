import { oneLine } from "../../base/text.ts";
import type { DeckEvent } from "../../protocol/event.ts";
import type { RunView } from "../../protocol/view.ts";
import { redactionsIn } from "../../store/redaction/marker.ts";
import type { Note } from "../journal.ts";

export interface RedactedWork {
  view: RunView;
  /** What the daemon has not been told yet. */
  untold: readonly DeckEvent[];
  note: Note;
  /** Ends one that is queued. */
  end: (id: string, cause: string) => void;
}

/**
 * Secrets are not on record, so what a run is resumed from lacks them. A task that would be told without its secret is not
 * started; what the daemon is told without one, the netrunner hears.
 */
export function refuseRedacted({ view, untold, note, end }: RedactedWork): void {
  const warn = (code: string, message: string): void => void note("deck.warned", { code, message });
  const inGoal = redactionsIn(view.goal);
  if (inGoal.length > 0)
    warn(
      "redacted.goal",
      `The goal held ${secrets(inGoal)}, which is not kept on record. If the daemon still needs it, say it again.`,
    );
  for (const event of untold) {
    const kinds = event.type === "netrunner.said" ? redactionsIn(event.body.text) : [];
    if (kinds.length > 0)
      warn(
        "redacted.said",
        `The daemon had not read a message of yours that held ${secrets(kinds)}, which is not kept on record: say it again.`,
      );
  }
  for (const { id, task, outcome, startedAt, suspended } of Object.values(view.constructs)) {
    const isToldAnew = outcome === null && (startedAt === null || suspended?.session_id === null);
    const kinds = isToldAnew ? redactionsIn(task) : [];
    if (kinds.length === 0) continue;
    warn(
      "redacted.task",
      `${id} is not started: its task held ${secrets(kinds)}, which is not kept on record. ` +
        `Give the task again with it if it is still wanted: ${oneLine(task, 100)}`,
    );
    end(id, "spawn:redacted");
  }
}

const secrets = (kinds: string[]): string => `a secret (${kinds.join(", ")})`;
