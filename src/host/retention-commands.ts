import { isAbsolute } from "node:path";
import { systemClock } from "../base/clock.ts";
import { Fault, unreachable } from "../base/fault.ts";
import type { Command } from "../protocol/command.ts";
import { exportRun } from "../store/export/export-run.ts";
import type { EventReader } from "../store/event-reader.ts";
import type { Store } from "../store/event-log.ts";
import { prunable, prune } from "../store/prune.ts";
import type { Redactor } from "../store/redaction/redactor.ts";
import type { Replies } from "./port.ts";

type RetentionCommand = Command & { type: "run.export" | "runs.prune" };

export const isRetentionCommand = (command: Command): command is RetentionCommand =>
  command.type === "run.export" || command.type === "runs.prune";

/** Where runs are kept. */
export interface Keeping {
  reader: EventReader;
  /** Where the home may be written. */
  store?: Store;
  redactor: Redactor;
  /** Runs that are open in this deck. */
  open: readonly string[];
  /** Nothing else works in the home. */
  isAlone: boolean;
  version: string;
}

/** Makes an archive of a run, or removes old runs. */
export async function answerRetention(
  command: RetentionCommand,
  { reader, store, redactor, open, isAlone, version }: Keeping,
): Promise<Replies[RetentionCommand["type"]]> {
  const now = systemClock.now();
  switch (command.type) {
    case "run.export": {
      const { run, to } = command;
      if (!isAbsolute(to))
        throw new Fault("usage", "export.relative", `"${to}" is not an absolute path`, {
          hint: "Say the whole path: the deck works in another folder than you.",
        });
      return exportRun({ reader, redactor, run, to, version, now });
    }
    case "runs.prune": {
      const order = { olderThanMs: command.older_than_ms, keep: command.keep, open, now };
      if (!command.apply) return prunable(reader, order);
      if (store === undefined) throw new Fault("internal", "deck.read_only", "nothing can be removed by a reader");
      return prune(store, order, isAlone);
    }
    default:
      return unreachable(command);
  }
}
