import { newConstructId } from "../base/ids.ts";
import type { Origin, Outcome } from "../protocol/outcome.ts";
import type { RunSettings } from "../protocol/settings.ts";
import type { Objection } from "./blacklist.ts";
import { freshBeginning } from "./construct/beginning.ts";
import { Construct, requeueCause } from "./construct/construct.ts";
import type { ConstructParts } from "./construct/parts.ts";
import { unstarted, type SpawnSpec } from "./construct/outcome-of.ts";
import type { Sessions } from "./construct/sessions.ts";
import type { Pool } from "./pool/pool.ts";
import type { Custody } from "./construct/custody.ts";
import { schedule } from "./scheduler.ts";

export interface FleetParts extends ConstructParts {
  settings: RunSettings;
  sessions: Pick<Pool, keyof Sessions | "suits" | "ready" | "starting" | "keepUp">;
  /** Whether more constructs may be wanted than are queued. */
  isOpenEnded: boolean;
  /** False while the run is at a bound that keeps what is queued from starting. */
  mayStart: () => boolean;
  /** What the blacklist has against a task; asked once more when it would start, since much may have changed. */
  objection: (task: string) => Objection | undefined;
  /** Called after each change of who is queued or alive. */
  onChange: () => void;
}

/** The constructs of one run: a visible queue, the ones at work, and how the others ended. */
export class Fleet {
  readonly #parts: FleetParts;
  #queue: SpawnSpec[] = [];
  readonly #alive = new Map<string, Construct>();
  readonly #starting = new Set<string>();
  readonly #outcomes = new Map<string, Outcome>();
  #shut = false;

  constructor(parts: FleetParts) {
    this.#parts = parts;
  }

  /** Constructs of this run so far, whatever became of them. */
  get total(): number {
    return this.#queue.length + this.#alive.size + this.#outcomes.size;
  }

  /** Constructs that are queued or at work. */
  get inFlight(): number {
    return this.#queue.length + this.#alive.size;
  }

  /** Constructs at work. */
  get alive(): number {
    return this.#alive.size;
  }

  knows(id: string): boolean {
    return this.#outcomes.has(id) || this.#alive.has(id) || this.#queue.some((spec) => spec.id === id);
  }

  outcome(id: string): Outcome | undefined {
    return this.#outcomes.get(id);
  }

  /** Puts a task into the queue; it starts when a slot is free and what it waits for has ended well. */
  spawn(request: Omit<SpawnSpec, "id">): string {
    let id = newConstructId();
    while (this.knows(id)) id = newConstructId();
    const spec = { ...request, id };
    this.#parts.note("engine")("construct.queued", { ...request, construct: id });
    this.#queue.push(spec);
    return id;
  }

  /** Takes up what a log tells of an earlier life of this run. */
  restore(queued: SpawnSpec[], outcomes: Outcome[]): void {
    for (const outcome of outcomes) this.#outcomes.set(outcome.id, outcome);
    this.#queue.push(...queued);
  }

