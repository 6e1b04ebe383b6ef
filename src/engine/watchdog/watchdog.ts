import { Fault } from "../../base/fault.ts";
import { newAskId } from "../../base/ids.ts";
import { oneLine } from "../../base/text.ts";
import { gradeOf } from "../../policy/caliber/grade.ts";
import { boundText, type ReachedBound } from "../../protocol/bound.ts";
import type { Caliber } from "../../protocol/caliber.ts";
import type { Model } from "../../protocol/models.ts";
import { spentOf, type RunView } from "../../protocol/view.ts";
import type { Answerer, AskLine } from "../../protocol/watchdog.ts";
import { reachedByRun } from "../budget/reached.ts";
import { noteFor } from "../journal.ts";
import { answer, type AnsweringParts, type Pending } from "./answering.ts";
import { outlineOf } from "./gathering.ts";

export interface WatchdogParts extends AnsweringParts {
  models: () => Promise<readonly Model[]>;
  /** Who answers about this run. */
  caliberFor: (view: RunView) => Caliber;
  /** What all runs of the home have cost today, US dollars. */
  todayUsd: () => number;
  /** This very process. */
  self: () => Promise<Answerer>;
}

/** A question of the netrunner's about one run. */
export interface AskWish {
  run: string;
  question: string;
  /** The id of the construct that it is about, or the unique beginning of it. */
  construct?: string | undefined;
  /** Asks although a bound is reached. */
  anyway?: boolean | undefined;
}

/** The most questions that wait: more is a mistake of a script. */
const mostWaiting = 16;

/** An answer that takes longer than this is given up, milliseconds. */
export const usualAnswerMs = 120_000;

/**
 * Answers the netrunner's questions from the record, one at a time. It can do nothing else: what the model says becomes an event
 * and is shown, and no code reads it but to check its citations.
 */
export class Watchdog {
  readonly #parts: WatchdogParts;
  readonly #waiting: Pending[] = [];
  #current: { pending: Pending; stop: AbortController; work: Promise<void> } | undefined;
  #isClosed = false;
  /** Questions that are being looked at before they are taken. */
  #arriving = 0;

  constructor(parts: WatchdogParts) {
    this.#parts = parts;
  }

