import { Fault } from "../base/fault.ts";
import { oneLine } from "../base/text.ts";
import type { Run } from "../engine/run.ts";
import type { DeckEvent } from "../protocol/event.ts";
import { summaryOf } from "../protocol/view.ts";

/** The runs that are open in a deck, and the one that was opened last. */
export class OpenRuns {
  readonly #runs = new Map<string, Run>();
  readonly #onChange: () => void;
  #latest: Run | undefined;

  /** @param onChange called when a run has been opened, and when one has ended */
  constructor(onChange: () => void = () => undefined) {
    this.#onChange = onChange;
  }

  /** Takes up a run, before the first event of it that it must see. */
  add(run: Run): void {
    const { run: id } = run.view;
    this.#runs.set(id, run);
    this.#latest = run;
    this.#onChange();
    void this.#dropAtEnd(run);
  }

  async #dropAtEnd(run: Run): Promise<void> {
    const { run: id } = run.view;
    await run.closed;
    if (this.#runs.get(id) === run) this.#runs.delete(id);
    this.#onChange();
  }

  /** Tells a recorded event to the run that it is of. */
  see(event: DeckEvent): void {
    const run = this.#runs.get(event.run) ?? (this.#latest?.view.run === event.run ? this.#latest : undefined);
    run?.see(event);
  }

  /** Oldest first. */
  get open(): Run[] {
    return [...this.#runs.values()].filter((run) => !run.isOver);
  }

  /** The open run of this id, or the one that was opened last. */
  shown(run: string | undefined): Run | undefined {
    if (run === undefined) return this.open.at(-1) ?? this.#latest;
    return this.find(run) ?? (this.#latest?.view.run === run ? this.#latest : undefined);
  }

  find(run: string): Run | undefined {
    return this.open.find(({ view }) => view.run === run);
  }

  /** The only open run; undefined when none is open, or several are. */
  get only(): Run | undefined {
    const [first, ...others] = this.open;
    return others.length === 0 ? first : undefined;
  }

  /**
   * The open run that a command is about, or a fault that says why there is none.
   * @param run its id; left out: the only one
   */
  must(run: string | undefined): Run {
    const found = run === undefined ? this.only : this.find(run);
    if (found !== undefined) return found;
    if (this.open.length === 0)
      throw new Fault("refused", "run.none", "no run is open", { hint: 'Start one: cyberdeck run "GOAL"' });
    if (run === undefined) throw this.#several("name the one that you mean: --run ID");
    throw new Fault("refused", "run.not_open", `the run ${oneLine(run, 100)} is not open in this deck`, {
      hint: `These are: ${this.#list()}.`,
    });
  }

  /**
   * The open run that holds something, such as a construct.
   * @param what in words, for the fault when none of several does; a single one says by itself that it does not
   */
  holding(what: string, isHeld: (run: Run) => boolean): Run {
    const found = this.open.find(isHeld);
    if (found !== undefined) return found;
    if (this.open.length < 2) return this.must(undefined);
    throw new Fault(
      "refused",
      "run.none_holds",
      `none of the ${this.open.length} open runs has ${oneLine(what, 100)}`,
      {
        hint: `It may have ended. These are open: ${this.#list()}.`,
      },
    );
  }

  #several(hint: string): Fault {
    const runs = this.open.map(({ view }) => view.run);
    return new Fault("usage", "run.several", `${runs.length} runs are open: ${this.#list()}`, {
      facts: { runs },
      hint,
    });
  }

  #list(): string {
    return this.open.map(({ view }) => `${view.run} (${oneLine(summaryOf(view).goal.slice(0, 200), 40)})`).join(", ");
  }
}
