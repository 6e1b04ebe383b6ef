import type { AgentSession, SessionOwner } from "../../drivers/agent.ts";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/fault.ts";
import { newSpareId } from "../../base/ids.ts";
import { showDuration } from "../../base/units.ts";
import type { PoolEnd, PoolMiss } from "../../protocol/pool.ts";
import type { RunSettings } from "../../protocol/settings.ts";
import type { SpawnSpec } from "../construct/outcome-of.ts";
import type { EarlierSession } from "../construct/place-wish.ts";
import { coldSessions, type Sessions, type TakenSession, type WorkerPlace } from "../construct/sessions.ts";
import type { Note } from "../journal.ts";
import { backoff, planPool, type PoolState } from "./plan.ts";
import { aimProblem, openSpare, silenceOf, usualAnswerMs, type Spare } from "./spare.ts";

export interface PoolParts {
  place: WorkerPlace;
  clock: Clock;
  note: Note;
  /** May change at any time; `keepUp` takes notice. */
  settings: Pick<RunSettings, "pool" | "caliber">;
  memory: () => PoolState["memory"];
  /** Why no spare will do for a construct; undefined when one will. */
  needs?: (spec: SpawnSpec) => string | undefined;
  /** A spare that does not answer for so long is given up, milliseconds; that long does a construct wait for it. */
  answerMs?: number;
  /** Called after each change of what is ready or starting. */
  onChange: () => void;
}

/** What the constructs of a run leave to its pool. */
export interface PoolRoom {
  /** Agents that may be started now. */
  starts: number;
  /** Constructs that could come and would find a slot. */
  useful: number;
}

type TakenSpare = { session: AgentSession } | { reason: PoolMiss; detail: string };

/** Spares that die so soon after their start count as failures, milliseconds. */
const tooSoon = 60_000;

/** So many failures in a row are told. */
const failuresToTell = 3;

/**
 * The agents of one run that are up before their construct is known. A construct that finds none, or none that will do, gets
 * an agent of its own. After `close` there is nothing left of it.
 */
export class Pool implements Sessions {
  readonly #parts: PoolParts;
  readonly #cold: Sessions;
  readonly #answerMs: number;
  readonly #spares = new Map<string, Spare>();
  readonly #ends = new Set<Promise<void>>();
  readonly #over = new AbortController();
  #isOpen = false;
  #room: PoolRoom = { starts: 0, useful: 0 };
  #look: Disposable | undefined;
  #lastTake = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #lastFailure = 0;
  #hasTold = false;
  #isResting = false;
  #sizeSeen: number | undefined;

  constructor(parts: PoolParts) {
    this.#parts = parts;
    this.#cold = coldSessions(parts.place);
    this.#answerMs = parts.answerMs ?? usualAnswerMs;
  }

