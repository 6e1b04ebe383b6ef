import { exitUnopened, type AgentExit, type AgentSession } from "../../drivers/agent.ts";
import { unreachable } from "../../base/fault.ts";
import type { Outcome, Teller } from "../../protocol/outcome.ts";
import type { Returned } from "../../protocol/workspace.ts";
import type { Beginning } from "./beginning.ts";
import { broughtBack, isHurry } from "./bringing-back.ts";
import type { Custody } from "./custody.ts";
import type { ConstructParts, TranscriptSink } from "./parts.ts";
import { writeLastRecord, type Begun } from "./last-record.ts";
import type { SpawnSpec } from "./outcome-of.ts";
import { step, suspendedCause, type Life, type LifeEffect, type LifeInput } from "./machine.ts";
import { exitAfterOutput, reaped } from "./reaping.ts";
import { atRest, cutAt, type Cut } from "./suspending.ts";
import { noteStart } from "./note-event.ts";
import { lastTurn } from "./tally.ts";
import { handedOver, quieten, type Estate } from "./yielding.ts";
import { constructWorks, type ConstructWorks } from "./works.ts";

/** When a message is read: together with the task, or at the next turn boundary. */
export type Delivery = "with_task" | "next_turn";

/** One worker: one task, one process, one event stream. `ended` always settles, with the record of how it ended. */
export class Construct {
  readonly spec: SpawnSpec;
  /** Undefined: it is suspended. */
  readonly ended: Promise<Outcome | undefined>;
  /** Settles once the agent is up, or has failed to come up: then the next one may start. */
  readonly settled: Promise<void>;
  readonly #parts: ConstructParts;
  readonly #beginning: Beginning;
  readonly #works: ConstructWorks;
  readonly #timers = new AbortController();
  readonly #hurry = new AbortController();
  readonly #end = Promise.withResolvers<Outcome | undefined>();
  readonly #up = Promise.withResolvers<void>();
  readonly #estate = Promise.withResolvers<Estate>();
  /** The end of the turn that is being stopped. */
  readonly #turnOver = Promise.withResolvers<void>();
  #cut: Cut = atRest;
  #overdue: string | undefined;
  #isBriefed = false;
  #how: "polite" | "hard" = "polite";
  #life: Life = { phase: "queued" };
  #opening: Promise<AgentSession | undefined> = Promise.resolve(undefined);
  #session: AgentSession | undefined;
  /** That its session is on, or was. */
  #place: string | null = null;
  #exit: AgentExit | null = null;
  #returned: Returned | undefined;
  #begun: Begun | undefined;
  #transcript: TranscriptSink | undefined;

