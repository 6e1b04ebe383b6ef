import { newConstructId } from "../base/ids.ts";
import type { Origin, Outcome } from "../protocol/outcome.ts";
import type { RunSettings } from "../protocol/settings.ts";
import { heirBeginning, type Beginning } from "./construct/beginning.ts";
import { chooseBeginning } from "./construct/choose-beginning.ts";
import { Construct, type Delivery } from "./construct/construct.ts";
import type { ConstructParts } from "./construct/parts.ts";
import type { SpawnSpec } from "./construct/outcome-of.ts";
import { queueEndings, type QueueEndingParts, type QueueEndings } from "./ending-in-queue.ts";
import { Outcomes } from "./outcomes.ts";
import { earlierIn, parentOf, type Lineage } from "./construct/place-wish.ts";
import type { Sessions } from "./construct/sessions.ts";
import { placingOf, type Places, type Placing, type PlacingParts } from "./placing.ts";
import type { Pool } from "./pool/pool.ts";
import { schedule, type FleetLimits } from "./scheduler.ts";
import type { Seat, Seats } from "./seats.ts";
import { SpawnQueue, type QueuedSpec } from "./spawn-queue.ts";

export interface FleetParts extends ConstructParts, QueueEndingParts {
  settings: RunSettings;
  /** What all runs of the deck share. */
  seats: Seats;
  sessions: Pick<Pool, keyof Sessions | "suits" | "ready" | "starting" | "keepUp">;
  /** Where constructs may run; undefined: on this machine alone. */
  places: Places | undefined;
  staysHere: PlacingParts["staysHere"];
  /** The place that a construct was on last; null: this machine. */
  placeOf: (id: string) => string | null;
  /** Whether more constructs may be wanted than are queued. */
  isOpenEnded: boolean;
  /** False while the run is at a bound that keeps what is queued from starting. */
  mayStart: () => boolean;
  /** In which order those that are queued are to start, as it is now. */
  order: () => readonly string[];
}

