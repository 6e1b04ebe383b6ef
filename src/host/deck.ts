import { existsSync } from "node:fs";
import { systemClock } from "../base/clock.ts";
import type { Fault } from "../base/fault.ts";
import { openBlacklist, type Blacklist } from "../engine/blacklist.ts";
import type { StopWish } from "../engine/closing.ts";
import type { Command } from "../protocol/command.ts";
import type { DeckEvent } from "../protocol/event.ts";
import type { RunView } from "../protocol/view.ts";
import { openStore, type Store } from "../store/event-log.ts";
import { homePaths } from "../store/home.ts";
import { acquireLock, type LockOwner } from "../store/lock.ts";
import { readMuted } from "../store/muted-tripwires.ts";
import { readSettings } from "../store/settings-file.ts";
import { carryOut, type DeckLife } from "./carry-out.ts";
import { checkWorkspace } from "./check-workspace.ts";
import type { DeckOptions } from "./deck-options.ts";
import type { DeckParts } from "./deck-parts.ts";
import { deckWorks, type DeckWorks } from "./deck-works.ts";
import { openDoor, type Door } from "./door/door.ts";
import { followLog } from "./following.ts";
import { idleMsOf, stopRuns } from "./host-commands.ts";
import { watchIdle, type IdleWatch } from "./idle.ts";
import { sweepLeftFolders } from "./left-folders.ts";
import { OpenRuns } from "./open-runs.ts";
import { completeEjects, cutOff, goOnWithLeft, reapLeft } from "./taking-over.ts";
import type { Port, Replies } from "./port.ts";
import { endLeftAsks } from "./watchdog-desk.ts";

/**
 * Opens a home for writing: takes its lock and serves its runs.
 * @param provide builds what the deck works with, once the place is known to be good and ours
 */
export async function openWritingDeck(options: DeckOptions, provide: () => Promise<DeckParts>): Promise<Deck> {
  await checkWorkspace(options.workspace);
  using undo = new DisposableStack();
  const { self, offline } = options;
  const owner = { offline, ...(self && { kind: self.kind, version: self.version, started: self.started }) };
  const lock = options.noLock === true ? undefined : undo.use(acquireLock(options.home, owner));
  const store = undo.adopt(openStore(options.home, undefined, options.secrets), (opened) => opened.close());
  const muted = readMuted(options.home);
  // A broken file is told before anything is started.
  readSettings(options.home);
  const blacklist = openBlacklist(options.home, store.redactor);
  const deck = new Deck(options, await provide(), store, undo.move(), muted, blacklist);
  await deck.countOnNodes();
  // Without the lock, another deck may be the one that the home's socket belongs to.
  if (lock !== undefined) await deck.takeOver(lock.left);
  return deck;
}

/** A home that is open for writing, with the runs that are open in it. */
export class Deck implements Port {
  readonly closed: Promise<void>;

  readonly #works: DeckWorks;
  /** The home's database and lock, to be let go of in the end. */
  readonly #held: Disposable;
  readonly #end = Promise.withResolvers<void>();
  readonly #ending = new AbortController();
  #door: Door | undefined;
  #closing: Promise<void> | undefined;
  /** No run is opened any more. */
  #isLeaving = false;
  #isTakingOver = false;
  #idle: IdleWatch | undefined;