  constructor(spec: SpawnSpec, parts: ConstructParts, beginning: Beginning) {
    this.spec = spec;
    this.#parts = parts;
    this.#beginning = beginning;
    this.#works = constructWorks(spec, parts, beginning, {
      session: () => this.#opening,
      stop: (cause, how) => this.stop(cause, how),
      tell: (text) => void this.tell(text, "deck"),
      // One that is halted while it starts must not keep the next one from starting.
      onHalt: () => this.#up.resolve(),
    });
    this.ended = this.#end.promise;
    this.settled = this.#up.promise;
  }

  /** Through which it is paused, frozen and let go on. */
  get custody(): Custody {
    return this.#works.custody;
  }

  start(): void {
    this.#apply({ type: "start" });
  }

  /** Halts it again, where the netrunner had halted it before it was suspended. */
  rehalt(): void {
    const halted = this.#beginning.before?.suspended.halted ?? null;
    if (halted !== null) void this.custody.pause(halted, "it was halted before it was suspended");
  }

  /** Ends it, whatever it is doing; the first cause stays, and a later hard stop hurries an earlier polite one. */
  stop(cause: string, how: "polite" | "hard" = "polite"): void {
    this.#how = how;
    if (isHurry(cause)) this.#hurry.abort();
    if (cause === suspendedCause) this.#cutOff(false);
    else if (this.cause !== undefined && (this.#cut.agent_died || this.cause !== suspendedCause))
      this.#overdue ??= cause;
    this.#apply({ type: "stop", cause });
    if (how === "hard") void this.#session?.stop("hard");
  }

  /** Why it is ending; undefined as long as it is not. */
  get cause(): string | undefined {
    return "cause" in this.#life ? this.#life.cause : undefined;
  }

  /** Why it was to end while its dead agent was being replaced, or its work brought home: then it does not go on. */
  get overdue(): string | undefined {
    return this.#overdue;
  }

  /** How long it has worked, without its waits, milliseconds. */
  get workedMs(): number {
    return this.#works.times.worked();
  }

  /** The limits have changed. */
  relimit(): void {
    this.#works.times.rearm();
  }

  /** Stops it in the middle of its work, to go on one day. One whose end has begun only ends. */
  suspend(): void {
    this.stop(suspendedCause, "hard");
  }

  /** Delivers a message: with its task, or at its next turn boundary. Undefined when it is ending: nobody would read it. */
  tell(text: string, origin: Teller): Delivery | undefined {
    if (this.cause !== undefined) return undefined;
    this.#works.note("construct.told", { construct: this.spec.id, text, origin });
    this.#works.mail.tell({ text, origin });
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
      this.#works.note("construct.ending", { construct: this.spec.id, cause: life.cause, ...lastTurn(life.turn) });
      this.custody.end(life.cause);
      this.#parts.plugins.end(this.spec.id);
      this.#works.parking.end();
    }
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: LifeEffect): void {
    switch (effect) {
      case "open":
        this.#opening = this.#open();
        break;
      case "brief":
        return void this.#brief();
      case "yield":
        return void this.#yield();
      case "reap":
        return void this.#reap();
      case "finish":
        return void this.#finish();
      default:
        unreachable(effect);
    }
  }

  async #open(): Promise<AgentSession | undefined> {
    this.#begun = { wall: this.#parts.clock.now(), monotonic: this.#parts.clock.monotonic() };
    this.#transcript = this.#parts.transcript(this.spec.id);
    try {
      const owner = { ...this.#works.owner, transcript: this.#transcript.line };
      const { session, isWarm, before, isInherited } = await this.#beginning.take(owner, this.custody.standing.ending);
      this.#session = session;
      const { note, shells } = this.#works;
      if (isInherited === true) shells.inherited();
      this.#parts.plugins.begin(session.token, this.spec, { note, within: () => shells.sole });
      this.#works.meter.goOnFrom(before);
      if (isWarm) this.#up.resolve();
      this.#place = session.place ?? null;
      noteStart(session, this.spec.id, note);
      this.#works.times.start();
      this.#works.watchSilence(this.#timers.signal);
      this.#apply({ type: "opened" });
      // One that is handed over unread is read by its next owner.
      if (this.#life.phase !== "yielding") void this.#read(session);
      return session;
    } catch (error) {
      this.#exit = exitUnopened(error);
      this.#up.resolve();
      this.#apply({ type: "open_failed" });
      return undefined;
    }
  }

  async #brief(): Promise<void> {
    await this.#works.mayWork();
    if (this.#life.phase !== "running" || this.#session === undefined) return;
    this.#works.mail.open(this.#session, this.#beginning.message());
    this.#isBriefed = true;
  }

  async #read(session: AgentSession): Promise<void> {
    for await (const event of session.events) {
      if (event.type === "ready") this.#up.resolve();
      this.#works.watch(event, session);
      if (event.type !== "turn.ended") continue;
      // What an agent under suspicion calls its result counts only when the netrunner lets it go on.
      await this.custody.cleared();
      const turn = { ...event.turn, queued: Math.max(event.turn.queued, session.unread) };
      const counts = await this.#works.parking.counts(turn, session);
      if (this.#life.phase === "yielding") return this.#turnOver.resolve();
      if (counts) this.#apply({ type: "turn_ended", turn });
    }
    this.#works.meter.close();
    this.#exit = await exitAfterOutput(session);
    this.#up.resolve();
    const goesOn = this.cause === undefined && this.#works.deaths.outlives(this.#exit);
    if (goesOn) this.#cutOff(true);
    this.#apply({ type: "exited", exit: this.#exit, goesOn });
  }

  /** Keeps what it is at, before its end tells its calls that they are denied. */
  #cutOff(isAgentDead: boolean): void {
    const { calls, custody } = this.#works;
    if (this.cause === undefined) this.#cut = { ...cutAt(calls, custody.standing.state), agent_died: isAgentDead };
  }

  async #yield(): Promise<void> {
    const session = await this.#opening;
    await this.custody.thaw();
    const isQuiet = session !== undefined && (!this.#isBriefed || (await quieten(session, this.#turnOver.promise)));
    // Meanwhile it may have ended in another way, with all that it started.
    if (session === undefined || this.#life.phase !== "yielding") return;
    this.#how = "hard";
    if (isQuiet) {
      this.#estate.resolve(this.#leave(session));
      this.#exit = handedOver;
      // It is another one's from now on: nothing of this one may stop it.
      this.#session = undefined;
      this.#opening = Promise.resolve(undefined);
    }
    this.#apply({ type: isQuiet ? "quiet" : "unquiet" });
  }

  async #reap(): Promise<void> {
    const session = await this.#opening;
    let goesOn = false;
    if (session !== undefined) {
      const { note, deaths } = this.#works;
      const { id: construct } = this.spec;
      this.#exit = await reaped(session, this.#how, note, construct, this.#exit);
      const returned = await broughtBack(session, {
        construct,
        cause: this.cause ?? "crash",
        note,
        noteOfDeck: this.#parts.note("engine"),
        deaths,
        isOverdue: () => this.#overdue !== undefined,
        hurry: this.#hurry.signal,
      });
      goesOn = returned === "goes on";
      if (returned === "goes on") this.#cut = { ...atRest, agent_died: true };
      else this.#returned = returned;
    }
    this.#up.resolve();
    this.#apply({ type: "reaped", goesOn });
  }

  async #finish(): Promise<void> {
    const cause = this.cause ?? "crash";
    this.#timers.abort();
    this.#works.times.close();
    this.#parts.budget.left(this.spec.id);
    this.#parts.plugins.end(this.spec.id);
    this.custody.end(cause);
    this.#up.resolve();
    const outcome = await writeLastRecord({
      spec: this.spec,
      parts: this.#parts,
      works: this.#works,
      before: this.#beginning.before,
      cause,
      cut: this.#cut,
      begun: this.#begun,
      session: this.#session,
      exit: this.#exit,
      returned: this.#returned,
      transcript: this.#transcript,
    });
    this.#end.resolve(outcome);
    if (outcome !== undefined) this.#estate.resolve(this.#leave(undefined));
  }

  #leave(session: AgentSession | undefined): Estate {
    const { tally, meter } = this.#works;
    const place = this.#place;
    return { session, isBriefed: this.#isBriefed, sessionId: tally.sessionId, place, counted: meter.counted };
  }
}