  /** Spares that can be taken at once. */
  get ready(): number {
    return [...this.#spares.values()].filter((spare) => spare.isReady).length;
  }

  get starting(): number {
    return this.#spares.size - this.ready;
  }

  /** Whether a spare will do for this construct. */
  suits(spec: SpawnSpec): boolean {
    return this.#parts.needs?.(spec) === undefined;
  }

  /** From now on it keeps spares; the next `keepUp` starts them. */
  open(): void {
    this.#isOpen = !this.#over.signal.aborted;
  }

  /** Starts and ends spares as the settings, the machine and the constructs want it. Call it after a change. */
  keepUp(room: PoolRoom): void {
    this.#room = room;
    const { pool: size } = this.#parts.settings;
    if (size !== this.#sizeSeen) this.#isResting = false;
    this.#sizeSeen = size;
    this.#carryOut();
  }

  async take(spec: SpawnSpec, owner: SessionOwner): Promise<TakenSession> {
    const { note, settings, needs } = this.#parts;
    this.#touch();
    const need = settings.pool > 0 ? needs?.(spec) : undefined;
    const taken: TakenSpare =
      need === undefined ? await this.takeSpare(spec, owner) : { reason: "needs", detail: need };
    if ("session" in taken) return { session: taken.session, isWarm: true };
    note("pool.missed", { construct: spec.id, ...taken });
    return this.#cold.take(spec, owner);
  }

  /** A spare that is the owner's from now on, on this caliber; or why there is none. */
  async takeSpare(spec: Pick<SpawnSpec, "id" | "caliber" | "fast">, owner: SessionOwner): Promise<TakenSpare> {
    const { clock, note } = this.#parts;
    const began = clock.monotonic();
    this.#touch();
    let missed: TakenSpare = { reason: this.#whyNone(), detail: "" };
    for (let spare = this.#pick(); spare !== undefined; spare = this.#pick()) {
      const session = await spare.session;
      if (session === undefined) continue;
      const problem = await aimProblem(session, spec, this.#answerMs);
      if (problem === undefined && !session.signal.aborted) {
        session.handTo(owner);
        this.#failures = 0;
        const now = clock.monotonic();
        const [wait_ms, age_ms] = [now - began, now - spare.since].map(Math.round);
        note("pool.hit", { construct: spec.id, spare: spare.id, wait_ms: wait_ms ?? 0, age_ms: age_ms ?? 0 });
        return { session };
      }
      const reason = session.signal.aborted ? "died" : "aim";
      missed = { reason, detail: problem ?? "" };
      this.#end(spare, reason, missed.detail);
      // What one does not take, none will: a caliber that the agent does not have must not cost the whole pool.
      if (reason === "aim") break;
    }
    return missed;
  }

  /** Somebody has come. */
  #touch(): void {
    this.#lastTake = this.#parts.clock.monotonic();
    this.#isResting = false;
  }

  /** A spare has no memory. */
  resume(spec: SpawnSpec, owner: SessionOwner, session: EarlierSession): Promise<TakenSession> {
    return this.#cold.resume(spec, owner, session);
  }

  /** Ends every spare. Resolves when all of them are gone; may be called again for what has ended since. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#over.abort();
    for (const spare of this.#spares.values()) this.#end(spare, "closed");
    await Promise.all(this.#ends);
  }

  #whyNone(): PoolMiss {
    if (this.#parts.settings.pool === 0) return "off";
    return this.#spares.size === 0 ? "empty" : "starting";
  }

  /** The oldest that is ready, which is no spare any more. */
  #pick(): Spare | undefined {
    const [oldest] = [...this.#spares.values()].filter((spare) => spare.isReady).sort((a, b) => a.since - b.since);
    if (oldest !== undefined) this.#spares.delete(oldest.id);
    return oldest;
  }

  #carryOut(): void {
    this.#look?.[Symbol.dispose]();
    if (!this.#isOpen) return;
    const { clock, settings, memory } = this.#parts;
    const now = clock.monotonic();
    const plan = planPool({
      ...this.#room,
      isResting: this.#isResting,
      target: settings.pool,
      spares: [...this.#spares.values()].map(({ id, isReady, since }) => ({ id, isReady, age: now - since })),
      sinceTake: now - this.#lastTake,
      failures: this.#failures,
      sinceFailure: now - this.#lastFailure,
      memory: settings.pool === 0 ? undefined : memory(),
    });
    this.#isResting = plan.isResting;
    for (const { id, why } of plan.end) this.#drop(id, why);
    for (let started = 0; started < plan.start; started += 1) void this.#start();
    if (plan.lookIn === undefined) return;
    this.#look = clock.after(plan.lookIn, () => this.#lookAgain(), this.#over.signal);
  }

  #lookAgain(): void {
    const old = this.#parts.clock.monotonic() - tooSoon;
    for (const spare of this.#spares.values()) {
      if (spare.isReady && spare.since < old) this.#failures = 0;
      if (spare.isReady) void this.#check(spare);
    }
    this.#carryOut();
    this.#parts.onChange();
  }

  async #check(spare: Spare): Promise<void> {
    const session = await spare.session;
    const problem = session === undefined ? undefined : await silenceOf(session, this.#answerMs);
    // It may have been taken in the meantime: then it is its construct's.
    if (problem !== undefined && this.#spares.has(spare.id)) this.#end(spare, "unanswered", problem);
  }

  #drop(id: string, why: PoolEnd): void {
    const spare = this.#spares.get(id);
    if (spare !== undefined) this.#end(spare, why);
  }

  async #start(): Promise<void> {
    const { clock, note, settings, place } = this.#parts;
    const id = newSpareId();
    // On the record first: a deck that dies now must find it again.
    note("pool.started", { spare: id });
    const spare = openSpare(id, clock.monotonic(), settings.caliber, place);
    this.#spares.set(id, spare);
    try {
      const session = await spare.up;
      if (!this.#spares.has(id)) return;
      spare.isReady = true;
      note("pool.ready", { spare: id, pid: session.pid, start_ms: Math.round(clock.monotonic() - spare.since) });
      session.signal.addEventListener("abort", () => void this.#mourn(spare, session), { once: true });
    } catch (error) {
      if (this.#spares.has(id)) this.#fail(spare, "failed", messageOf(error));
    }
    this.#parts.onChange();
  }

  async #mourn(spare: Spare, session: AgentSession): Promise<void> {
    if (!this.#spares.has(spare.id)) return;
    const exit = await session.closed;
    const how =
      exit.how === "code" ? `code ${exit.code}` : exit.how === "signal" ? `signal ${exit.signal}` : exit.reason;
    if (!this.#spares.has(spare.id)) return;
    if (this.#parts.clock.monotonic() - spare.since < tooSoon) this.#fail(spare, "died", how);
    else this.#end(spare, "died", how);
    this.#parts.onChange();
  }

  #fail(spare: Spare, why: "failed" | "died", problem: string): void {
    this.#failures += 1;
    this.#lastFailure = this.#parts.clock.monotonic();
    this.#end(spare, why, problem);
    if (this.#failures < failuresToTell || this.#hasTold) return;
    this.#hasTold = true;
    const next = showDuration(backoff(this.#failures));
    this.#parts.note("deck.warned", {
      code: "pool.failing",
      message: `Agents for the warm pool do not stay up (${problem}). Constructs start without it; it is tried again in ${next}, then less and less often.`,
    });
  }

  /** Takes it out of the pool at once; its processes are gone when the record says so. */
  #end(spare: Spare, why: PoolEnd, detail = ""): void {
    this.#spares.delete(spare.id);
    const end = this.#stop(spare, why, detail);
    this.#ends.add(end);
    void end.then(() => this.#ends.delete(end));
  }

  async #stop({ id, session: opening }: Spare, why: PoolEnd, detail: string): Promise<void> {
    const { note } = this.#parts;
    const session = await opening;
    const report = await session?.stop("hard");
    if (report?.proven === false)
      note("deck.warned", {
        code: "stop.unproven",
        message: `${id}, an agent of the warm pool, left processes that could not be ended: ${report.survivors.join(", ")}`,
      });
    note("pool.ended", { spare: id, why, detail });
  }
}
