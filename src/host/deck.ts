import { Fault, unreachable } from "../base/fault.ts";
import { mutex } from "../base/mutex.ts";
import type { Account } from "../engine/account/account.ts";
import { openBlacklist, type Blacklist } from "../engine/blacklist.ts";
import { noteFor } from "../engine/journal.ts";
import type { Run } from "../engine/run.ts";
import type { Command } from "../protocol/command.ts";
import type { DeckEvent, EventDraft } from "../protocol/event.ts";
import type { RunSettings } from "../protocol/settings.ts";
import type { RunView } from "../protocol/view.ts";
import { openStore, type Store } from "../store/event-log.ts";
import { acquireLock } from "../store/lock.ts";
import { readMuted } from "../store/muted-tripwires.ts";
import { readSettings } from "../store/settings-file.ts";
import { openRecorder, type Recorder } from "../store/recorder.ts";
import { accountOfHome, releaseAccount } from "./account-of-home.ts";
import { canaryDesk, type CanaryDesk } from "./canary-desk.ts";
import { listCalibers } from "../engine/calibers/opening.ts";
import { changeBlacklist, refuseForbidden } from "./blacklist-commands.ts";
import { checkWorkspace } from "./check-workspace.ts";
import { openDeckCatalogues, type DeckCatalogues } from "./deck-catalogues.ts";
import type { DeckOptions } from "./deck-options.ts";
import type { DeckParts } from "./deck-parts.ts";
import { openPlugins, type OpenPlugins } from "./bridge/deck-plugins.ts";
import { openDoor, type Door } from "./door/door.ts";
import { followLog } from "./following.ts";
import type { OpenedRun, Port, Replies } from "./port.ts";
import { listRuns, readRun } from "./reading.ts";
import { steerRun } from "./run-commands.ts";
import { recordInto } from "./recording.ts";
import { RunOpener } from "./run-opener.ts";
import { answerSettings } from "./settings-commands.ts";
import { answerTripwires, restingPlace, type TripwireDesk } from "./tripwire-desk.ts";

/**
 * Opens a home for writing: takes its lock and serves one run at a time.
 * @param provide builds what the deck works with, once the place is known to be good and ours
 */
export async function openWritingDeck(options: DeckOptions, provide: () => Promise<DeckParts>): Promise<Deck> {
  await checkWorkspace(options.workspace);
  using undo = new DisposableStack();
  if (options.noLock !== true) undo.use(acquireLock(options.home));
  const store = undo.adopt(openStore(options.home), (opened) => opened.close());
  const muted = readMuted(options.home);
  // A broken file is told before anything is started.
  readSettings(options.home);
  const blacklist = openBlacklist(options.home);
  const deck = new Deck(options, await provide(), store, undo.move(), muted, blacklist);
  // Without the lock, another deck may be the one that the home's socket belongs to.
  if (options.noLock !== true) await deck.listen();
  return deck;
}

export class Deck implements Port {
  readonly closed: Promise<void>;

  readonly #options: DeckOptions;
  readonly #parts: DeckParts;
  readonly #store: Store;
  /** The home's database and lock, to be let go of in the end. */
  readonly #held: Disposable;
  readonly #recorder: Recorder;
  readonly #record: (draft: EventDraft) => boolean;
  readonly #mutedTripwires: Set<string>;
  readonly #blacklist: Blacklist;
  readonly #account: Account;
  readonly #end = Promise.withResolvers<void>();
  readonly #ending = new AbortController();
  /** Opening takes a while: two wishes at the same time must not make two runs. */
  readonly #inTurn = mutex();
  readonly #opener: RunOpener;
  readonly #plugins: OpenPlugins | undefined;
  readonly #catalogues: DeckCatalogues;
  #run: Run | undefined;
  #door: Door | undefined;
  #closing: Promise<void> | undefined;
  readonly #canary: CanaryDesk | undefined;