  constructor(
    options: DeckOptions,
    parts: DeckParts,
    store: Store,
    held: Disposable,
    muted: Iterable<string> = [],
    blacklist: Blacklist = openBlacklist(options.home, store.redactor),
  ) {
    this.#held = held;
    this.closed = this.#end.promise;
    this.#works = deckWorks({
      options,
      parts,
      store,
      blacklist,
      mutedTripwires: new Set(muted),
      runs: new OpenRuns(() => this.#idle?.touch()),
      onFault: (fault) => this.#recordFailed(fault),
    });
  }

  async send<C extends Command>(command: C): Promise<Replies[C["type"]]> {
    // Each case gives the reply of its own command; the compiler cannot tie the two generics together.
    return (await carryOut(command, this.#works, this.#life)) as Replies[C["type"]];
  }

  readonly #life: DeckLife = {
    isClosing: () => this.#isLeaving,
    faces: () => this.#door?.faces ?? 0,
    stop: async () => {
      this.#isLeaving = true;
      // What is being opened is there then.
      await this.#works.inTurn(() => Promise.resolve());
      const stopped = await stopRuns(this.#works);
      // The reply goes out first: it is the last that this deck says.
      setImmediate(() => void this.close());
      return stopped;
    },
  };

  snapshot(run?: string): Promise<RunView | undefined> {
    const shown = this.#works.runs.shown(run);
    return Promise.resolve(shown && this.#works.store.redactor.value(structuredClone(shown.view)));
  }

  follow(afterSeq: number): AsyncIterable<DeckEvent> {
    const { store, recorder } = this.#works;
    return followLog({ store, recorder, signal: this.#ending.signal }, afterSeq);
  }

  /** Has its nodes come, if it has any, before anything is opened that may be on one. A deck that cannot is closed. */
  async countOnNodes(): Promise<void> {
    const { account, parts, recorder, runs, tellRuns } = this.#works;
    try {
      await parts.nodes?.serve({
        note: tellRuns("engine"),
        kept: () => recorder.flush(),
        runs: () => runs.open.map(({ view }) => view),
        heldUp: (node) => account.heldUp(node)?.reason,
      });
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /**
   * Begins to serve its home: ends what a dead holder of it has left alive, opens the door, completes its ejects, and, as a host,
   * goes on with that one's runs and ends when nobody needs it any more.
   */
  async takeOver(left: LockOwner | undefined): Promise<void> {
    const { options, store } = this.#works;
    const views = left === undefined ? [] : cutOff(store, left);
    await reapLeft(views, this.#works);
    // From now on, and not before what was left is ended: by the time that a run opens, it is known.
    void this.#works.parts.calibers?.known();
    await endLeftAsks(options.home, this.#works.record);
    // Nothing waits for it.
    void sweepLeftFolders();
    await this.listen();
    if (left !== undefined) void this.#goOn(views, left);
    if (options.self?.kind !== "host") return;
    this.#idle = watchIdle({
      clock: systemClock,
      idleMs: () => idleMsOf(options.home),
      isBusy: () => this.#isTakingOver || this.#works.runs.open.length > 0 || this.#life.faces() > 0,
      isHome: () => existsSync(homePaths(options.home).database),
      end: () => void this.close(),
    });
  }

  async #goOn(views: RunView[], left: LockOwner): Promise<void> {
    this.#isTakingOver = true;
    await completeEjects(views, this.#works, (command) => this.send(command));
    await goOnWithLeft(views, left, this.#works, (command) => this.send(command));
    this.#isTakingOver = false;
  }

  /** Opens the door for other processes. A deck that cannot is closed: nobody could steer it from outside. */
  async listen(): Promise<void> {
    const { plugins, options, parts } = this.#works;
    try {
      await plugins?.listen(options.home);
      this.#door = await openDoor({ ...options, port: this, version: parts.version });
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Ends the open runs, if there are any, and lets go of the home. */
  close(): Promise<void> {
    this.#isLeaving = true;
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#idle?.[Symbol.dispose]();
    const { parts, inTurn, catalogues, canary, account, recorder, plugins, watchdog } = this.#works;
    // What is being opened may wait for it.
    const asked = parts.calibers?.close();
    // Stopped at once what is open; what is being opened right now is stopped as soon as it is there.
    const open = this.#stopForGood();
    open.push(...(await inTurn(() => Promise.resolve(this.#stopForGood()))));
    await Promise.all(open);
    await watchdog.close();
    catalogues[Symbol.dispose]();
    await canary?.stop();
    await asked;
    account.close();
    await parts.nodes?.farewell();
    await parts.nodes?.close();
    await recorder.close();
    this.#ending.abort();
    await plugins?.close();
    await this.#door?.close();
    this.#held[Symbol.dispose]();
    await parts.release();
    this.#end.resolve();
  }

  #stopForGood(): Promise<void>[] {
    return this.#stopAll("the deck was closed");
  }

  #stopAll(reason: string): Promise<void>[] {
    const wish: StopWish = { status: "stopped", reason, how: "hard", cause: "host_shutdown" };
    return this.#works.runs.open.map((run) => {
      run.stop(wish);
      return run.closed;
    });
  }

  /** Without a record nothing may go on: what cannot be recorded did not happen as far as a restart can tell. */
  #recordFailed(fault: Fault): void {
    if (this.#works.recorder.fault === undefined) return;
    const end = async (): Promise<void> => {
      await Promise.all(this.#stopAll(fault.message));
      this.#ending.abort();
    };
    void end();
  }
}
