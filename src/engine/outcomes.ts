import type { Outcome } from "../protocol/outcome.ts";
import type { SpawnSpec } from "./construct/outcome-of.ts";

/** How the constructs of a run have ended. Whoever waits for one that was redirected waits for the one in its place. */
export class Outcomes {
  readonly #byId = new Map<string, Outcome>();
  readonly #others: () => readonly SpawnSpec[];

  /** @param others those that have not ended */
  constructor(others: () => readonly SpawnSpec[]) {
    this.#others = others;
  }

  get size(): number {
    return this.#byId.size;
  }

  add(outcome: Outcome): void {
    this.#byId.set(outcome.id, outcome);
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  get(id: string): Outcome | undefined {
    return this.#byId.get(id);
  }

  /** How it, or the one in its place, has ended; undefined as long as that has not. */
  ofHeir(id: string): Outcome | undefined {
    return this.get(this.#heirOf(id));
  }

  /** Whether the one that is waited for has ended well; undefined as long as it may. */
  endOf(id: string): "done" | "not-done" | undefined {
    const heir = this.#heirOf(id);
    const outcome = this.get(heir);
    if (outcome !== undefined) return outcome.state === "done" ? "done" : "not-done";
    return this.#others().some((spec) => spec.id === heir) ? undefined : "not-done";
  }

  #heirOf(id: string): string {
    if (this.get(id)?.state !== "redirected") return id;
    const isHeir = ({ origin, parent }: Pick<SpawnSpec, "origin" | "parent">): boolean =>
      origin === "redirect" && parent === id;
    const heir = this.#others().find(isHeir) ?? [...this.#byId.values()].find(isHeir);
    return heir === undefined ? id : this.#heirOf(heir.id);
  }
}