  constructor(
    options: DeckOptions,
    parts: DeckParts,
    store: Store,
    held: Disposable,
    muted: Iterable<string> = [],
    blacklist: Blacklist = openBlacklist(options.home),
  ) {
    this.#blacklist = blacklist;
    this.#options = options;
    this.#parts = parts;
    this.#store = store;
    this.#held = held;
    this.closed = this.#end.promise;
    this.#mutedTripwires = new Set(muted);
    this.#account = accountOfHome(store, parts.accountTimes);
    this.#recorder = openRecorder(store, { onFault: (fault) => this.#recordFailed(fault) });
    this.#record = recordInto(this.#recorder);
    this.#canary = parts.canary && canaryDesk(parts.canary);
    const note = noteFor((draft) => this.#record({ ...draft, run: this.#openRun?.view.run ?? "" }), "", "engine");
    this.#catalogues = openDeckCatalogues(options.home, parts, note);
    this.#plugins = parts.plugins && openPlugins(this.#catalogues.plugins, parts.plugins, note);
    this.#opener = new RunOpener({
      options,
      parts,
      store,
      recorder: this.#recorder,
      record: this.#record,
      account: this.#account,
      blacklist,
      catalogues: this.#catalogues,
      mutedTripwires: this.#mutedTripwires,
      canary: this.#canary,
      plugins: this.#plugins?.plugins,
      onRun: (run) => {
        this.#run = run;
      },
    });
    this.#recorder.subscribe((event) => {
      if (event.run === this.#run?.view.run) this.#run.see(event);
    });
  }

  async send<C extends Command>(command: C): Promise<Replies[C["type"]]> {
    // Each case gives the reply of its own command; the compiler cannot tie the two generics together.
    return (await this.#carryOut(command)) as Replies[C["type"]];
  }

  snapshot(): Promise<RunView | undefined> {
    return Promise.resolve(this.#run === undefined ? undefined : structuredClone(this.#run.view));
  }

  follow(afterSeq: number): AsyncIterable<DeckEvent> {
    return followLog({ store: this.#store, recorder: this.#recorder, signal: this.#ending.signal }, afterSeq);
  }

  /** Opens the door for other processes. A deck that cannot is closed: nobody could steer it from outside. */
  async listen(): Promise<void> {
    try {
      await this.#plugins?.listen(this.#options.home);
      this.#door = await openDoor({ ...this.#options, port: this, version: this.#parts.version });
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Ends the open run, if there is one, and lets go of the home. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // What is being opened may wait for it.
    const asked = this.#parts.calibers?.close();
    // Stopped at once where there is a run; one that is being opened right now is stopped as soon as it is there.
    this.#stopForGood();
    await this.#inTurn(() => Promise.resolve(this.#stopForGood()));
    await this.#run?.closed;
    this.#catalogues[Symbol.dispose]();
    await this.#canary?.stop();
    await asked;
    this.#account.close();
    await this.#recorder.close();
    this.#ending.abort();
    await this.#plugins?.close();
    await this.#door?.close();
    this.#held[Symbol.dispose]();
    await this.#parts.release();
    this.#end.resolve();
  }

  #stopForGood(): void {
    this.#run?.stop({ status: "stopped", reason: "the deck was closed", how: "hard", cause: "host_shutdown" });
  }

  #carryOut(command: Command): Promise<Replies[Command["type"]]> {
    switch (command.type) {
      case "goal.set":
        return this.#inTurn(() =>
          this.#open("goal", command, (run) => {
            run.record("goal.set", { goal: command.goal });
            run.startGoal();
          }),
        );
      case "spawn":
        return this.#inTurn(() => this.#spawn(command));
      case "run.resume":
        return this.#inTurn(() => {
          this.#refuseSecondRun();
          return this.#opener.resume(command);
        });
      case "say":
      case "stop":
      case "eject":
      case "hold.answer":
      case "settings.change":
      case "blacklist.allow":
      case "construct.kill":
      case "construct.pause":
      case "construct.continue":
      case "construct.send":
      case "construct.interrupt":
      case "bound.answer":
        return steerRun(command, this.#mustRun());
      case "settings.read":
      case "settings.save":
        return Promise.resolve(answerSettings(command, this.#options.home, this.#openRun?.view.settings));
      case "account.status":
        return Promise.resolve({ hold: this.#account.hold ?? null });
      case "account.release":
        return Promise.resolve({ hold: releaseAccount(this.#account, this.#record) });
      case "blacklist.list":
      case "blacklist.add":
      case "blacklist.remove":
        return changeBlacklist(command, this.#blacklist, (type, body) => {
          this.#record({ type, run: this.#openRun?.view.run ?? "", source: "netrunner", body });
        });
      case "tripwires.list":
      case "tripwires.test":
      case "tripwires.mute":
        return this.#inTurn(() => answerTripwires(command, this.#tripwireDesk()));
      case "calibers.list":
        return listCalibers(this.#parts.calibers, command.refresh);
      case "runs.list":
        return Promise.resolve({ runs: listRuns(this.#store) });
      case "run.show":
        return Promise.resolve({ view: readRun(this.#store, command.run) });
      default:
        return unreachable(command);
    }
  }

  async #spawn({
    tasks,
    override_blacklist: isOverridden,
    ...command
  }: Command & { type: "spawn" }): Promise<OpenedRun> {
    if (isOverridden !== true) refuseForbidden(tasks, this.#blacklist);
    return this.#open("tasks", command, (run) => {
      for (const task of tasks) if (this.#blacklist.objection(task) !== undefined) run.forbidding.exempt(task);
      run.startTasks(tasks);
    });
  }

  get #openRun(): Run | undefined {
    return this.#run?.isOver === false ? this.#run : undefined;
  }

  #tripwireDesk(): TripwireDesk {
    const { home, workspace } = this.#options;
    const run = this.#openRun;
    return {
      home,
      muted: this.#mutedTripwires,
      judge: this.#parts.judgeFor({
        ...restingPlace(home, workspace),
        ...(run === undefined ? {} : { runFolder: run.view.folder }),
      }),
      run:
        run === undefined
          ? undefined
          : { tripwires: run.tripwires, note: noteFor(this.#record, run.view.run, "netrunner") },
    };
  }

  #open(
    kind: "goal" | "tasks",
    command: { settings: RunSettings; command_line: string[] },
    begin: (run: Run) => void,
  ): Promise<OpenedRun> {
    this.#refuseSecondRun();
    return this.#opener.open(kind, command, begin);
  }

  #refuseSecondRun(): void {
    if (this.#closing !== undefined)
      throw new Fault("refused", "deck.closing", "this deck is being closed", { hint: "Open another one." });
    if (this.#run === undefined || this.#run.isOver) return;
    throw new Fault("refused", "run.open", `the run ${this.#run.view.run} is open in this deck`, {
      hint: "Wait until it has ended, or stop it.",
    });
  }

  #mustRun(): Run {
    const run = this.#openRun;
    if (run !== undefined) return run;
    throw new Fault("refused", "run.none", "no run is open", { hint: 'Start one: cyberdeck run "GOAL"' });
  }

  /** Without a record nothing may go on: what cannot be recorded did not happen as far as a restart can tell. */
  #recordFailed(fault: Fault): void {
    if (this.#recorder.fault === undefined) return;
    const end = async (): Promise<void> => {
      this.#run?.stop({ status: "stopped", reason: fault.message, how: "hard", cause: "host_shutdown" });
      await this.#run?.closed;
      this.#ending.abort();
    };
    void end();
  }
}
