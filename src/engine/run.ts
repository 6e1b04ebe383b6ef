import { messageOf } from "../base/fault.ts";
import type { Command } from "../protocol/command.ts";
import { limitsOf } from "../policy/profiles/limits.ts";
import { priceOf } from "../policy/caliber/price.ts";
import type { DeckEvent, EventBody } from "../protocol/event.ts";
import type { Ejection } from "../protocol/ejection.ts";
import type { HoldAnswer } from "../protocol/hold.ts";
import { foldEvent } from "../protocol/snapshot.ts";
import type { RunView } from "../protocol/view.ts";
import { readMemory } from "../process/memory.ts";
import type { Membership } from "./account/account.ts";
import { Bounds } from "./bounds.ts";
import { closeOnRecord, ejectWish, endOfTasks, type Closing, type StopWish } from "./closing.ts";
import { ejectRun } from "./eject/eject-run.ts";
import { Budget } from "./budget/budget.ts";
import { hasDollarBound } from "./budget/reached.ts";
import { todayOf, type Today } from "./budget/today.ts";
import { fastGovernor } from "./calibers/fast-governor.ts";
import { controlOf, type Control } from "./control.ts";
import type { DaemonEnd } from "./daemon/daemon.ts";
import type { Bound } from "./daemon/decide.ts";
import { Inbox } from "./daemon/inbox.ts";
import { leftOver, settleEarlierLife, suspendedIn } from "./earlier-life.ts";
import { Fleet } from "./fleet.ts";
import { forbiddingOf, type Forbidding } from "./forbidding.ts";
import { Holds } from "./gate/holds.ts";
import { newGateTrial, type GateTrial } from "./gate/trial.ts";
import { noteFor, type Note } from "./journal.ts";
import { meteringOf, type Metering } from "./meter.ts";
import { newDaemon, type RunningDaemon } from "./new-daemon.ts";
import { queueOwnTasks } from "./own-tasks.ts";
import { outfitsOf, type Outfits } from "./profiles/outfits.ts";
import { Pool } from "./pool/pool.ts";
import type { RunParts } from "./run-parts.ts";
import { Authoring } from "./tripwires/authoring.ts";
import { tripwiresOf, type RunTripwires } from "./tripwires/rules.ts";

/** One goal's life (or, without a daemon, one batch of tasks), from its opening to its report. */
export class Run {
  readonly view: RunView;
  readonly tripwires: RunTripwires;
  /** Through which single constructs are paused and let go on. */
  readonly control: Control;
  /** What may not be done in this run, and what may all the same. */
  readonly forbidding: Forbidding;
  /** Settles when everything has ended, the closing is recorded and the report is written. */
  readonly closed: Promise<void>;

  readonly #parts: RunParts;
  readonly #note: Note;
  readonly #fleet: Fleet;
  readonly #pool: Pool;
  readonly #holds: Holds;
  readonly #outfits: Outfits;
  readonly #bounds: Bounds;
  readonly #budget: Budget;
  readonly #today: Today;
  readonly #metering: Metering;
  readonly #trial: GateTrial;
  readonly #authoring: Authoring;
  readonly #inbox = new Inbox();
  readonly #over = new AbortController();
  readonly #end = Promise.withResolvers<void>();
  #daemon: RunningDaemon | undefined;
  #membership: Membership | undefined;
  #goingOn: Promise<void> = Promise.resolve();
  #wish: StopWish | undefined;
  #isOver = false;
  #ejecting: Promise<Ejection> | undefined;

