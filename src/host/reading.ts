import { Fault } from "../base/fault.ts";
import type { Command } from "../protocol/command.ts";
import { foldRunEvents, summaryOf, type RunSummary, type RunView } from "../protocol/snapshot.ts";
import { readBlacklist } from "../store/blacklist-file.ts";
import type { EventReader } from "../store/event-reader.ts";
import { openStoreToRead } from "../store/event-log.ts";
import type { Port, Replies } from "./port.ts";

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
  throw new Fault("usage", "run.unknown", `There is no run ${run} in ${reader.home}.`, {
    hint: "List the runs with: cyberdeck runs",
  });
}

/** A door to a home that is only looked at: no lock, no process, nothing written. A home that is not there has no runs. */
export function openReadingDeck(home: string): { port: Port; close(): Promise<void> } {
  const reader = readerOf(home);
  const end = Promise.withResolvers<void>();
  const port: Port = {
    async send<C extends Command>(command: C): Promise<Replies[C["type"]]> {
      return answer(command, reader) as Replies[C["type"]];
    },
    snapshot: () => Promise.resolve(undefined),
    async *follow(afterSeq) {
      yield* reader.eventsAfter(afterSeq);
    },
    closed: end.promise,
  };
  return {
    port,
    close() {
      reader.close();
      end.resolve();
      return end.promise;
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
  countOf: () => 0,
  runs: () => [],
  lastSeq: () => 0,
  close: () => undefined,
});

function answer(
  command: Command,
  reader: EventReader,
): Replies["runs.list"] | Replies["run.show"] | Replies["blacklist.list"] {
  if (command.type === "runs.list") return { runs: listRuns(reader) };
  if (command.type === "blacklist.list") return { entries: readBlacklist(reader.home) };
  if (command.type === "run.show") return { view: readRun(reader, command.run) };
  throw new Fault("internal", "deck.read_only", `${command.type} needs a deck that may write`);
}