  /** Starts whoever may start. Call it after a change. */
  pump(): void {
    if (this.#shut) return;
    if (this.#parts.mayStart()) this.#startSome();
    this.#leaveRest();
  }

  #startSome(): void {
    const { sessions, account, settings } = this.#parts;
    const starting = this.#starting.size + sessions.starting;
    const plan = schedule(
      {
        queue: this.#queue,
        alive: this.#alive.size,
        starting,
        room: account.room(),
        ready: sessions.ready,
        // One that has a session already goes on in that one.
        canBeWarm: (id) =>
          this.#queue.some((spec) => spec.id === id && spec.resume === undefined && sessions.suits(spec)),
        endOf: (id) => {
          const outcome = this.#outcomes.get(id);
          if (outcome !== undefined) return outcome.state === "done" ? "done" : "not-done";
          return this.knows(id) ? undefined : "not-done";
        },
      },
      settings,
    );
    for (const { id, by } of plan.blocked) this.#endQueued(id, `dependency:${by}`);
    const forbidden = plan.start.filter((id) => this.#endForbidden(id));
    for (const id of plan.start) this.#start(id);
    if (plan.blocked.length > 0 || forbidden.length > 0) this.#startSome();
  }

  /** What constructs do not need is the pool's. */
  #leaveRest(): void {
    const { sessions, settings, isOpenEnded } = this.#parts;
    const slots = Math.max(0, settings.max_concurrent - this.#alive.size);
    const spawns = settings.max_spawns === 0 ? slots : Math.max(0, settings.max_spawns - this.total);
    sessions.keepUp({
      starts: Math.max(0, settings.max_starting - this.#starting.size - sessions.starting),
      useful: this.#queue.length + (isOpenEnded ? Math.min(slots, spawns) : 0),
    });
  }

  /** Ends one construct. False when it is not queued or alive. */
  stop(id: string, cause: string, how: "polite" | "hard" = "polite"): boolean {
    const construct = this.#alive.get(id);
    if (construct !== undefined) {
      construct.stop(cause, how);
      return true;
    }
    return this.#endQueued(id, cause);
  }

  /** How one construct is halted and let go on; undefined when it has no process. */
  custodyOf(id: string): Custody | undefined {
    return this.#alive.get(id)?.custody;
  }

  /** Delivers a message at the construct's next turn boundary; false when it is not running. */
  tell(id: string, text: string, origin: Origin): boolean {
    return this.#alive.get(id)?.tell(text, origin) ?? false;
  }

  /**
   * Shuts the spawn gate, then ends everything. Resolves when every construct is ended and reaped.
   * @param queued what becomes of those that have not started: kept ones start when the run goes on one day
   */
  async stopAll(cause: string, how: "polite" | "hard", queued: "end" | "keep"): Promise<void> {
    this.#shut = true;
    if (queued === "end") for (const { id } of this.#queue) this.#endQueued(id, cause);
    const ends = [...this.#alive.values()].map((construct) => {
      construct.stop(queued === "keep" && construct.isParked ? requeueCause : cause, how);
      return construct.ended;
    });
    await Promise.all(ends);
  }

  #start(id: string): void {
    const spec = this.#take(id);
    if (spec === undefined) return;
    const earlier = spec.after.map((other) => this.#outcomes.get(other)).filter((outcome) => outcome !== undefined);
    const construct = new Construct(spec, this.#parts, freshBeginning(spec, this.#parts, earlier));
    this.#alive.set(id, construct);
    this.#starting.add(id);
    this.#parts.account.began(id);
    construct.start();
    void this.#freeStart(construct);
    void this.#keepOutcome(construct);
  }

  async #freeStart(construct: Construct): Promise<void> {
    await construct.settled;
    this.#starting.delete(construct.spec.id);
    this.#changed();
  }

  async #keepOutcome(construct: Construct): Promise<void> {
    const outcome = await construct.ended;
    this.#alive.delete(outcome.id);
    if (outcome.cause === requeueCause) this.#queue.push(construct.spec);
    else this.#outcomes.set(outcome.id, outcome);
    this.#parts.account.ended(outcome);
    this.#changed();
  }

  #changed(): void {
    this.pump();
    this.#parts.onChange();
  }

  #take(id: string): SpawnSpec | undefined {
    const spec = this.#queue.find((item) => item.id === id);
    this.#queue = this.#queue.filter((item) => item.id !== id);
    return spec;
  }

  /** Ends a queued construct whose task is forbidden: since it was queued, or by another deck before a resume. */
  #endForbidden(id: string): boolean {
    const spec = this.#queue.find((item) => item.id === id);
    const objection = spec === undefined ? undefined : this.#parts.objection(spec.task);
    if (spec === undefined || objection === undefined) return false;
    const { rule, reason } = objection;
    this.#parts.note("engine")("spawn.refused", { task: spec.task, origin: spec.origin, rule, reason });
    return this.#endQueued(id, rule);
  }

  /** A construct that ends before it has started. */
  #endQueued(id: string, cause: string): boolean {
    const spec = this.#take(id);
    if (spec === undefined) return false;
    const outcome = unstarted(spec, cause);
    this.#outcomes.set(id, outcome);
    this.#parts.note("engine")("construct.ended", { construct: id, outcome });
    this.#parts.onChange();
    return true;
  }
}
