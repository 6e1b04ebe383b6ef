import type { AccountHolds } from "../protocol/account.ts";
import type { BlacklistEntry } from "../protocol/blacklist.ts";
import type { Command } from "../protocol/command.ts";
import type { DeckEvent } from "../protocol/event.ts";
import type { EventPage } from "../protocol/event-page.ts";
import type { Ejection } from "../protocol/ejection.ts";
import type { HostStatus, HostStop } from "../protocol/host.ts";
import type { KnownCalibers } from "../protocol/models.ts";
import type { DrainedNode, NodesListing } from "../protocol/nodes.ts";
import type { ExportedRun, Pruning } from "../protocol/retention.ts";
import type { ReadFile, RunFile } from "../protocol/run-files.ts";
import type { RunSettings, SavedSettings } from "../protocol/settings.ts";
import type { RunSummary, RunView } from "../protocol/view.ts";
import type { AskLine, AskView } from "../protocol/watchdog.ts";
import type { TripwireLine, TripwireTrial } from "../protocol/tripwire.ts";

/** The one door between the deck and its faces: the same in process and over a socket. */
export interface Port {
  /** Carries out a command, or rejects with a `Fault` that says why not. */
  send<C extends Command>(command: C): Promise<Replies[C["type"]]>;
  /**
   * An open run, or the one that was open last; undefined when there is none.
   * @param run without it, the latest
   */
  snapshot(run?: string): Promise<RunView | undefined>;
  /** The recorded events after a sequence number, then those to come, in order; ends when the deck closes. */
  follow(afterSeq: number): AsyncIterable<DeckEvent>;
  /** Settles when the deck is closed and nothing that it started is alive. */
  readonly closed: Promise<void>;
}

export interface Replies {
  "goal.set": OpenedRun;
  spawn: OpenedRun;
  "run.resume": OpenedRun;
  say: Record<string, never>;
  /** The goal that it was. */
  "goal.edit": { from: string };
  stop: Record<string, never>;
  eject: { runs: (Ejection & { run: string })[] };
  "hold.answer": Record<string, never>;
  /** Why it was ending already, if it was. */
  "construct.kill": { already: string | null };
  "construct.spawn": { construct: string };
  "queue.move": Record<string, never>;
  "queue.cancel": Record<string, never>;
  "construct.send": { delivery: "with_task" | "next_turn" };
  /** The construct that goes on in its place. */
  "construct.interrupt": { successor: string };
  "construct.pause": Record<string, never>;
  "construct.continue": Record<string, never>;
  "settings.change": Record<string, never>;
  "settings.read": { saved: SavedSettings; run: RunSettings | null };
  "settings.save": { saved: SavedSettings; run: RunSettings | null };
  "bound.answer": Record<string, never>;
  "account.status": AccountHolds;
  /** The holds that there were. */
  "account.release": AccountHolds;
  "blacklist.list": { entries: readonly BlacklistEntry[] };
  "blacklist.add": { entry: BlacklistEntry };
  "blacklist.remove": { entry: BlacklistEntry };
  "blacklist.allow": Record<string, never>;
  "tripwires.list": { rules: TripwireLine[] };
  "tripwires.test": TripwireTrial;
  "tripwires.mute": Record<string, never>;
  "calibers.list": KnownCalibers;
  /** `afterSeq`: follow from here to hear the answer. `ahead`: how many are answered before it. */
  ask: { ask: string; run: string; ahead: number; afterSeq: number };
  "ask.cancel": Record<string, never>;
  "ask.list": { asks: AskLine[] };
  "ask.history": { asks: AskView[] };
  "events.list": EventPage;
  "files.list": { files: RunFile[] };
  "file.read": ReadFile;
  "event.show": { event: DeckEvent; before: DeckEvent[]; after: DeckEvent[] };
  "runs.list": { runs: RunSummary[] };
  /** `known`: how many values the deck looks for now. */
  "secrets.learn": { known: number };
  "host.status": HostStatus;
  "nodes.list": NodesListing;
  "nodes.drain": DrainedNode;
  "host.stop": HostStop;
  "runs.open": { runs: RunSummary[] };
  "run.show": { view: RunView };
  "run.export": ExportedRun;
  "runs.prune": Pruning;
}

export interface OpenedRun {
  run: string;
  folder: string;
  /** Follow from here to see the run from its opening (or reopening). */
  afterSeq: number;
}
