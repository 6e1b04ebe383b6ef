import { Fault } from "../base/fault.ts";
import { oneLine } from "../base/text.ts";
import type { CaliberDesk } from "../engine/calibers/desk.ts";
import { listCalibers } from "../engine/calibers/opening.ts";
import type { Judge } from "../engine/gate/judge.ts";
import type { Command } from "../protocol/command.ts";
import type { EventPage } from "../protocol/event-page.ts";
import { foldRunEvents } from "../protocol/snapshot.ts";
import { summaryOf, type RunSummary, type RunView } from "../protocol/view.ts";
import { readBlacklist } from "../store/blacklist-file.ts";
import type { EventReader } from "../store/event-reader.ts";
import { openStoreToRead } from "../store/event-log.ts";
import { redactor } from "../store/redaction/redactor.ts";
import { readMuted } from "../store/muted-tripwires.ts";
import { lastHold } from "./account-of-home.ts";
import { answerFiles, isFileCommand } from "./file-commands.ts";
import { noRun } from "./no-run.ts";
import type { Port, Replies } from "./port.ts";
import { answerRetention, isRetentionCommand } from "./retention-commands.ts";
import { answerSettings } from "./settings-commands.ts";
import { answerTripwires } from "./tripwire-desk.ts";
import { answerFromRecord } from "./watchdog-desk.ts";

/** The runs of a home, newest first. */
export function listRuns(reader: EventReader): RunSummary[] {
  return reader.runs().flatMap((run) => {
    const view = foldRunEvents(reader.eventsOf(run));
    return view === undefined ? [] : [summaryOf(view)];
  });
}

export function readRun(reader: EventReader, run: string): RunView {
  const view = foldRunEvents(reader.eventsOf(run));
  if (view !== undefined) return view;
  throw noRun(reader, run);
}

/** Recorded events of a run, or of one construct of it. */
export function listEvents(reader: EventReader, { run, ...wanted }: Command & { type: "events.list" }): EventPage {
  const page = reader.pageOf(run, wanted);
  if (page.events.length > 0) return page;
  // Nothing is an answer only about what there is.
  const has = (construct?: string): boolean => reader.pageOf(run, { construct, limit: 1 }).events.length > 0;
  if (!has()) throw noRun(reader, run);
  const { construct } = wanted;
  if (construct === undefined || has(construct)) return page;
  throw new Fault("usage", "construct.unknown", `There is no construct ${oneLine(construct, 60)} in ${run}.`, {
    hint: `List the constructs of the run with: cyberdeck show ${run}`,
  });
}

/**
 * A door to a home that is only looked at: no lock, no process, nothing written but the list of muted tripwires. A home
 * that is not there has no runs.
 * @param judge for calls that are only tried
 * @param calibers for whoever wants to know the models: the only thing for which a process may be started
 */
export function openReadingDeck(
  home: string,
  judge: Judge,
  calibers?: () => Promise<CaliberDesk>,
  { version = "unknown", secrets = [] }: { version?: string; secrets?: readonly string[] } = {},
): { port: Port; close(): Promise<void> } {
  const reader = readerOf(home);
  const end = Promise.withResolvers<void>();
  let asked: Promise<CaliberDesk> | undefined;
  const port: Port = {
    async send<C extends Command>(command: C): Promise<Replies[C["type"]]> {
      if (command.type === "calibers.list") {
        asked ??= calibers?.();
        return (await listCalibers(await asked, command.refresh)) as Replies[C["type"]];
      }
      if (isRetentionCommand(command)) {
        const keeping = { reader, redactor: redactor(secrets), open: [], isAlone: false, version };
        return (await answerRetention(command, keeping)) as Replies[C["type"]];
      }
      return (await answer(command, reader, judge)) as Replies[C["type"]];
    },
    snapshot: () => Promise.resolve(undefined),
    async *follow(afterSeq) {
      yield* reader.eventsAfter(afterSeq);
    },
    closed: end.promise,
  };
  return {
    port,
    async close() {
      reader.close();
      await (await asked)?.close();
      end.resolve();
    },
  };
}

function readerOf(home: string): EventReader {
  try {
    return openStoreToRead(home);
  } catch (error) {
    if (error instanceof Fault && error.code === "home.empty") return emptyReader(home);
    throw error;
  }
}

const emptyReader = (home: string): EventReader => ({
  home,
  eventsOf: () => [].values(),
  eventsAfter: () => [].values(),
  pageOf: () => ({ events: [], more: false }),
  countOf: () => 0,
  lastOfAccount: () => undefined,
  runs: () => [],
  costSince: () => 0,
  lastSeq: () => 0,
  close: () => undefined,
});

async function answer(command: Command, reader: EventReader, judge: Judge): Promise<Replies[Command["type"]]> {
  if (command.type === "runs.list") return { runs: listRuns(reader) };
  if (command.type === "runs.open") return { runs: [] };
  if (command.type === "account.status") return { hold: lastHold(reader) ?? null };
  if (command.type === "blacklist.list") return { entries: readBlacklist(reader.home) };
  if (command.type === "ask.history" || command.type === "event.show") return answerFromRecord(command, reader.home);
  if (command.type === "ask.list") return { asks: [] };
  if (command.type === "settings.read") return answerSettings(command, reader.home, undefined);
  if (isFileCommand(command)) return answerFiles(command, reader);
  if (command.type === "events.list") return listEvents(reader, command);
  if (command.type === "run.show") return { view: readRun(reader, command.run) };
  if (command.type === "tripwires.list" || command.type === "tripwires.test" || command.type === "tripwires.mute") {
    const { home } = reader;
    return answerTripwires(command, { home, muted: new Set(readMuted(home)), judge, run: undefined });
  }
  throw new Fault("internal", "deck.read_only", `${command.type} needs a deck that may write`);
}
