import type { AgentExit, AgentSession, SessionOwner } from "../../drivers/agent.ts";
import { pause } from "../../base/clock.ts";
import { messageOf, unreachable } from "../../base/fault.ts";
import type { Origin, Outcome } from "../../protocol/outcome.ts";
import { shortSurfaced } from "../../protocol/surfaced.ts";
import { ConstructTripwires } from "../gate/tripwires.ts";
import type { Note } from "../journal.ts";
import { Meter } from "../meter.ts";
import { surfacingOf, type Surfacing } from "../surface/surfacing.ts";
import type { Beginning } from "./beginning.ts";
import { constructGate } from "./construct-gate.ts";
import { custodyOf, type Custody } from "./custody.ts";
import { noteEvent } from "./note-event.ts";
import { parkingOf, type Parking } from "./parking.ts";
import type { ConstructParts, TranscriptSink } from "./parts.ts";
import { outcomeOf, type SpawnSpec } from "./outcome-of.ts";
import { step, type Life, type LifeEffect, type LifeInput } from "./machine.ts";
import { count, newTally } from "./tally.ts";
import { reconciliation } from "./reconciliation.ts";
import { watchSilence, watchTime } from "./time-limits.ts";
import { checkFiles } from "./written-files.ts";

/** The cause of an end that is none: it goes back into the queue. */
export const requeueCause = "requeue";

/** How long a process whose output has ended may take to end itself, milliseconds. */
const exitGraceMs = 1000;

/** One worker: one task, one process, one event stream. `ended` always settles, with the record of how it ended. */
export class Construct {
  readonly spec: SpawnSpec;
  readonly ended: Promise<Outcome>;
  /** Settles once the agent is up, or has failed to come up: then the next one may start. */
  readonly settled: Promise<void>;
  /** Through which it is paused, frozen and let go on. */
  readonly custody: Custody;
  readonly #parking: Parking;

  readonly #parts: ConstructParts;
  readonly #beginning: Beginning;
  readonly #note: Note;
  readonly #tally = newTally();
  readonly #reconciliation = reconciliation();
  readonly #tripwires: ConstructTripwires;
  readonly #meter: Meter;
  readonly #timers = new AbortController();
  readonly #end = Promise.withResolvers<Outcome>();
  readonly #up = Promise.withResolvers<void>();
  #how: "polite" | "hard" = "polite";
  #life: Life = { phase: "queued" };
  #opening: Promise<AgentSession | undefined> = Promise.resolve(undefined);
  #session: AgentSession | undefined;
  #exit: AgentExit | null = null;
  #startedAt: number | null = null;
  #beganAt = 0;
  #lastSign = 0;
  /** What waits for the netrunner, calls or all of it: their wait is not idleness. */
  #waiting = 0;
  #transcript: TranscriptSink | undefined;

