import { messageOf } from "../base/fault.ts";
import type { DeckEvent } from "../protocol/event.ts";
import type { Ejection } from "../protocol/ejection.ts";
import { foldEvent } from "../protocol/snapshot.ts";
import type { RunView } from "../protocol/view.ts";
import type { Membership } from "./account/account.ts";
import { closeOnRecord, ejectWish, endOfTasks, keepsWork, type Closing, type StopWish } from "./closing.ts";
import type { CutEject } from "./eject/cut-eject.ts";
import { ejectingOf, type Ejecting } from "./eject/ejecting.ts";
import type { Control } from "./control.ts";
import type { DaemonEnd } from "./daemon/daemon.ts";
import { Inbox } from "./daemon/inbox.ts";
import { leftOver, settleEarlierLife } from "./resume/earlier-life.ts";
import type { Forbidding } from "./forbidding.ts";
import type { Joiner } from "./joining.ts";
import { noteFor, type Note } from "./journal.ts";
import { netrunnerWords, type NetrunnerWords } from "./netrunner-words.ts";
import { newDaemon, type RunningDaemon } from "./new-daemon.ts";
import type { QueueHand } from "./queue-hand.ts";
import { queueOwnTasks } from "./own-tasks.ts";
import { noPast, pastOf, type Past } from "./resume/past.ts";
import { refuseRedacted } from "./resume/redacted-work.ts";
import type { RunParts } from "./run-parts.ts";
import { runWorks, type RunWorks } from "./run-works.ts";
import type { RunTripwires } from "./tripwires/rules.ts";

/** One goal's life (or, without a daemon, one batch of tasks), from its opening to its report. */
export class Run {
  readonly view: RunView;
  /** Through which the netrunner speaks to it. */
  readonly words: NetrunnerWords;
  /** Settles when everything has ended, the closing is recorded and the report is written. */
  readonly closed: Promise<void>;

  readonly #parts: RunParts;
  readonly #note: Note;
  readonly #works: RunWorks;
  readonly #inbox = new Inbox();
  readonly #over = new AbortController();
  readonly #end = Promise.withResolvers<void>();
  #past: Past = noPast;
  #daemon: RunningDaemon | undefined;
  #membership: Membership | undefined;
  #goingOn: Promise<void> = Promise.resolve();
  #wish: StopWish | undefined;
  #isOver = false;
  readonly #ejecting: Ejecting;

