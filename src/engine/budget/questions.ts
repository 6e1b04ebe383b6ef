import { boundText, isConstructBound, runBoundRules, type ReachedBound } from "../../protocol/bound.ts";
import { raiseAttention, type Attention } from "../attention.ts";
import type { Note } from "../journal.ts";

/** Whom a bound is about: a construct by its id, the run, or what the daemon still wants to start. */
export type Asked = "run" | "spawns" | (string & {});

export const isOfRun = (key: Asked): boolean => key === "run" || key === "spawns";

/** What the netrunner is being asked about bounds, once for each, and what the run is on record as paused for. */
export class BoundQuestions {
  readonly #note: Note;
  readonly #open = new Map<Asked, { item: string; attention: Attention; bound: ReachedBound }>();
  readonly #paused = new Set<Asked>();

  constructor(note: Note) {
    this.#note = note;
  }

  get open(): [Asked, ReachedBound][] {
    return Array.from(this.#open, ([key, { bound }]) => [key, bound]);
  }

  itemOf(key: Asked): string | undefined {
    return this.#open.get(key)?.item;
  }

  find(item: string): { key: Asked; bound: ReachedBound } | undefined {
    for (const [key, asked] of this.#open) if (asked.item === item) return { key, bound: asked.bound };
    return undefined;
  }

  ask(key: Asked, bound: ReachedBound): void {
    if (this.#open.has(key)) return;
    const who = isOfRun(key) ? {} : { construct: key };
    const attention = raiseAttention(this.#note, {
      ...who,
      kind: isOfRun(key) ? "bound.run" : "bound.construct",
      text: questionText(key, bound),
      next: isOfRun(key) ? "Raise the bound, or end the run." : "Raise the bound for it, or end it.",
      bound,
    });
    this.#open.set(key, { item: attention.item, attention, bound });
    this.#note("bound.reached", { ...who, ...bound });
  }

  /** Puts it on record that the run stands still for this. */
  pause(key: Asked, bound: ReachedBound): void {
    if (this.#paused.has(key) || isConstructBound(bound.which)) return;
    this.#paused.add(key);
    this.#note("run.paused", { rule: runBoundRules[bound.which], reason: questionText(key, bound) });
  }

  close(key: Asked, how: "continued" | "ended"): void {
    const asked = this.#open.get(key);
    asked?.attention.close(how);
    this.#open.delete(key);
    if (asked === undefined || how === "ended" || !this.#paused.delete(key) || isConstructBound(asked.bound.which))
      return;
    this.#note("run.continued", { rule: runBoundRules[asked.bound.which] });
  }
}

const questionText = (key: Asked, bound: ReachedBound): string =>
  `${isOfRun(key) ? "The run" : key} ${boundText(bound)}.`;
