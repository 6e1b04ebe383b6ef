import type { AgentDriver } from "../drivers/agent.ts";
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { newDaemonId } from "../base/ids.ts";
import { actionBlockJsonSchema } from "../protocol/action.ts";
import type { ConstructLine, DeckEvent, EventBody, EventDraft } from "../protocol/event.ts";
import { costOf, foldEvent, type ConstructView, type RunView } from "../protocol/snapshot.ts";
import type { ConstructParts } from "./construct/construct.ts";
import { Conversation, type Patience } from "./daemon/conversation.ts";
import { Daemon, type DaemonEnd } from "./daemon/daemon.ts";
import { Inbox } from "./daemon/inbox.ts";
import { composeMessage, memorySection } from "./daemon/message.ts";
import { daemonPrompt } from "./daemon/prompt.ts";
import { Fleet, unstarted } from "./fleet.ts";
import { handsOf } from "./hands.ts";
import type { Judge } from "./gate.ts";
import { noteFor, type Note } from "./journal.ts";
import { endStrays } from "./strays.ts";

/** What a run needs from outside. */
export interface RunParts {
  driver: AgentDriver;
  clock: Clock;
  /** Writes an event, then publishes it. False when the record has failed. */
  record: (draft: EventDraft) => boolean;
  judge: Judge;
  transcript: ConstructParts["transcript"];
  patience: Patience;
  /** Writes the report of a run that is about to be closed on the record. Never rejects. */
  writeReport: (view: RunView) => Promise<void>;
}

/** Why and how the netrunner, or the end of the host, ends a run. */
export interface StopWish {
  status: "stopped" | "waiting" | "paused";
  reason: string;
  how: "polite" | "hard";
}

/** One goal's life (or, without a daemon, one batch of tasks), from its opening to its report. */
export class Run {
  readonly view: RunView;
  /** Settles when everything has ended, the closing is recorded and the report is written. */
  readonly closed: Promise<void>;

  readonly #parts: RunParts;
  readonly #note: Note;
  readonly #fleet: Fleet;
  readonly #inbox = new Inbox();
  readonly #over = new AbortController();
  readonly #end = Promise.withResolvers<void>();
  #daemon: { loop: Daemon; conversation: Conversation } | undefined;
  #wish: StopWish | undefined;
  #capHit = "";
  #isOver = false;

