import type { FleetLimits } from "./scheduler.ts";

/** What a fleet tells of itself, and what it is told when there may be room for more of its constructs. */
export interface Seat {
  /** Constructs that have a process. */
  readonly alive: number;
  /** Agent processes that are on the way up, for constructs or as spares. */
  readonly starting: number;
  /** The bounds of its own run; they may change. */
  readonly limits: FleetLimits;
  /** Starts whoever may start. */
  fill(): void;
}

/**
 * What the runs of a deck share: the machine. Each keeps its own bounds, and all together keep the widest of them, so that a
 * second run does not double what is at work.
 */
export class Seats {
  readonly #seats = new Set<Seat>();
  #isFilling = false;
  #isAskedAgain = false;

  take(seat: Seat): void {
    this.#seats.add(seat);
  }

  leave(seat: Seat): void {
    if (this.#seats.delete(seat)) this.fill();
  }

  /** The bounds that hold for one fleet now. */
  limitsOf(seat: Seat): FleetLimits {
    const others = [...this.#seats].filter((other) => other !== seat);
    const { max_concurrent, max_starting } = seat.limits;
    const widest = (name: keyof FleetLimits): number => Math.max(...others.map(({ limits }) => limits[name]), 0);
    const sum = (name: "alive" | "starting"): number => others.reduce((total, other) => total + other[name], 0);
    return {
      max_concurrent: Math.min(max_concurrent, Math.max(max_concurrent, widest("max_concurrent")) - sum("alive")),
      max_starting: Math.min(max_starting, Math.max(max_starting, widest("max_starting")) - sum("starting")),
    };
  }

  /** Something has changed: whoever has least at work comes first. What changes meanwhile is looked at afterwards. */
  fill(): void {
    this.#isAskedAgain = true;
    if (this.#isFilling) return;
    this.#isFilling = true;
    try {
      while (this.#isAskedAgain) {
        this.#isAskedAgain = false;
        for (const seat of [...this.#seats].sort((one, other) => one.alive - other.alive)) seat.fill();
      }
    } finally {
      this.#isFilling = false;
    }
  }
}