  /** @param view of the run so far: just opened, or folded from its log; `see` must get every later event of the run */
  constructor(view: RunView, parts: RunParts) {
    this.view = view;
    this.#parts = parts;
    this.#note = noteFor(parts.record, view.run, "engine");
    this.closed = this.#end.promise;
    const { driver, clock, transcript, account } = parts;
    const note = (source: string): Note => noteFor(parts.record, view.run, source);
    const metering = (this.#metering = meteringOf(
      (model, tokens, isFast) => priceOf(parts.calibers.models, model, tokens, isFast),
      this.#note,
      () => hasDollarBound(view.settings),
    ));
    const shared = { driver, clock, transcript, note, account, metering };
    this.#holds = new Holds({
      clock,
      note,
      windowMs: () => view.settings.hold_window_ms,
    });
    this.tripwires = tripwiresOf({
      settings: view.settings,
      view: view.tripwires,
      muted: parts.mutedTripwires,
      clock,
      note: this.#note,
    });
    this.#today = todayOf(clock, parts.costSince);
    this.#budget = new Budget({
      view,
      clock,
      note: this.#note,
      today: this.#today,
      limitsOf: (name) => limitsOf(this.#outfits.profile(name) ?? { limits: {} }),
      stop: (id, cause) => this.#fleet.stop(id, cause, "hard"),
      change: (settings) => this.changeSettings(settings),
      end: (reason, cause) => this.stop({ status: "stopped", reason, how: "hard", cause }),
      onChange: () => this.#goAhead(),
    });
    this.#authoring = new Authoring({
      ...shared,
      view,
      tripwires: this.tripwires,
      patienceMs: parts.authorMs,
      onSettled: () => this.#fleet.pump(),
    });
    const { catalogues, judge } = parts;
    this.#outfits = outfitsOf({ catalogues, judge, workspace: view.workspace, note: this.#note });
    this.#pool = new Pool({
      place: { driver, cwd: view.workspace, wall: parts.wall.agents, servers: (spec) => parts.plugins.servers(spec) },
      needs: (spec) => (parts.plugins.servers(spec).length > 0 ? "tools of plugins" : undefined),
      clock,
      note: this.#note,
      settings: view.settings,
      memory: parts.memory ?? readMemory,
      onChange: () => this.#fleet.pump(),
    });
    if (view.kind === "tasks") this.#pool.open();
    this.#fleet = new Fleet({
      clock,
      transcript,
      note,
      account,
      metering,
      budget: this.#budget,
      fastGovernor: fastGovernor(view.settings, parts.calibers.models),
      sessions: this.#pool,
      isOpenEnded: view.kind === "goal",
      judge: parts.judge,
      outfits: this.#outfits,
      holds: this.#holds,
      windowMs: () => view.settings.hold_window_ms,
      tripwires: this.tripwires,
      plugins: parts.plugins,
      isWalled: parts.wall.agents !== undefined,
      isAirgapped: () => view.settings.airgap,
      workspace: view.workspace,
      runFolder: view.folder,
      limits: view.settings,
      settings: view.settings,
      objection: (task) => this.forbidding.objection(task),
      before: (id) => suspendedIn(view, id),
      mayStart: () => this.#trial.hasPassed && this.#budget.ofRun === undefined && !this.#authoring.isPending,
      onChange: () => this.#changed(),
    });
    this.#bounds = new Bounds({ view, fleet: this.#fleet, canaryProblem: () => this.#trial.problem });
    this.forbidding = forbiddingOf({ view, blacklist: parts.blacklist, clock, note });
    this.control = controlOf({ view, fleet: this.#fleet, forbidding: this.forbidding, note, budget: this.#budget });
    this.#trial = newGateTrial({
      canary: parts.canary,
      note: this.#note,
      isOver: () => this.#wish !== undefined,
      onEnd: () => this.#goAhead(),
    });
  }

  /** Takes up a recorded event of this run. */
  see(event: DeckEvent): void {
    if (event.seq > this.view.lastSeq) foldEvent(this.view, event);
    this.#today.see(event);
    this.#inbox.see(event);
    if (event.type === "goal.set") this.#authoring.begin();
    // Until the daemon has thought, the machine has nothing better to do.
    if (event.type === "daemon.session") this.#warmUp();
    this.#daemon?.loop.wake();
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
    const { models } = this.#parts.calibers;
    const { view } = this;
    queueOwnTasks(tasks, { view, fleet: this.#fleet, models, outfits: this.#outfits, note: this.#note });
    this.#fleet.pump();
    this.#changed();
  }

  /** Takes up the log of an earlier life, before anything new is recorded. */
  load(events: Iterable<DeckEvent>): void {
    for (const event of events) this.#inbox.see(event);
    const { queued, outcomes } = leftOver(this.view);
    this.#fleet.restore(queued, outcomes);
  }

  /** Goes on after `load`. What was at work when the deck died is ended for good, and has failed. */
  async goOn(): Promise<void> {
    this.#goingOn = settleEarlierLife({
      view: this.view,
      note: this.#note,
      transcript: this.#parts.transcript,
      onOutcome: (outcome) => this.#fleet.restore([], [outcome]),
      onSuspended: (spec) => this.#fleet.restore([spec], []),
    });
    await this.#goingOn;
    if (this.#wish !== undefined) return;
    if (this.view.kind === "goal" && !this.view.tripwires.isAuthored) this.#authoring.begin();
    this.#fleet.pump();
    if (this.view.kind === "goal") this.startGoal();
    else {
      this.#begin();
      this.#changed();
    }
  }

  say(text: string, source: "netrunner" | "autopilot" = "netrunner"): void {
    noteFor(this.#parts.record, this.view.run, source)("netrunner.said", { text });
  }

  /** The netrunner's answer to a held call; throws a fault when it comes too late. */
  answerHold(hold: string, answer: HoldAnswer, note: string | undefined): void {
    this.#holds.answer(hold, answer, note);
  }

  /** The netrunner's changes; they hold from the next call or start on. */
  changeSettings(settings: EventBody<"settings.changed">["settings"]): void {
    noteFor(this.#parts.record, this.view.run, "netrunner")("settings.changed", { settings });
    this.#parts.wall.cutNetwork(this.view.settings.airgap);
    this.#budget.recheck();
  }

  /** The netrunner's answer to what waits at a bound. */
  answerBound({ item, answer, to }: Command & { type: "bound.answer" }): void {
    this.#budget.answer(item, { answer, to });
  }

  /** Ends the run. The first wish decides what it is called; a hard one hurries a polite one. */
  stop(wish: StopWish): void {
    const first = this.#wish === undefined;
    this.#wish ??= wish;
    if (first) void this.#finish(wish);
    else if (wish.how === "hard") void this.#endAll({ ...wish, queued: "keep" });
  }

  #begin(): void {
    const onChange = (): void => {
      this.#fleet.pump();
      this.#changed();
    };
    this.#membership = this.#parts.account.join({ note: this.#note, onChange });
    this.#trial.start();
  }

  #bound(): Bound | undefined {
    const { expired: reason, parked } = this.#parts.account;
    return reason === undefined
      ? this.#bounds.reached()
      : { rule: "account.credential", reason, pending: this.#fleet.alive - parked };
  }

  /** Stops everything at once, whatever is under way, and proves it. A second wish gets what came of the first. */
  async eject(reason: string): Promise<Ejection> {
    const isFirst = this.#wish === undefined;
    if (this.#ejecting === undefined) {
      const wish = ejectWish(reason);
      this.#wish = wish;
      this.#ejecting = this.#eject(reason);
      if (isFirst) void this.#ejecting.then(() => this.#finish(wish));
    }
    const ejection = await this.#ejecting;
    await this.closed;
    return ejection;
  }

  #eject(reason: string): Promise<Ejection> {
    const note = noteFor(this.#parts.record, this.view.run, "netrunner");
    const others = [
      { name: "daemon", deny: () => this.#over.abort(), kill: async () => this.#daemon?.conversation.close("hard") },
      { name: "author", kill: () => this.#authoring.close() },
      { name: "pool", kill: () => this.#pool.close() },
    ];
    return ejectRun({ reason, view: this.view, run: this.#parts, note, fleet: this.#fleet, others });
  }

  async #coordinate(): Promise<void> {
    const daemon = newDaemon({
      metering: this.#metering,
      run: this.#parts,
      view: this.view,
      fleet: this.#fleet,
      outfits: this.#outfits,
      inbox: this.#inbox,
      isOpen: () => this.#wish === undefined,
      bound: () => this.#bound(),
      budget: this.#budget,
      objection: (task) => this.forbidding.objection(task),
      onCap: (reason) => this.#bounds.hitCap(reason),
      answer: (text) => this.say(text, "autopilot"),
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
    this.#pool.open();
    this.#fleet.pump();
  }

  #goAhead(): void {
    this.#fleet.pump();
    this.#changed();
  }

  #changed(): void {
    this.#daemon?.loop.wake();
    if (this.view.kind !== "tasks" || this.#wish !== undefined) return;
    const end = endOfTasks(this.view, this.#fleet.inFlight, this.#bound());
    if (end !== undefined) void this.#closeAs(end);
    else if (this.#fleet.alive === 0) this.#budget.ask();
  }

  async #closeAs(end: DaemonEnd): Promise<void> {
    const how = { how: "polite", cause: "host_shutdown" } as const;
    this.#wish = { status: "stopped", reason: end.reason, ...how };
    if (end.status === "paused") this.#note("run.paused", { rule: end.rule, reason: end.reason });
    await this.#finish({ ...end, ...how });
  }

  /** In this order: no new starts, constructs end, the daemon ends, then the closing is recorded and the report written. */
  async #finish(wish: Pick<Closing, "status" | "reason"> & Pick<StopWish, "how" | "cause">): Promise<void> {
    // A run that stops for a while keeps its queue.
    await this.#endAll({ ...wish, queued: wish.status === "paused" || wish.status === "waiting" ? "keep" : "end" });
    const { status, reason } = (await this.#ejecting) === undefined ? wish : (this.#wish ?? wish);
    this.#membership?.leave();
    await closeOnRecord({ view: this.view, run: this.#parts, note: this.#note, status, reason });
    this.#isOver = true;
    this.#end.resolve();
  }

  async #endAll(wish: Pick<StopWish, "how" | "cause"> & { queued: "end" | "keep" }): Promise<void> {
    this.#over.abort();
    await Promise.all([
      this.#goingOn,
      this.#authoring.close(),
      this.#pool.close(),
      this.#fleet.stopAll(wish.cause, wish.how, wish.queued),
      this.#daemon?.conversation.close(wish.how),
    ]);
    // What constructs have given back while they ended.
    await this.#pool.close();
  }
}