  /** @param view of the run so far: just opened, or folded from its log; `see` must get every later event of the run */
  constructor(view: RunView, parts: RunParts) {
    this.view = view;
    this.#parts = parts;
    this.#note = noteFor(parts.record, view.run, "engine");
    this.closed = this.#end.promise;
    this.#works = runWorks(view, parts, {
      isOver: () => this.#wish !== undefined,
      onChange: () => this.#changed(),
      goAhead: () => this.#goAhead(),
      stop: (wish) => this.stop(wish),
      changeSettings: (settings) => this.words.changeSettings(settings),
    });
    this.words = netrunnerWords({ view, run: parts, works: this.#works });
    this.#ejecting = ejectingOf({
      view,
      run: parts,
      works: this.#works,
      stopDaemon: () => this.#over.abort(),
      killDaemon: async () => this.#daemon?.conversation.close("hard"),
    });
  }

  get tripwires(): RunTripwires {
    return this.#works.tripwires;
  }

  /** Through which single constructs are stopped, redirected, paused and let go on. */
  get control(): Control {
    return this.#works.control;
  }

  /** Through which the order of those that wait is changed. */
  get queue(): QueueHand {
    return this.#works.queue;
  }

  /** What may not be done in this run, and what may all the same. */
  get forbidding(): Forbidding {
    return this.#works.forbidding;
  }

  /** Takes up a recorded event of this run. */
  see(event: DeckEvent): void {
    if (event.seq > this.view.lastSeq) foldEvent(this.view, event);
    this.#works.today.see(event);
    this.#inbox.see(event);
    if (event.type === "goal.set" || event.type === "goal.changed") this.#works.authoring.begin();
    // Until the daemon has thought, the machine has nothing better to do.
    if (event.type === "daemon.session") this.#warmUp();
    this.#daemon?.loop.wake();
  }

  /** The marks that its processes bear, or have borne. */
  get marks(): string[] {
    return [...new Set([...this.#parts.roll.marks, ...Object.keys(this.view.constructs)])];
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Records something about this run in the engine's name. */
  get record(): Note {
    return this.#note;
  }

  /** Starts the daemon of a goal. */
  startGoal(): void {
    this.#begin();
    void this.#coordinate();
  }

  /** Starts a batch of tasks without a daemon. */
  startTasks(tasks: string[]): void {
    this.#begin();
    this.#queueTasks(tasks);
    this.#works.fleet.pump();
    this.#changed();
  }

  /** Queues one more construct that the netrunner wants, or rejects with a fault that says why not. Gives its id. */
  async join(wish: Joiner): Promise<string> {
    // What an earlier life has left comes first.
    await this.#goingOn;
    const id = this.#works.join(wish);
    this.#works.fleet.pump();
    return id;
  }

  #queueTasks(tasks: string[]): void {
    const { calibers, places } = this.#parts;
    const { fleet, outfits } = this.#works;
    queueOwnTasks(tasks, { view: this.view, fleet, models: calibers.models, outfits, places, note: this.#note });
  }

  /** What the deck before was asked for and did not come to. */
  #askRest(): void {
    const [goal] = this.#past.unasked;
    if (this.view.kind === "tasks") this.#queueTasks(this.#past.unasked);
    else if (goal !== undefined) this.#note("goal.set", { goal });
  }

  /** Takes up the log of an earlier life, before anything new is recorded. */
  load(events: readonly DeckEvent[]): void {
    for (const event of events) this.#inbox.see(event);
    this.#works.holds.takeUp(events);
    this.#past = pastOf(events, this.view);
    const { queued, outcomes } = leftOver(this.view);
    this.#works.fleet.restore(queued, outcomes);
  }

  /** Goes on after `load`, also with what was in the middle of its work when the deck died. */
  async goOn(): Promise<void> {
    const { cutEject } = this.#past;
    // Also when other runs make room meanwhile.
    if (cutEject !== undefined) this.#works.fleet.deny("eject");
    this.#goingOn = settleEarlierLife({
      view: this.view,
      traces: this.#past.traces,
      note: this.#note,
      transcript: this.#parts.transcript,
      endsAll: cutEject === undefined ? undefined : "eject",
      onOutcome: (outcome) => this.#works.fleet.restore([], [outcome]),
      onSuspended: (specs) => this.#works.fleet.takeUp(specs),
    });
    if (cutEject !== undefined) this.#completeEject(cutEject);
    await this.#goingOn;
    if (this.#wish !== undefined) return;
    this.#askRest();
    const end = (id: string, cause: string): void => void this.#works.fleet.stop(id, cause);
    refuseRedacted({ view: this.view, untold: this.#inbox.untold, note: this.#note, end });
    if (this.view.kind === "goal" && !this.view.tripwires.isAuthored) this.#works.authoring.begin();
    this.#works.fleet.pump();
    if (this.view.kind === "goal") this.startGoal();
    else {
      this.#begin();
      this.#changed();
    }
  }

  /** Ends the run. The first wish decides what it is called; a hard one hurries a polite one. */
  stop(wish: StopWish): void {
    const first = this.#wish === undefined;
    this.#wish ??= wish;
    if (first) void this.#finish(wish);
    else if (wish.how === "hard") void this.#endAll({ ...wish, queued: "keep" });
  }

  #begin(): void {
    this.#membership = this.#parts.account.join({ note: this.#note, onChange: () => this.#goAhead() });
    this.#works.trial.start();
    this.#works.budget.arm();
  }

  /** Stops everything at once, whatever is under way, and proves it. A second wish gets what came of the first. */
  async eject(reason: string): Promise<Ejection> {
    const isFirst = this.#wish === undefined;
    const wish = ejectWish(reason);
    if (this.#ejecting.begun === undefined) this.#wish = wish;
    const ejecting = this.#ejecting.begin(reason);
    if (isFirst) void ejecting.then(() => this.#finish(wish));
    const ejection = await ejecting;
    await this.closed;
    return ejection;
  }

  /** It is as if nothing of it had been done: what had not ended, ends, and the proof is had anew. */
  #completeEject(cut: CutEject): void {
    const wish = ejectWish(cut.reason);
    this.#wish = wish;
    void this.#ejecting.complete(cut, this.#goingOn).then(() => this.#finish(wish));
  }

  async #coordinate(): Promise<void> {
    const daemon = newDaemon({
      metering: this.#works.metering,
      run: this.#parts,
      view: this.view,
      fleet: this.#works.fleet,
      outfits: this.#works.outfits,
      inbox: this.#inbox,
      earlier: this.#past.loop,
      isOpen: () => this.#wish === undefined,
      bound: this.#works.bound,
      budget: this.#works.budget,
      objection: (task) => this.forbidding.objection(task),
      answer: (text) => this.words.say(text, "autopilot"),
      over: this.closed,
    });
    this.#daemon = daemon;
    try {
      const end = await daemon.loop.run(this.#over.signal);
      if (end !== undefined && this.#wish === undefined) await this.#closeAs(end);
    } catch (error) {
      this.#note("deck.warned", { code: "daemon.loop_failed", message: messageOf(error) });
      if (this.#wish === undefined)
        await this.#closeAs({ status: "failed", reason: `the deck failed: ${messageOf(error)}` });
    }
  }

  #warmUp(): void {
    this.#works.pool.open();
    this.#works.fleet.pump();
  }

  #goAhead(): void {
    this.#works.fleet.pump();
    this.#changed();
  }

  #changed(): void {
    this.#daemon?.loop.wake();
    if (this.view.kind !== "tasks" || this.#wish !== undefined) return;
    const end = endOfTasks(this.view, this.#works.fleet.inFlight, this.#works.bound());
    if (end !== undefined) void this.#closeAs(end);
    else if (this.#works.fleet.alive === 0) this.#works.budget.ask();
  }

  async #closeAs(end: DaemonEnd): Promise<void> {
    const how = { how: "polite", cause: "host_shutdown" } as const;
    this.#wish = { status: "stopped", reason: end.reason, ...how };
    if (end.status === "paused") this.#note("run.paused", { rule: end.rule, reason: end.reason });
    await this.#finish({ ...end, ...how });
  }

  /** In this order: no new starts, constructs end, the daemon ends, then the closing is recorded and the report written. */
  async #finish(wish: Pick<Closing, "status" | "reason"> & Pick<StopWish, "how" | "cause">): Promise<void> {
    await this.#endAll({ ...wish, queued: keepsWork(this.view, wish) ? "keep" : "end" });
    const { status, reason } = (await this.#ejecting.begun) === undefined ? wish : (this.#wish ?? wish);
    this.#membership?.leave();
    this.#works.budget.close();
    await closeOnRecord({ view: this.view, run: this.#parts, note: this.#note, status, reason });
    this.#isOver = true;
    this.#end.resolve();
  }

  async #endAll(wish: Pick<StopWish, "how" | "cause"> & { queued: "end" | "keep" }): Promise<void> {
    this.#over.abort();
    await Promise.all([
      this.#goingOn,
      this.#works.authoring.close(),
      this.#works.pool.close(),
      this.#works.fleet.stopAll(wish.cause, wish.how, wish.queued),
      this.#daemon?.conversation.close(wish.how),
    ]);
    // What constructs have given back while they ended.
    await this.#works.pool.close();
  }
}