  /** @param view of the run so far: just opened, or folded from its log; `see` must get every later event of the run */
  constructor(view: RunView, parts: RunParts) {
    this.view = view;
    this.#parts = parts;
    this.#note = noteFor(parts.record, view.run, "engine");
    this.closed = this.#end.promise;
    this.#fleet = new Fleet({
      driver: parts.driver,
      clock: parts.clock,
      note: (source) => noteFor(parts.record, view.run, source),
      judge: parts.judge,
      workspace: view.workspace,
      runFolder: view.folder,
      limits: view.settings,
      transcript: parts.transcript,
      settings: view.settings,
      onChange: () => this.#changed(),
    });
  }

  /** Takes up a recorded event of this run. */
  see(event: DeckEvent): void {
    if (event.seq > this.view.lastSeq) foldEvent(this.view, event);
    this.#inbox.see(event);
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
    void this.#coordinate();
  }

  /** Starts a batch of tasks without a daemon. */
  startTasks(tasks: string[]): void {
    for (const task of tasks) {
      this.#fleet.spawn({ task, origin: "netrunner", parent: null, caliber: this.view.settings.caliber, after: [] });
    }
    this.#fleet.pump();
    this.#changed();
  }

  /** Takes up the log of an earlier life, before anything new is recorded. */
  load(events: Iterable<DeckEvent>): void {
    for (const event of events) this.#inbox.see(event);
    const views = Object.values(this.view.constructs);
    this.#fleet.restore(
      views.filter((construct) => construct.outcome === null && construct.startedAt === null).map(specOf),
      views.flatMap((construct) => (construct.outcome === null ? [] : [construct.outcome])),
    );
  }

  /** Goes on after `load`. What was at work when the deck died is ended for good, and has failed. */
  async goOn(): Promise<void> {
    const died = Object.values(this.view.constructs).filter(
      ({ outcome, startedAt }) => outcome === null && startedAt !== null,
    );
    for (const construct of died) {
      await endStrays(construct.id, this.#note);
      const outcome = { ...unstarted(specOf(construct), "crash"), exit: "unknown: the deck ended before it" };
      this.#fleet.restore([], [outcome]);
      this.#note("construct.ended", { construct: construct.id, outcome });
    }
    if (this.view.daemon.id !== null) await endStrays(this.view.daemon.id, this.#note);
    this.#fleet.pump();
    if (this.view.kind === "goal") this.startGoal();
    else this.#changed();
  }

  say(text: string, source: "netrunner" | "autopilot" = "netrunner"): void {
    noteFor(this.#parts.record, this.view.run, source)("netrunner.said", { text });
  }

  /** Ends the run. The first wish decides what it is called; a hard one hurries a polite one. */
  stop(wish: StopWish): void {
    const first = this.#wish === undefined;
    this.#wish ??= wish;
    if (first) void this.#close(wish);
    else if (wish.how === "hard") void this.#endAll("hard");
  }

  async #coordinate(): Promise<void> {
    const daemon = this.#newDaemon();
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

  #newDaemon(): { loop: Daemon; conversation: Conversation } {
    const parts = this.#parts;
    const { view } = this;
    const id = view.daemon.id ?? newDaemonId();
    const note = noteFor(parts.record, view.run, id);
    const { settings } = view;
    const transcript = parts.transcript(id);
    void this.#end.promise.then(() => transcript.close());
    const conversation = new Conversation(
      {
        driver: parts.driver,
        clock: parts.clock,
        patience: parts.patience,
        cwd: view.workspace,
        caliber: settings.daemon_caliber,
        systemPrompt: daemonPrompt(),
        replySchema: settings.structured_reply ? actionBlockJsonSchema() : undefined,
        backend: settings.backend,
        id,
        transcript: transcript.line,
        onStarted: ({ pid, resumed }) =>
          note("daemon.started", {
            daemon: id,
            pid,
            backend: settings.backend,
            caliber: settings.daemon_caliber,
            resumed,
          }),
        onReady: ({ sessionId, model }) => note("daemon.session", { daemon: id, session_id: sessionId, model }),
        onNote: (code, message) => note("daemon.error", { daemon: id, code, message }),
        onEnded: ({ exit, proven }) => note("daemon.ended", { daemon: id, exit, proven }),
      },
      view.daemon.sessionId,
    );
    const loop = new Daemon({
      id,
      conversation,
      inbox: this.#inbox,
      hands: handsOf({
        view,
        fleet: this.#fleet,
        note,
        isOpen: () => this.#wish === undefined,
        bound: () => this.#bound(),
        onCap: (reason) => {
          this.#capHit = reason;
        },
      }),
      note,
      clock: parts.clock,
      autopilot: settings.autopilot,
      before: { turn: view.daemon.turns, sessionCostUsd: view.daemon.costUsd },
      compose: (inputs) => composeMessage(inputs, this.#messageContext()),
      memory: () => this.#memory(),
      answer: (text) => this.say(text, "autopilot"),
    });
    return { loop, conversation };
  }

  #messageContext(): Parameters<typeof composeMessage>[1] {
    const { view } = this;
    return {
      workspace: view.workspace,
      runFolder: view.folder,
      autopilot: view.settings.autopilot,
      maxSpawns: view.settings.max_spawns,
      maxConcurrent: view.settings.max_concurrent,
      inFlight: this.#fleet.inFlight,
      resultOf: (construct) => this.#fleet.outcome(construct)?.result ?? "",
    };
  }

  #memory(): string {
    const outcomes = Object.values(this.view.constructs).flatMap(({ outcome }) => (outcome === null ? [] : [outcome]));
    return memorySection({ goal: this.view.goal, ...this.view.daemon.said, outcomes });
  }

  /** The bound that has been reached, if any: nothing new starts until the netrunner has decided. */
  #bound(): { rule: string; reason: string } | undefined {
    const { budget_usd: budget } = this.view.settings;
    const cost = costOf(this.view);
    if (budget > 0 && cost >= budget) {
      const reason = `The run has cost $${cost.toFixed(2)}; its budget is $${budget.toFixed(2)}.`;
      return { rule: "budget.run", reason };
    }
    return this.#capHit === "" ? undefined : { rule: "cap.spawns", reason: this.#capHit };
  }

  #changed(): void {
    this.#daemon?.loop.wake();
    if (this.view.kind !== "tasks" || this.#fleet.inFlight > 0 || this.#wish !== undefined) return;
    const ends = Object.values(this.view.constructs);
    const done = ends.filter((construct) => construct.state === "done").length;
    const status = done === ends.length ? "done" : "failed";
    void this.#closeAs({ status, reason: `${done} of ${ends.length} tasks done` });
  }

  async #closeAs(end: DaemonEnd): Promise<void> {
    this.#wish = { status: "stopped", reason: end.reason, how: "polite" };
    if (end.status === "paused") this.#note("run.paused", { rule: end.rule, reason: end.reason });
    await this.#finish(end.status, end.reason);
  }

  async #close(wish: StopWish): Promise<void> {
    await this.#finish(wish.status, wish.reason, wish.how);
  }

  /** In this order: no new starts, constructs end, the daemon ends, then the closing is recorded and the report written. */
  async #finish(
    status: EventBody<"run.closed">["status"],
    reason: string,
    how: StopWish["how"] = "polite",
  ): Promise<void> {
    await this.#endAll(how);
    const { view } = this;
    const now = this.#parts.clock.now();
    const duration = view.durationMs + Math.max(0, now - view.lastAt);
    // The report comes first: whoever hears of the closing finds it.
    await this.#parts.writeReport({ ...view, status, reason, closedAt: now, durationMs: duration });
    this.#note("run.closed", {
      status,
      reason,
      folder: view.folder,
      duration_ms: duration,
      cost_usd: costOf(view),
      constructs: Object.values(view.constructs).map(lineOf),
    });
    this.#isOver = true;
    this.#end.resolve();
  }

  async #endAll(how: StopWish["how"]): Promise<void> {
    this.#over.abort();
    await Promise.all([this.#fleet.stopAll("netrunner", how), this.#daemon?.conversation.close(how)]);
  }
}

function lineOf(construct: ConstructView): ConstructLine {
  const { id, task, outcome } = construct;
  if (outcome === null) return { id, task, state: "running", cause: "", files: [], denials: [] };
  return { id, task, state: outcome.state, cause: outcome.cause, files: outcome.files, denials: outcome.denials };
}

function specOf(construct: ConstructView): Parameters<typeof unstarted>[0] {
  const { id, task, origin, parent, caliber, after } = construct;
  return { id, task, origin, parent, caliber, after };
}
