import type { Fault } from "../base/fault.ts";
import { mutex } from "../base/mutex.ts";
import type { Account } from "../engine/account/account.ts";
import type { Blacklist } from "../engine/blacklist.ts";
import { noteFor, type Note } from "../engine/journal.ts";
import { Seats } from "../engine/seats.ts";
import type { EventDraft } from "../protocol/event.ts";
import type { Store } from "../store/event-log.ts";
import { completeEventFiles } from "../store/complete-files.ts";
import { openRecorder, type Recorder } from "../store/recorder.ts";
import { accountOfHome } from "./account-of-home.ts";
import { openPlugins, type OpenPlugins } from "./bridge/deck-plugins.ts";
import { canaryDesk, type CanaryDesk } from "./canary-desk.ts";
import { openDeckCatalogues, type DeckCatalogues } from "./deck-catalogues.ts";
import type { DeckOptions } from "./deck-options.ts";
import type { DeckParts } from "./deck-parts.ts";
import type { OpenRuns } from "./open-runs.ts";
import { recordInto } from "./recording.ts";
import { RunOpener } from "./run-opener.ts";
import { openWatchdogDesk, type WatchdogDesk } from "./watchdog-desk.ts";

/** What a deck is made of, whatever runs in it. */
export interface DeckWorks {
  options: DeckOptions;
  parts: DeckParts;
  store: Store;
  recorder: Recorder;
  record: (draft: EventDraft) => boolean;
  account: Account;
  blacklist: Blacklist;
  mutedTripwires: Set<string>;
  catalogues: DeckCatalogues;
  canary: CanaryDesk | undefined;
  plugins: OpenPlugins | undefined;
  runs: OpenRuns;
  opener: RunOpener;
  watchdog: WatchdogDesk;
  /** Opening takes a while: two wishes at the same time come one after the other. */
  inTurn: ReturnType<typeof mutex>;
  /** Records in the netrunner's name in each open run, or, where none is open, in none. */
  tellRuns: (source: "engine" | "netrunner") => Note;
}

export interface DeckWorksParts extends Pick<
  DeckWorks,
  "options" | "parts" | "store" | "blacklist" | "mutedTripwires" | "runs"
> {
  /** The record has failed, wholly or for one event. */
  onFault: (fault: Fault) => void;
}

/** Puts the parts of a deck together. Nothing of an agent is started by that. */
export function deckWorks({ onFault, ...given }: DeckWorksParts): DeckWorks {
  const { options, parts, store, runs } = given;
  const recorder = openRecorder(store, { onFault });
  // A deck that was killed may have left them behind. Nothing waits for it.
  void completeEventFiles(store, recorder).catch(() => "the record itself is read when a run is");
  const record = recordInto(recorder);
  const account = accountOfHome(store, parts.accountTimes);
  const canary = parts.canary && canaryDesk(parts.canary);
  const tellRuns = (source: "engine" | "netrunner"): Note => {
    const toEach = (draft: EventDraft): boolean => {
      const open = runs.open.map(({ view }) => view.run);
      return (open.length === 0 ? [""] : open).map((run) => record({ ...draft, run })).every(Boolean);
    };
    return noteFor(toEach, "", source);
  };
  const catalogues = openDeckCatalogues(options.home, parts, tellRuns("engine"));
  const plugins = parts.plugins && openPlugins(catalogues.plugins, parts.plugins, tellRuns("engine"));
  const opener = new RunOpener({
    ...given,
    recorder,
    record,
    account,
    seats: new Seats(),
    catalogues,
    canary,
    plugins: plugins?.plugins,
    onRun: (run) => runs.add(run),
  });
  const watchdog = openWatchdogDesk({ ...options, deck: parts, reader: store, account, record });
  recorder.subscribe((_event, plain) => runs.see(plain));
  const made = { recorder, record, account, catalogues, canary, plugins, opener, watchdog };
  return { ...given, ...made, inTurn: mutex(), tellRuns };
}
