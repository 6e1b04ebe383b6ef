import type { Letter } from "./construct/mail.ts";
import type { SpawnSpec } from "./construct/outcome-of.ts";

/** One that has not started, with what it has been told already. */
export type QueuedSpec = SpawnSpec & { told?: Letter[] };

/** The spawns that wait for a start, in their order, and what each of them has been told meanwhile. */
export class SpawnQueue {
  #specs: SpawnSpec[] = [];
  readonly #letters = new Map<string, Letter[]>();

  get length(): number {
    return this.#specs.length;
  }

  get specs(): readonly SpawnSpec[] {
    return this.#specs;
  }

  /** In this order; those that it does not have come last. */
  inOrder(order: readonly string[]): SpawnSpec[] {
    const places = new Map(order.map((id, place) => [id, place]));
    const placeOf = ({ id }: SpawnSpec): number => places.get(id) ?? order.length;
    return this.#specs.toSorted((one, other) => placeOf(one) - placeOf(other));
  }

  find(id: string): SpawnSpec | undefined {
    return this.#specs.find((spec) => spec.id === id);
  }

  push({ told = [], ...spec }: QueuedSpec): void {
    this.#specs.push(spec);
    if (told.length > 0) this.#letters.set(spec.id, told);
  }

  /** Puts one before all others. */
  unshift({ told = [], ...spec }: QueuedSpec): void {
    this.#specs.unshift(spec);
    if (told.length > 0) this.#letters.set(spec.id, told);
  }

  tell(id: string, letter: Letter): void {
    this.#letters.set(id, [...(this.#letters.get(id) ?? []), letter]);
  }

  /** Takes one out, with what it was told; undefined when it is not there. */
  take(id: string): { spec: SpawnSpec; told: Letter[] } | undefined {
    const spec = this.find(id);
    if (spec === undefined) return undefined;
    const told = this.#letters.get(id) ?? [];
    this.#letters.delete(id);
    this.#specs = this.#specs.filter((item) => item !== spec);
    return { spec, told };
  }
}