  constructor(spec: SpawnSpec, parts: ConstructParts, beginning: Beginning) {
    this.spec = spec;
    this.#parts = parts;
    this.#beginning = beginning;
    this.#note = parts.note(spec.id);
    this.#tripwires = new ConstructTripwires({
      construct: spec.id,
      run: parts.tripwires,
      clock: parts.clock,
      note: this.#note,
      kill: (cause) => this.stop(cause, "hard"),
    });
    this.#meter = new Meter({ agent: spec.id, role: "construct", note: this.#note, metering: parts.metering });
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
      clock: parts.clock,
      note: this.#note,
      onWait: (isWaiting) => this.#wait(isWaiting),
    });
  }

  /** It waits with its turn for the account, so it can be queued again without a loss. */
  get isParked(): boolean {
    return this.#parking.isParked;
  }

  start(): void {
    this.#apply({ type: "start" });
  }

  /** Ends it, whatever it is doing; the first cause stays, and a later hard stop hurries an earlier polite one. */
  stop(cause: string, how: "polite" | "hard" = "polite"): void {
    this.#how = how;
    this.#apply({ type: "stop", cause });
    if (how === "hard") void this.#session?.stop("hard");
  }

  /** Delivers a message at the next turn boundary. False when nobody is there to read it. */
  tell(text: string, origin: Origin): boolean {
    if (this.#session === undefined || this.#life.phase !== "running") return false;
    this.#session.send(text);
    this.#note("construct.told", { construct: this.spec.id, text, origin });
    return true;
  }

  #apply(input: LifeInput): void {
    const before = this.#life.phase;
    const { life, effects } = step(this.#life, input);
    this.#life = life;
    if (life.phase === "ending" && before !== "ending") {
      this.#note("construct.ending", { construct: this.spec.id, cause: life.cause });
      this.custody.end(life.cause);
      this.#parking.end();
    }
    for (const effect of effects) this.#perform(effect);
  }

  #wait(isWaiting: boolean): void {
    this.#waiting += isWaiting ? 1 : -1;
    // One that is halted while it starts must not keep the next one from starting.
    if (isWaiting) this.#up.resolve();
    this.#lastSign = this.#parts.clock.monotonic();
  }

  #perform(effect: LifeEffect): void {
    switch (effect) {
      case "open":
        this.#opening = this.#open();
        break;
      case "brief":
        this.#session?.send(this.#beginning.message);
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
      const taken = await this.#beginning.take({
        gate: this.#gate(surfacing),
        surface: surfacing.surface,
        transcript: this.#transcript.line,
      });
      const { session, isWarm } = taken;
      this.#session = session;
      if (isWarm) this.#up.resolve();
      this.#note("construct.started", { construct: this.spec.id, pid: session.pid, command: session.command });
      this.#lastSign = clock.monotonic();
      const lastSign = (): number => (this.#waiting > 0 ? clock.monotonic() : this.#lastSign);
      const { signal } = this.#timers;
      const spared = (): number => this.#parking.waitedMs;
      watchTime(this.#parts.limits, clock, lastSign, spared, (cause) => this.stop(cause), signal);
      watchSilence(this.#parts.tripwires.silenceMs, clock, lastSign, (ms) => this.#tripwires.silent(ms), signal);
      this.#apply({ type: "opened" });
      void this.#read(session);
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
      this.#lastSign = this.#parts.clock.monotonic();
      count(this.#tally, event);
      this.#meter.see(event);
      this.#beginning.fast?.see(event);
      if (event.type === "ready") this.#up.resolve();
      noteEvent(event, this.spec.id, this.#note);
      this.#tripwires.see(event);
      const bypass = this.#reconciliation.see(event);
      if (bypass !== undefined) void this.custody.suspect(bypass);
      this.#parking.see(event, session);
      if (event.type !== "turn.ended") continue;
      // What an agent under suspicion calls its result counts only when the netrunner lets it go on.
      await this.custody.cleared();
      if (await this.#parking.counts(event.turn, session)) this.#apply({ type: "turn_ended", turn: event.turn });
    }
    this.#meter.close();
    const silent: AgentExit = { how: "broken", reason: "its output ended without a result", stderr: "" };
    this.#exit = await Promise.race([session.closed, pause(exitGraceMs).then(() => silent)]);
    this.#up.resolve();
    this.#apply({ type: "exited", exit: this.#exit });
  }

  async #reap(): Promise<void> {
    const session = await this.#opening;
    if (session !== undefined) {
      const report = await session.stop(this.#how);
      if (!report.proven) {
        this.#note("deck.warned", {
          code: "stop.unproven",
          message: `${this.spec.id} left processes that could not be ended: ${report.survivors.join(", ")}`,
        });
      }
      this.#exit ??= await Promise.race([session.closed, pause(exitGraceMs).then(() => null)]);
    }
    this.#up.resolve();
    this.#apply({ type: "reaped" });
  }

  async #finish(): Promise<void> {
    this.#timers.abort();
    this.custody.end(this.#life.phase === "ended" ? this.#life.cause : "crash");
    this.#up.resolve();
    await this.#transcript?.close();
    const { files, missing } = await checkFiles(this.#tally.written, this.#parts.workspace);
    const outcome = outcomeOf({
      spec: this.spec,
      cause: this.#life.phase === "ended" ? this.#life.cause : "crash",
      tally: this.#tally,
      spent: this.#meter.total,
      exit: this.#exit,
      startedAt: this.#startedAt,
      durationMs: this.#startedAt === null ? 0 : this.#parts.clock.monotonic() - this.#beganAt,
      files,
      missing,
      tripwires: this.#tripwires.fired,
      transcript: this.#transcript?.path ?? null,
    });
    if (outcome.cause === requeueCause)
      this.#note("construct.requeued", { construct: this.spec.id, session_id: outcome.session_id });
    else this.#note("construct.ended", { construct: this.spec.id, outcome });
    this.#end.resolve(outcome);
  }
}
