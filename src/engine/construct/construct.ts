import type { AgentExit, AgentSession, SessionOwner } from "../../drivers/agent.ts";
import { messageOf, unreachable } from "../../base/fault.ts";
import { tighterLimits } from "../../policy/profiles/limits.ts";
import type { Outcome, Teller } from "../../protocol/outcome.ts";
import { shortSurfaced } from "../../protocol/surfaced.ts";
import { ConstructTripwires } from "../gate/tripwires.ts";
import type { Note } from "../journal.ts";
import { noteServersDown } from "../plugins/servers-down.ts";
import { Meter } from "../meter.ts";
import { surfacingOf, type Surfacing } from "../surface/surfacing.ts";
import type { Beginning } from "./beginning.ts";
import { constructGate } from "./construct-gate.ts";
import { custodyOf, type Custody } from "./custody.ts";
import { noteEvent } from "./note-event.ts";
import { parkingOf, type Parking } from "./parking.ts";
import type { ConstructParts, TranscriptSink } from "./parts.ts";
import { newMail, type Mail } from "./mail.ts";
import { outcomeOf, type SpawnSpec } from "./outcome-of.ts";
import { step, type Life, type LifeEffect, type LifeInput } from "./machine.ts";
import { openCalls, resumedTally, suspendedCause, suspendedOf } from "./suspending.ts";
import { count, type Tally } from "./tally.ts";
import { exitAfterOutput, reaped } from "./reaping.ts";
import { reconciliation } from "./reconciliation.ts";
import { handedOver, quieten, type Estate } from "./yielding.ts";
import { watchedTimes } from "./stalling.ts";
import { watchSilence, type Timekeeper } from "./time-limits.ts";
import { checkFiles } from "./written-files.ts";

/** When a message is read: together with the task, or at the next turn boundary. */
export type Delivery = "with_task" | "next_turn";

/** One worker: one task, one process, one event stream. `ended` always settles, with the record of how it ended. */
export class Construct {
  readonly spec: SpawnSpec;
  /** Undefined: it is suspended. */
  readonly ended: Promise<Outcome | undefined>;
  /** Settles once the agent is up, or has failed to come up: then the next one may start. */
  readonly settled: Promise<void>;
  /** Through which it is paused, frozen and let go on. */
  readonly custody: Custody;
  readonly #parking: Parking;

  readonly #parts: ConstructParts;
  readonly #beginning: Beginning;
  readonly #note: Note;
  readonly #mail: Mail;
  readonly #tally: Tally;
  readonly #calls = openCalls();
  readonly #reconciliation = reconciliation();
  readonly #tripwires: ConstructTripwires;
  readonly #meter: Meter;
  readonly #times: Timekeeper;
  readonly #timers = new AbortController();
  readonly #end = Promise.withResolvers<Outcome | undefined>();
  readonly #up = Promise.withResolvers<void>();
  readonly #estate = Promise.withResolvers<Estate>();
  /** The end of the turn that is being stopped. */
  readonly #turnOver = Promise.withResolvers<void>();
  #cut: string[] = [];
  #isBriefed = false;
  #how: "polite" | "hard" = "polite";
  #life: Life = { phase: "queued" };
  #opening: Promise<AgentSession | undefined> = Promise.resolve(undefined);
  #session: AgentSession | undefined;
  #exit: AgentExit | null = null;
  #startedAt: number | null = null;
  #beganAt = 0;
  #transcript: TranscriptSink | undefined;