  /** What waits or is being answered, in order. */
  get asks(): AskLine[] {
    const line = ({ ask, run, question, about }: Pending, state: AskLine["state"]): AskLine => ({
      ask,
      run,
      question,
      about,
      state,
    });
    const current = this.#current === undefined ? [] : [line(this.#current.pending, "answering")];
    return [...current, ...this.#waiting.map((pending) => line(pending, "waiting"))];
  }

  /** Takes a question, or says why not; its answer will be an event. `ahead`: how many are answered before it. */
  async ask(wish: AskWish): Promise<{ ask: string; ahead: number }> {
    this.#refuseIfFull();
    this.#arriving += 1;
    try {
      const pending = await this.#accept(wish);
      const by = await this.#parts.self();
      if (this.#isClosed) throw closing();
      const { ask, run, question, about, caliber } = pending;
      const note = noteFor(this.#parts.record, run, "netrunner");
      const bound = pending.beyond === undefined ? {} : { beyond: pending.beyond };
      if (!note("watchdog.asked", { ask, question, about, caliber, by, ...bound }))
        throw new Fault("storage", "watchdog.not_recorded", "the question could not be recorded", {
          hint: "See to the disk of the home, then ask again.",
        });
      this.#waiting.push(pending);
      const ahead = this.asks.length - 1;
      this.#next();
      return { ask, ahead };
    } finally {
      this.#arriving -= 1;
    }
  }

  /** Ends a question that waits or is being answered. Resolves when nothing of it is left. */
  async cancel(ask: string): Promise<void> {
    const at = this.#waiting.findIndex((pending) => pending.ask === ask);
    const [waiting] = at === -1 ? [] : this.#waiting.splice(at, 1);
    const current = this.#current?.pending.ask === ask ? this.#current : undefined;
    const pending = waiting ?? current?.pending;
    if (pending === undefined)
      throw new Fault("usage", "watchdog.no_such_ask", `no question ${oneLine(ask, 40)} waits for an answer`, {
        hint: 'it may be answered already: "cyberdeck ask --history" shows all of them, "cyberdeck ask --list" those that wait',
      });
    // It is being taken back already.
    if (current?.stop.signal.aborted === true) return current.work;
    current?.stop.abort();
    noteFor(this.#parts.record, pending.run, "netrunner")("watchdog.cancelled", { ask });
    return current?.work;
  }

  /** Ends all questions: nobody answers them any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const open = this.#waiting.splice(0);
    const current = this.#current;
    const asks = current === undefined || current.stop.signal.aborted ? open : [current.pending, ...open];
    current?.stop.abort();
    for (const { run, ask } of asks)
      noteFor(this.#parts.record, run, ask)("watchdog.failed", { ask, reason: "the deck was closed", cost_usd: 0 });
    await current?.work;
  }

  async #accept({ run, question, construct, anyway }: AskWish): Promise<Pending & { beyond?: ReachedBound }> {
    using log = this.#parts.openLog(run);
    const view = (await outlineOf(log))?.view;
    if (view === undefined)
      throw new Fault("usage", "run.unknown", `there is no run ${oneLine(run, 60)}`, {
        hint: "List the runs with: cyberdeck runs",
      });
    const about = construct === undefined ? null : meant(view, construct);
    const use = { spent: spentOf(view), todayUsd: this.#parts.todayUsd(), openMs: 0 };
    const beyond = reachedByRun(view.settings, use);
    if (beyond !== undefined && anyway !== true)
      throw new Fault("refused", "watchdog.bound", `the run ${boundText(beyond)}, and an answer costs`, {
        facts: { ...beyond },
        hint: "ask all the same with --anyway, or raise the bound (cyberdeck settings)",
      });
    const models = await this.#parts.models();
    const asked = this.#parts.caliberFor(view);
    const grade = gradeOf(models, asked);
    if (!grade.ok)
      throw new Fault("usage", "watchdog.caliber", `watchdog_caliber: ${grade.reason}`, {
        hint: 'choose one of "cyberdeck calibers": cyberdeck settings set watchdog_caliber haiku/low',
      });
    const bound = beyond === undefined ? {} : { beyond };
    return { ask: newAskId(), run, question, about, caliber: grade.given, models, ...bound };
  }

  #next(): void {
    if (this.#current !== undefined || this.#isClosed) return;
    const pending = this.#waiting.shift();
    if (pending === undefined) return;
    const stop = new AbortController();
    const work = this.#answer(pending, stop.signal);
    this.#current = { pending, stop, work };
  }

  async #answer(pending: Pending, signal: AbortSignal): Promise<void> {
    await answer(this.#parts, pending, signal);
    this.#current = undefined;
    this.#next();
  }

  #refuseIfFull(): void {
    if (this.#isClosed) throw closing();
    if (this.#waiting.length + this.#arriving < mostWaiting) return;
    throw new Fault("refused", "watchdog.full", `${mostWaiting} questions wait for their answers already`, {
      hint: "Wait for some, or take one back: cyberdeck ask --list, cyberdeck ask --cancel ID",
    });
  }
}

const closing = (): Fault =>
  new Fault("refused", "deck.closing", "this deck is being closed", {
    hint: "Ask again: where no deck runs, the command answers by itself.",
  });

/** The construct that a name means: its id, or the unique beginning of it, with or without "cx-". */
function meant({ constructs }: RunView, name: string): string {
  const wanted = name.trim();
  const all = Object.keys(constructs);
  const found = all.filter(
    (id) => id === wanted || (wanted !== "" && (id.startsWith(wanted) || id.startsWith(`cx-${wanted}`))),
  );
  const [only] = found;
  if (only !== undefined && (found.length === 1 || all.includes(wanted))) return all.includes(wanted) ? wanted : only;
  const some = (found.length === 0 ? all : found).slice(0, 5).join(", ");
  const message =
    found.length === 0
      ? `the run has no construct "${oneLine(wanted, 40)}"`
      : `"${oneLine(wanted, 40)}" fits ${found.length} constructs`;
  throw new Fault("usage", "watchdog.no_such_construct", message, {
    hint:
      all.length === 0
        ? "this run has started none; ask without --construct"
        : `name one of: ${some}; or another run with --run`,
  });
}
