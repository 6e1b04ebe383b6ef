import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import { newHoldId } from "../../base/ids.ts";
import type { DeckEvent } from "../../protocol/event.ts";
import type { Hold, HoldAnswer, HoldEnd } from "../../protocol/hold.ts";
import type { Note } from "../journal.ts";

export interface HoldsParts {
  clock: Clock;
  note: (source: string) => Note;
  /** How long a call that is held now waits, milliseconds; 0: it is denied at once; null: it waits for ever. */
  windowMs: () => number | null;
}

/** How a hold was over, and what the netrunner wants the model to know. */
export interface HoldOutcome {
  end: HoldEnd;
  note: string | undefined;
}

/** So many ended holds are remembered, to tell a late answer from one to a hold that never was. */
const remembered = 200;

/** The calls of one run that wait for the netrunner. Silence is a deny; an answer that comes too late is told so. */
export class Holds {
  readonly #parts: HoldsParts;
  readonly #open = new Map<string, (outcome: HoldOutcome, by: string) => void>();
  readonly #ended = new Map<string, HoldEnd>();
  /** What has been allowed as a pattern, by construct. */
  readonly #allowed = new Map<string, Set<string>>();

  constructor(parts: HoldsParts) {
    this.#parts = parts;
  }

  /** Whether the netrunner has allowed this pattern for this construct before. */
  isAllowed(construct: string, pattern: string): boolean {
    return this.#allowed.get(construct)?.has(pattern) ?? false;
  }

  /** Takes up the patterns that the netrunner has allowed in an earlier life of the run. */
  takeUp(events: Iterable<DeckEvent>): void {
    const asked = new Map<string, Hold>();
    for (const { type, body } of events) {
      if (type === "hold.opened") asked.set(body.hold, body);
      const hold = type === "hold.closed" && body.end === "allow_pattern" ? asked.get(body.hold) : undefined;
      if (hold !== undefined) this.#allow(hold.construct, hold.pattern);
    }
  }

  /** Puts a call before the netrunner and waits for the end of it. The signal is the construct's end. */
  ask(request: Omit<Hold, "hold" | "deadline">, signal: AbortSignal): Promise<HoldOutcome> {
    const { clock, note } = this.#parts;
    const windowMs = this.#parts.windowMs();
    const { construct, call, turn } = request;
    if (signal.aborted) return Promise.resolve({ end: "ended", note: undefined });
    const hold = newHoldId();
    const over = new AbortController();
    const { promise, resolve } = Promise.withResolvers<HoldOutcome>();
    const end = (outcome: HoldOutcome, by: string): void => {
      if (!this.#open.delete(hold)) return;
      over.abort();
      this.#remember(hold, outcome.end);
      if (outcome.end === "allow_pattern") this.#allow(construct, request.pattern);
      const said = outcome.note ?? null;
      const recorded = note(by)("hold.closed", { construct, turn, hold, call, end: outcome.end, note: said });
      // What cannot be recorded is not allowed.
      resolve(recorded ? outcome : { end: "ended", note: undefined });
    };
    this.#open.set(hold, end);
    const deadline = windowMs === null ? null : clock.now() + windowMs;
    const recorded = note("engine")("hold.opened", { ...request, hold, deadline });
    if (!recorded || windowMs === 0) end({ end: "expired", note: undefined }, "clock");
    else if (windowMs !== null) {
      clock.after(windowMs, () => end({ end: "expired", note: undefined }, "clock"), over.signal);
    }
    const onEnd = (): void => end({ end: "ended", note: undefined }, "engine");
    signal.addEventListener("abort", onEnd, { once: true, signal: over.signal });
    return promise;
  }

  /** The netrunner's answer. Refused when the hold is over, or never was. */
  answer(hold: string, answer: HoldAnswer, note: string | undefined): void {
    const end = this.#open.get(hold);
    if (end !== undefined) {
      end({ end: answer, note }, "netrunner");
      return;
    }
    const before = this.#ended.get(hold);
    if (before === undefined) {
      throw new Fault("usage", "hold.unknown", `There is no hold ${hold}.`, { hint: "Look at what waits now." });
    }
    throw new Fault("refused", "hold.late", `The answer to ${hold} comes too late: it was over already (${before}).`, {
      hint: "The call did not wait. Tell the construct, or wait for its next try.",
    });
  }

  #remember(hold: string, end: HoldEnd): void {
    this.#ended.set(hold, end);
    const oldest = this.#ended.keys().next();
    if (this.#ended.size > remembered && oldest.done !== true) this.#ended.delete(oldest.value);
  }

  #allow(construct: string, pattern: string): void {
    const patterns = this.#allowed.get(construct) ?? new Set();
    this.#allowed.set(construct, patterns.add(pattern));
  }
}