  constructor(spec: SpawnSpec, parts: ConstructParts, beginning: Beginning) {
    this.spec = spec;
    this.#parts = parts;
    this.#beginning = beginning;
    this.#mail = newMail(beginning.told);
    this.#note = parts.note(spec.id);
    this.#tripwires = new ConstructTripwires({
      construct: spec.id,
      run: parts.tripwires,
      clock: parts.clock,
      note: this.#note,
      kill: (cause) => this.stop(cause, "hard"),
    });
    const { before } = beginning;
    this.#tally = resumedTally(before?.suspended);
    this.#meter = new Meter({
      agent: spec.id,
      role: "construct",
      note: this.#note,
      metering: parts.metering,
      ...(before === undefined ? {} : { earlier: before.spent }),
    });
    const { limits } = parts.outfits.of(spec);
    this.#times = watchedTimes({
      construct: spec.id,
      limits: () => tighterLimits(parts.limits, limits),
      clock: parts.clock,
      note: this.#note,
      stop: (cause) => this.stop(cause),
    });
    this.ended = this.#end.promise;
    this.settled = this.#up.promise;
    this.custody = custodyOf({
      construct: spec.id,
      clock: parts.clock,
      note: parts.note,
      session: () => this.#opening,
      windowMs: parts.windowMs,
      kill: (cause) => this.stop(cause, "hard"),
      onWait: (isWaiting) => this.#wait(isWaiting),
    });
    this.#parking = parkingOf({
      construct: spec.id,
      account: parts.account,
      mail: this.#mail,
      note: this.#note,
      onWait: (isWaiting) => this.#wait(isWaiting),
    });
  }

  start(): void {
    this.#apply({ type: "start" });
  }

  /** Ends it, whatever it is doing; the first cause stays, and a later hard stop hurries an earlier polite one. */
  stop(cause: string, how: "polite" | "hard" = "polite"): void {
    this.#how = how;
    // What it was at, before its end tells its calls that they are denied.
    if (cause === suspendedCause) this.#cut = this.#calls.list;
    this.#apply({ type: "stop", cause });
    if (how === "hard") void this.#session?.stop("hard");
  }

  /** Why it is ending; undefined as long as it is not. */
  get cause(): string | undefined {
    return "cause" in this.#life ? this.#life.cause : undefined;
  }

  /** The limits have changed. */
  relimit(): void {
    this.#times.rearm();
  }

  /** Stops it in the middle of its work, to go on one day. One whose end has begun only ends. */
  suspend(): void {
    this.stop(suspendedCause, "hard");
  }

  /** Delivers a message: with its task, or at its next turn boundary. Undefined when it is ending: nobody would read it. */
  tell(text: string, origin: Teller): Delivery | undefined {
    if (this.cause !== undefined) return undefined;
    this.#note("construct.told", { construct: this.spec.id, text, origin });
    this.#mail.tell({ text, origin });
    return this.#isBriefed ? "next_turn" : "with_task";
  }

  /**
   * Stops what it does and ends it as redirected. Resolves with its session as soon as that is quiet, or, where it has to be ended,
   * with what is needed to take it up again. Undefined when its end has begun.
   */
  surrender(): Promise<Estate> | undefined {
    if (this.cause !== undefined) return undefined;
    this.#apply({ type: "redirect" });
    return this.#estate.promise;
  }

  #apply(input: LifeInput): void {
    const before = this.cause;
    const { life, effects } = step(this.#life, input);
    this.#life = life;
    if ((life.phase === "ending" || life.phase === "yielding") && before === undefined) {
      this.#note("construct.ending", { construct: this.spec.id, cause: life.cause });
      this.custody.end(life.cause);
      this.#parts.plugins.end(this.spec.id);
      this.#parking.end();
    }
    for (const effect of effects) this.#perform(effect);
  }

  #wait(isWaiting: boolean): void {
    // One that is halted while it starts must not keep the next one from starting.
    if (isWaiting) this.#up.resolve();
    this.#times.wait(isWaiting);
  }

  #perform(effect: LifeEffect): void {
    switch (effect) {
      case "open":
        this.#opening = this.#open();
        break;
      case "brief":
        if (this.#session !== undefined) this.#mail.open(this.#session, this.#beginning.message());
        this.#isBriefed = true;
        break;
      case "yield":
        void this.#yield();
        break;
      case "reap":
        void this.#reap();
        break;
      case "finish":
        void this.#finish();
        break;
      default:
        unreachable(effect);
    }
  }

  async #open(): Promise<AgentSession | undefined> {
    const { clock } = this.#parts;
    this.#startedAt = clock.now();
    this.#beganAt = clock.monotonic();
    this.#transcript = this.#parts.transcript(this.spec.id);
    const surfacing = surfacingOf({
      construct: this.spec.id,
      places: this.#parts,
      note: this.#note,
      onSurfaced: (item) => this.#tally.surfaced.push(shortSurfaced(item, 512)),
    });
    try {
      const owner = {
        gate: this.#gate(surfacing),
        surface: surfacing.surface,
        transcript: this.#transcript.line,
      };
      const { session, isWarm, before } = await this.#beginning.take(owner, this.custody.standing.ending);
      this.#session = session;
      this.#parts.plugins.begin(session.token, this.spec);
      this.#meter.goOnFrom(before);
      if (isWarm) this.#up.resolve();
      this.#note("construct.started", { construct: this.spec.id, pid: session.pid, command: session.command });
      this.#times.start();
      const { signal } = this.#timers;
      const lastSign = (): number => this.#times.lastSign();
      watchSilence(this.#parts.tripwires.silenceMs, clock, lastSign, (ms) => this.#tripwires.silent(ms), signal);
      this.#apply({ type: "opened" });
      // One that is handed over unread is read by its next owner.
      if (this.#life.phase !== "yielding") void this.#read(session);
      return session;
    } catch (error) {
      this.#exit = { how: "broken", reason: messageOf(error), stderr: "" };
      this.#up.resolve();
      this.#apply({ type: "open_failed" });
      return undefined;
    }
  }

  #gate(surfacing: Surfacing): SessionOwner["gate"] {
    return constructGate(this.spec, this.#parts, {
      tripwires: this.#tripwires.stage,
      settled: () => this.#meter.settled(),
      onHalt: (isWaiting) => this.#wait(isWaiting),
      tell: (text) => void this.tell(text, "deck"),
      surfacing: surfacing.stage,
      standing: this.custody.standing,
      note: this.#note,
      onDenial: (denial) => this.#tally.denials.push(denial),
      onJudged: (id, decision) => this.#reconciliation.judged(id, decision),
      onHold: (isHeld) => this.#wait(isHeld),
      kill: () => this.stop("netrunner"),
    });
  }

  async #read(session: AgentSession): Promise<void> {
    for await (const event of session.events) {
      this.#times.sign();
      count(this.#tally, event);
      this.#meter.see(event);
      this.#calls.see(event);
      this.#beginning.fast?.see(event);
      if (event.type === "ready") this.#up.resolve();
      noteEvent(event, this.spec.id, this.#note);
      noteServersDown(event, this.spec.id, this.#tally.pluginsFailed, this.#note);
      this.#tripwires.see(event);
      const bypass = this.#reconciliation.see(event);
      if (bypass !== undefined) void this.custody.suspect(bypass);
      this.#parking.see(event, session);
      if (event.type !== "turn.ended") continue;
      // What an agent under suspicion calls its result counts only when the netrunner lets it go on.
      await this.custody.cleared();
      const turn = { ...event.turn, queued: Math.max(event.turn.queued, session.unread) };
      const counts = await this.#parking.counts(turn, session);
      if (this.#life.phase === "yielding") return this.#turnOver.resolve();
      if (counts) this.#apply({ type: "turn_ended", turn });
    }
    this.#meter.close();
    this.#exit = await exitAfterOutput(session);
    this.#up.resolve();
    this.#apply({ type: "exited", exit: this.#exit });
  }

  async #yield(): Promise<void> {
    const session = await this.#opening;
    await this.custody.thaw();
    const isQuiet = session !== undefined && (!this.#isBriefed || (await quieten(session, this.#turnOver.promise)));
    // Meanwhile it may have ended in another way, with all that it started.
    if (session === undefined || this.#life.phase !== "yielding") return;
    this.#how = "hard";
    if (isQuiet) {
      this.#estate.resolve({
        session,
        isBriefed: this.#isBriefed,
        sessionId: this.#tally.sessionId,
        counted: this.#meter.counted,
      });
      this.#exit = handedOver;
      // It is another one's from now on: nothing of this one may stop it.
      this.#session = undefined;
      this.#opening = Promise.resolve(undefined);
    }
    this.#apply({ type: isQuiet ? "quiet" : "unquiet" });
  }

  async #reap(): Promise<void> {
    const session = await this.#opening;
    if (session !== undefined) this.#exit = await reaped(session, this.#how, this.#note, this.spec.id, this.#exit);
    this.#up.resolve();
    this.#apply({ type: "reaped" });
  }

  async #finish(): Promise<void> {
    const { id: construct } = this.spec;
    const cause = this.cause ?? "crash";
    this.#timers.abort();
    this.#times.close();
    this.#parts.plugins.end(construct);
    this.custody.end(cause);
    const unread = this.#mail.unread(this.#session);
    const suspended = this.#beginning.before?.suspended;
    const startedAt = suspended?.started_at ?? this.#startedAt;
    const durationMs =
      (suspended?.duration_ms ?? 0) + (this.#startedAt === null ? 0 : this.#parts.clock.monotonic() - this.#beganAt);
    if (cause === suspendedCause) {
      this.#up.resolve();
      await this.#transcript?.close();
      const facts = { tally: this.#tally, cut: this.#cut, unread, startedAt, durationMs };
      this.#note("construct.suspended", { construct, ...suspendedOf(facts) });
      this.#end.resolve(undefined);
      return;
    }
    if (this.#exit !== handedOver)
      for (const letter of unread) this.#note("construct.unread", { construct, ...letter });
    this.#up.resolve();
    await this.#transcript?.close();
    const { files, missing } = await checkFiles(this.#tally.written, this.#parts.workspace);
    const outcome = outcomeOf({
      spec: this.spec,
      cause,
      profile: this.#parts.outfits.of(this.spec).profile.name,
      tally: this.#tally,
      spent: this.#meter.total,
      exit: this.#exit,
      startedAt,
      durationMs,
      files,
      missing,
      tripwires: this.#tripwires.fired,
      transcript: this.#transcript?.path ?? null,
    });
    this.#note("construct.ended", { construct, outcome });
    this.#end.resolve(outcome);
    this.#estate.resolve({
      session: undefined,
      isBriefed: this.#isBriefed,
      sessionId: this.#tally.sessionId,
      counted: this.#meter.counted,
    });
  }
}
