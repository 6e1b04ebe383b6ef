import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import { boundText, isConstructBound, showAmount, type ReachedBound, type RunBound } from "../../protocol/bound.ts";
import { tighterLimits, type ConstructLimits } from "../../policy/profiles/limits.ts";
import { heading } from "../../protocol/briefing.ts";
import type { RunSettings } from "../../protocol/settings.ts";
import type { Spent } from "../../protocol/spent.ts";
import { spentOf, type RunView } from "../../protocol/view.ts";
import type { Note } from "../journal.ts";
import { BoundQuestions, isOfRun, type Asked } from "./questions.ts";
import { nearlyReached, reachedByConstruct, reachedByRun, type ConstructUse } from "./reached.ts";
import type { Today } from "./today.ts";

export interface BudgetParts {
  view: RunView;
  clock: Clock;
  note: Note;
  today: Today;
  /** The bounds that its profile has set to a construct when it started; 0: none. */
  limitsOf: (construct: string) => ConstructLimits;
  /** How long a construct has worked, milliseconds. */
  workedOf: (construct: string) => number;
  /** Constructs of the run so far. */
  spawns: () => number;
  /** Ends a construct at once. */
  stop: (construct: string, cause: string) => void;
  /** Changes settings of the run in the netrunner's name. */
  change: (settings: Partial<Pick<RunSettings, RunBound>>) => void;
  /** Ends the run for good. */
  end: (reason: string, cause: `budget:${string}`) => void;
  /** Something that was at a bound is not any more. */
  onChange: () => void;
}

/** A call that has come to its construct's gate. */
export interface Comer {
  construct: string;
  /** Aborts when the construct ends. */
  ending: AbortSignal;
  onWait: (isWaiting: boolean) => void;
}

/** So many requests may be made beyond a bound, such as those that were under way, before whoever makes them is ended. */
const mostBeyond = 4;

/** From so much of a bound on, a construct is told to come to an end. */
const nearShare = 0.8;

/**
 * Money, tokens, requests and time of a run. At a bound nobody is ended: calls wait at the gate, nothing starts, and the
 * netrunner is asked once for each construct and once for the run.
 */
export class Budget {
  readonly #parts: BudgetParts;
  readonly #questions: BoundQuestions;
  /** What constructs have been told of, so that it is told once. */
  readonly #told = new Set<string>();
  /** Requests that constructs have made since they are beyond a bound. */
  readonly #beyond = new Map<string, number>();
  readonly #startedAt: number;
  /** The cap on spawns has refused one. */
  #hasRefused = false;
  #change = Promise.withResolvers<void>();
  #timer: Disposable | undefined;

  constructor(parts: BudgetParts) {
    this.#parts = parts;
    this.#questions = new BoundQuestions(parts.note);
    this.#startedAt = parts.clock.monotonic();
    this.#openBefore = parts.view.durationMs;
  }

  readonly #openBefore: number;

  /** The bound that the run has reached: nothing more may start. */
  get ofRun(): ReachedBound | undefined {
    const { view, clock, today } = this.#parts;
    const openMs = this.#openBefore + clock.monotonic() - this.#startedAt;
    return reachedByRun(view.settings, { spent: spentOf(view), todayUsd: today.usd, openMs });
  }

  /** The cap on spawns, when it has refused one and was not raised since. */
  get ofSpawns(): ReachedBound | undefined {
    const limit = this.#parts.view.settings.max_spawns;
    const used = this.#parts.spawns();
    return this.#hasRefused && limit > 0 && used >= limit ? { which: "max_spawns", used, limit } : undefined;
  }

  /** The cap on spawns has refused one: the netrunner is asked, while those at work go on. */
  refuseSpawn(): void {
    this.#hasRefused = true;
    const bound = this.ofSpawns;
    if (bound !== undefined) this.#ask("spawns", bound);
  }

  /** For how long a construct may work, milliseconds; 0: no bound. */
  timeLimitOf(construct: string): number {
    return this.#limitsOf(construct).time_limit_ms;
  }

  /** A construct has worked for as long as it may: its next call will wait. */
  timeUp(construct: string): void {
    const bound = this.#ofConstruct(construct);
    if (bound !== undefined) this.#ask(construct, bound);
  }

  /** A construct is over: it is not asked about any more. */
  left(construct: string): void {
    this.#questions.close(construct, "ended");
  }