/** The constructs of one run: a visible queue, the ones at work, and how the others ended. */
export class Fleet implements Seat {
  readonly #parts: FleetParts;
  readonly #queue = new SpawnQueue();
  readonly #alive = new Map<string, Construct>();
  readonly #starting = new Set<string>();
  readonly #outcomes = new Outcomes(() => [
    ...this.#queue.specs,
    ...Array.from(this.#alive.values(), ({ spec }) => spec),
  ]);
  readonly #queueEndings: QueueEndings;
  readonly #lineage: Lineage;
  readonly #placing: Placing;
  readonly #news: Disposable | undefined;
  #shut = false;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    this.#queueEndings = queueEndings(this.#queue, this.#outcomes, parts);
    const { places, staysHere, note, before, placeOf } = parts;
    this.#lineage = { before, placeOf, outcomeOf: (id) => this.#outcomes.get(id) };
    this.#placing = placingOf({ places, staysHere, earlier: earlierIn(this.#lineage), note: note("engine") });
    this.#news = places?.onChange(() => this.pump());
    parts.seats.take(this);
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

  /** Agents on the way up, spares included. */
  get starting(): number {
    return this.#starting.size + this.#parts.sessions.starting;
  }

  /** As the run has them, whatever else is at work in the deck. */
  get limits(): FleetLimits {
    return this.#parts.settings;
  }

  knows(id: string): boolean {
    return this.#outcomes.has(id) || this.#alive.has(id) || this.isQueued(id);
  }

  outcome(id: string): Outcome | undefined {
    return this.#outcomes.get(id);
  }

  /** Puts a task into the queue; it starts in its turn. */
  spawn(request: Omit<SpawnSpec, "id">): string {
    const spec = this.#admit(request);
    this.#queue.push(spec);
    return spec.id;
  }

  /** Takes up what a log tells of an earlier life of this run. */
  restore(queued: QueuedSpec[], outcomes: Outcome[]): void {
    for (const outcome of outcomes) {
      this.#queue.take(outcome.id);
      this.#outcomes.add(outcome);
    }
    for (const spec of queued) this.#queue.push(spec);
  }

  /** Takes up what was at work in an earlier life, before all that is queued. */
  takeUp(specs: QueuedSpec[]): void {
    for (const spec of specs.toReversed()) this.#queue.unshift(spec);
  }

  /** Starts whoever may start, in this run or another one that had no room. Call it after a change. */
  pump(): void {
    this.#parts.seats.fill();
  }

  fill(): void {
    if (this.#shut) return;
    if (this.#parts.mayStart()) this.#startSome();
    this.#leaveRest();
  }

  #startSome(): void {
    const { sessions, account, seats } = this.#parts;
    const placeFor = this.#placing.draw();
    const plan = schedule(
      {
        queue: this.#queue.inOrder(this.#parts.order()),
        alive: this.#alive.size,
        starting: this.starting,
        room: account.room(),
        ready: sessions.ready,
        canBeWarm: (id) => {
          const spec = this.#queue.find(id);
          return spec !== undefined && sessions.suits(spec) && this.#placing.mayBeWarm(spec);
        },
        placeFor: (id) => {
          const spec = this.#queue.find(id);
          return spec === undefined || placeFor(spec);
        },
        endOf: (id) => this.#outcomes.endOf(id),
      },
      seats.limitsOf(this),
    );
    for (const { id, by } of plan.blocked) this.#queueEndings.end(id, `dependency:${by}`);
    const forbidden = plan.start.filter((id) => this.#queueEndings.endForbidden(id));
    this.#placing.tell(plan.unplaced);
    for (const id of plan.start) this.#start(id);
    if (plan.blocked.length > 0 || forbidden.length > 0) this.#startSome();
  }

  /** What constructs do not need is the pool's. */
  #leaveRest(): void {
    const { sessions, settings, isOpenEnded, seats } = this.#parts;
    const limits = seats.limitsOf(this);
    const slots = Math.max(0, limits.max_concurrent - this.#alive.size);
    const spawns = settings.max_spawns === 0 ? slots : Math.max(0, settings.max_spawns - this.total);
    sessions.keepUp({
      starts: this.#placing.hasRoomHere() ? Math.max(0, limits.max_starting - this.starting) : 0,
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
    return this.#queueEndings.end(id, cause);
  }

  /** The limits have changed: they hold for those at work as well. */
  relimit(): void {
    for (const construct of this.#alive.values()) construct.relimit();
  }

  /** One that has a process, also when it is ending; undefined when it has none. */
  at(id: string): Construct | undefined {
    return this.#alive.get(id);
  }

  /** Delivers a message: with its task, or at its next turn boundary. Undefined when it is neither queued nor at work. */
  tell(id: string, text: string, origin: Origin): Delivery | undefined {
    const construct = this.#alive.get(id);
    if (construct !== undefined) return construct.tell(text, origin);
    if (!this.isQueued(id)) return undefined;
    this.#parts.note("engine")("construct.told", { construct: id, text, origin });
    this.#queue.tell(id, { text, origin });
    return "with_task";
  }

  isQueued(id: string): boolean {
    return this.#queue.find(id) !== undefined;
  }

  /**
   * Stops what one does and has a new one go on in its session. Undefined when it has no session or its end has begun.
   * @returns the id of the new one, which is at work from now on
   */
  succeed(id: string, request: Omit<SpawnSpec, "id">): string | undefined {
    const construct = this.#shut ? undefined : this.#alive.get(id);
    const estate = construct?.surrender();
    if (construct === undefined || estate === undefined) return undefined;
    const spec = this.#admit(request);
    this.#begin(spec, heirBeginning(spec, this.#parts, { task: construct.spec.task, estate, told: [] }));
    return spec.id;
  }

  /** Shuts the spawn gate, and the gate of every construct: nothing starts and no call gets through, whatever it waits for. */
  deny(cause: string): void {
    this.#shut = true;
    for (const construct of this.#alive.values()) construct.custody.end(cause);
  }

  /**
   * Shuts the spawn gate, then ends everything. Resolves when every construct is ended and reaped.
   * @param queued what becomes of those that have not started, and of those at work: kept ones start, or are taken up in
   * the middle of their work, when the run goes on one day
   */
  async stopAll(cause: string, how: "polite" | "hard", queued: "end" | "keep"): Promise<void> {
    this.#shut = true;
    if (queued === "end") for (const { id } of this.#queue.specs) this.#queueEndings.end(id, cause);
    const ends = [...this.#alive.values()].map((construct) => {
      if (queued === "keep") construct.suspend();
      else construct.stop(cause, how);
      return construct.ended;
    });
    await Promise.all(ends);
    this.#news?.[Symbol.dispose]();
    this.#parts.seats.leave(this);
  }

  #admit(request: Omit<SpawnSpec, "id">): SpawnSpec {
    let id = newConstructId();
    while (this.knows(id)) id = newConstructId();
    this.#parts.note("engine")("construct.queued", { ...request, construct: id });
    return { ...request, id };
  }

  #start(id: string): void {
    const next = this.#queue.take(id);
    if (next === undefined) return;
    const { spec, told } = next;
    const past = {
      told,
      before: this.#parts.before(id),
      outcomeOf: (other: string) => this.#outcomes.ofHeir(other),
      parent: parentOf(spec, this.#lineage),
      parentPlace: this.#lineage.placeOf(spec.parent ?? ""),
    };
    this.#begin(spec, chooseBeginning(spec, this.#parts, past));
  }

  #begin(spec: SpawnSpec, beginning: Beginning): void {
    const construct = new Construct(spec, this.#parts, beginning);
    this.#alive.set(spec.id, construct);
    this.#starting.add(spec.id);
    this.#parts.account.began(spec.id);
    construct.start();
    construct.rehalt();
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
    const { id } = construct.spec;
    this.#alive.delete(id);
    // One that is suspended waits for a slot, or, where the spawn gate is shut, for the next life of the run.
    if (outcome === undefined) {
      this.#queue.unshift({ ...construct.spec, told: this.#parts.before(id)?.suspended.unread ?? [] });
      // Before there may be room for it again.
      if (construct.overdue !== undefined) this.#queueEndings.end(id, construct.overdue);
      this.#parts.account.left(id);
    } else {
      this.#outcomes.add(outcome);
      this.#parts.account.ended(outcome);
    }
    this.#changed();
  }

  #changed(): void {
    this.pump();
    this.#parts.onChange();
  }
}
