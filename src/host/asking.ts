import { Fault } from "../base/fault.ts";
import type { Command } from "../protocol/command.ts";
import { foldRunEvents } from "../protocol/snapshot.ts";
import { openStore, openStoreToRead, type Store } from "../store/event-log.ts";
import { openRunLog } from "../store/search/run-log.ts";
import { acquireLock } from "../store/lock.ts";
import { openRecorder } from "../store/recorder.ts";
import { accountOfHome } from "./account-of-home.ts";
import type { DeckParts } from "./deck-parts.ts";
import { followLog } from "./following.ts";
import type { Port, Replies } from "./port.ts";
import { recordInto } from "./recording.ts";
import { endLeftAsks, isWatchdogCommand, openWatchdogDesk, type WatchdogDesk } from "./watchdog-desk.ts";

/** What it takes to answer: an agent, its models, and an end. */
export type AskingParts = Pick<DeckParts, "driver" | "calibers" | "answerMs" | "release">;

export interface AskingOptions {
  home: string;
  workspace: string;
  /** Answers whatever else is looked at in the home. */
  reading: { port: Port; close(): Promise<void> };
  /** @param offline the model is the scripted one: as it was wanted, or as the run itself was */
  provide: (offline: boolean) => Promise<AskingParts>;
  offline: boolean;
  /** Values that must never be written. */
  secrets: readonly string[];
}

/**
 * A door to a home in which no deck runs, to ask about its runs. It keeps no lock while a model thinks, so that it is in nobody's
 * way: what it records is a few events, and the database takes them from several processes.
 */
export function openAskingDeck(options: AskingOptions): { port: Port; close(): Promise<void> } {
  const { home, workspace, reading, provide, secrets } = options;
  const end = Promise.withResolvers<void>();
  const ending = new AbortController();
  const store = openUnlocked(home, secrets);
  const recorder = openRecorder(store, { onFault: () => "told by whoever records: its event is not taken" });
  const account = accountOfHome(store);
  let parts: Promise<AskingParts> | undefined;
  let desk: WatchdogDesk | undefined;

  const deskFor = async (command: Command): Promise<WatchdogDesk> => {
    if (desk !== undefined) return desk;
    if (command.type === "ask") await endLeftAsks(home, recordInto(recorder));
    parts ??= provide(options.offline || (command.type === "ask" && (await wasOffline(home, store, command.run))));
    const deck = await parts;
    desk ??= openWatchdogDesk({ home, workspace, deck, reader: store, account, record: recordInto(recorder) });
    return desk;
  };

  const port: Port = {
    async send<C extends Command>(command: C): Promise<Replies[C["type"]]> {
      if (!isWatchdogCommand(command)) return reading.port.send(command);
      // The reply belongs to the command's type.
      return (await (await deskFor(command)).answer(command)) as Replies[C["type"]];
    },
    snapshot: () => Promise.resolve(undefined),
    follow: (afterSeq) => followLog({ store, recorder, signal: ending.signal }, afterSeq),
    closed: end.promise,
  };
  return {
    port,
    async close() {
      await desk?.close();
      const used = await parts?.catch(() => undefined);
      await used?.calibers?.close();
      account.close();
      await recorder.close();
      ending.abort();
      store.close();
      await reading.close();
      await used?.release();
      end.resolve();
    },
  };
}

/** The record, to be written beside whoever else writes it. What would change its shape is done under the home's lock alone. */
function openUnlocked(home: string, secrets: readonly string[]): Store {
  // Refuses a home without a record, and one of another version.
  try {
    openStoreToRead(home).close();
    return openStore(home, undefined, secrets);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "storage.older") throw error;
    using _lock = acquireLock(home);
    return openStore(home, undefined, secrets);
  }
}

/** Whether a run, or the newest one, was under the scripted model. */
async function wasOffline(home: string, store: Store, wanted: string | undefined): Promise<boolean> {
  const run = wanted ?? store.runs()[0];
  if (run === undefined) return false;
  using log = openRunLog(home, run);
  return foldRunEvents(await log.outline())?.settings.offline ?? false;
}