  /** Lets a call pass, or has it wait until there is room again; then also resolves when its construct ends. */
  async pass({ construct, ending, onWait }: Comer): Promise<void> {
    let isWaiting = false;
    for (;;) {
      const own = ending.aborted ? undefined : this.#ofConstruct(construct);
      const bound = ending.aborted ? undefined : (own ?? this.ofRun);
      if (bound === undefined) break;
      if (!isWaiting) {
        isWaiting = true;
        onWait(true);
        this.#parts.note("construct.paused", { construct, how: "paused", why: pauseText(bound) });
      }
      this.#ask(own === undefined ? "run" : construct, bound);
      await orAborted(this.#change.promise, ending);
    }
    if (!isWaiting) return;
    if (!ending.aborted) this.#parts.note("construct.continued", { construct });
    onWait(false);
  }

  /**
   * A request was made. The bound for which its construct must end: it goes on beyond it without coming to the gate, where it
   * would wait, as one does whose calls the agent itself refuses.
   */
  overrun(construct: string): ReachedBound["which"] | undefined {
    const bound = this.#ofConstruct(construct) ?? this.ofRun;
    const beyond = bound === undefined ? 0 : (this.#beyond.get(construct) ?? 0) + 1;
    this.#beyond.set(construct, beyond);
    return beyond > mostBeyond ? bound?.which : undefined;
  }

  /** Asks about the bound because of which nobody can go on, and says that the run is paused. */
  ask(): void {
    const bound = this.ofRun;
    if (bound !== undefined) return this.#ask("run", bound);
    const cap = this.ofSpawns;
    if (cap === undefined) return;
    this.#ask("spawns", cap);
    this.#questions.pause("spawns", cap);
  }

  /** What a construct should be told because it nears a bound; told once for each bound. */
  warningFor(construct: string): string | undefined {
    const view = this.#parts.view.constructs[construct];
    if (view === undefined) return undefined;
    const near = nearlyReached(this.#limitsOf(construct), this.#useOf(construct, view), nearShare).find(
      ({ which, limit }) => !this.#told.has(`${construct} ${which} ${limit}`),
    );
    if (near === undefined) return undefined;
    this.#told.add(`${construct} ${near.which} ${near.limit}`);
    const left = showAmount(near.which, near.limit - near.used);
    return `${heading.fromDeck} Of ${showAmount(near.which, near.limit)} that this task may use, ${left} are left. Begin nothing new; finish with what you have, and say in your result what is missing.`;
  }

  /** The settings have changed, or a day has ended: looks who may go on. */
  recheck(): void {
    if (this.ofSpawns === undefined) this.#hasRefused = false;
    for (const [key, { which }] of this.#questions.open) {
      // Another bound of the same run is another question.
      if (this.#boundOf(key)?.which !== which) this.#questions.close(key, "continued");
    }
    this.arm();
    this.#change.resolve();
    this.#change = Promise.withResolvers();
    this.#parts.onChange();
  }

  /** Whether a construct waits at a bound of its own; then it is let go on with as much again. */
  raiseOwn(construct: string): boolean {
    const item = this.#questions.itemOf(construct);
    if (item === undefined) return false;
    this.answer(item, { answer: "raise" });
    return true;
  }

  /**
   * The netrunner's answer.
   * @param to the new bound; without it, as much again as it was
   */
  answer(item: string, { answer, to }: { answer: "raise" | "end"; to?: number | undefined }): void {
    const found = this.#questions.find(item);
    if (found === undefined)
      throw new Fault("refused", "bound.late", "Nothing waits at a bound under this name any more.", {
        hint: "It was answered already, or has ended.",
      });
    const { key, bound } = found;
    if (answer === "end") this.#end(key, bound);
    else this.#raise(key, bound, to ?? bound.used + bound.limit);
  }

  /** The run is being closed: nobody waits for an answer any more. */
  close(): void {
    this.#timer?.[Symbol.dispose]();
    for (const [key] of this.#questions.open) this.#questions.close(key, "ended");
  }

  #raise(key: string, bound: ReachedBound, to: number): void {
    const { which, used, limit } = bound;
    if (to !== 0 && to <= used)
      throw new Fault("usage", "bound.too_low", `${showAmount(which, to)} is not more than what is used already.`, {
        hint: `Give more than ${showAmount(which, used)}, or 0 for no bound.`,
      });
    if (!isConstructBound(which)) this.#parts.change({ [which]: to });
    else {
      this.#parts.note("bound.raised", { construct: key, which, from: limit, to });
      this.recheck();
    }
  }

  #end(key: string, bound: ReachedBound): void {
    const reason = `it was ended at its bound: it ${boundText(bound)}`;
    const cause = `budget:${bound.which}` as const;
    if (isOfRun(key)) this.#parts.end(reason, cause);
    else this.#parts.stop(key, cause);
  }

  #limitsOf(construct: string): ConstructLimits {
    const { settings, constructs } = this.#parts.view;
    const view = constructs[construct];
    if (view === undefined) return settings;
    return { ...tighterLimits({ ...settings }, this.#parts.limitsOf(construct)), ...view.raised };
  }

  #ofConstruct(construct: string): ReachedBound | undefined {
    const view = this.#parts.view.constructs[construct];
    if (view === undefined) return undefined;
    return reachedByConstruct(this.#limitsOf(construct), this.#useOf(construct, view));
  }

  #useOf(construct: string, spent: Spent): ConstructUse {
    return { spent, workedMs: this.#parts.workedOf(construct) };
  }

  #boundOf(key: Asked): ReachedBound | undefined {
    if (key === "run") return this.ofRun;
    return key === "spawns" ? this.ofSpawns : this.#ofConstruct(key);
  }

  #ask(key: Asked, bound: ReachedBound): void {
    this.#questions.ask(key, bound);
    // What a day has used up is over at its end.
    this.arm();
    if (key === "run") this.#questions.pause(key, bound);
  }

  /** Watches the bounds that time alone can reach, or leave behind. */
  arm(): void {
    const { view, clock, today } = this.#parts;
    const { run_time_ms: limit, day_usd } = view.settings;
    this.#timer?.[Symbol.dispose]();
    const openMs = this.#openBefore + clock.monotonic() - this.#startedAt;
    const waits = [
      ...(limit > openMs ? [limit - openMs] : []),
      ...(day_usd > 0 && today.usd >= day_usd ? [today.left()] : []),
    ];
    if (waits.length > 0) this.#timer = clock.after(Math.min(...waits, longestTimer), () => this.recheck());
  }
}

/** Timers take 31 bits, milliseconds. */
const longestTimer = 2_000_000_000;

const pauseText = (bound: ReachedBound): string =>
  `${isConstructBound(bound.which) ? "it" : "the run"} ${boundText(bound)}`;

async function orAborted(change: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const onAbort = (): void => aborted.resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  await Promise.race([change, aborted.promise]);
  signal.removeEventListener("abort", onAbort);
}
