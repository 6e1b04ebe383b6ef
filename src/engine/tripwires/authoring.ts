import type { AgentDriver } from "../../drivers/agent.ts";
import type { Clock } from "../../base/clock.ts";
import { newAuthorId } from "../../base/ids.ts";
import type { Caliber } from "../../protocol/caliber.ts";
import type { RunView } from "../../protocol/view.ts";
import type { TranscriptSink } from "../construct/parts.ts";
import type { Account } from "../account/account.ts";
import type { Note } from "../journal.ts";
import { Meter, type Metering } from "../meter.ts";
import { authorMessage, authorPrompt, proposalJsonSchema } from "./author-prompt.ts";
import { askOnce, type Reply } from "../ask-once.ts";
import type { RunTripwires } from "./rules.ts";

export interface AuthoringParts {
  driver: AgentDriver;
  account: Account;
  clock: Clock;
  note: (source: string) => Note;
  transcript: (id: string) => TranscriptSink;
  view: RunView;
  metering: Metering;
  tripwires: RunTripwires;
  /** The longest that anything waits for the author, milliseconds. */
  patienceMs: number;
  /** Nobody has to wait any more. */
  onSettled: () => void;
}

/** The first spawn of a goal waits no longer than this for the author, milliseconds. */
export const usualAuthorMs = 20_000;

/** Has rules written for a run's goal, beside the daemon's first turn. Whatever goes wrong, the run goes on without them. */
export class Authoring {
  readonly #parts: AuthoringParts;
  #work: Promise<void> = Promise.resolve();
  #stop = new AbortController();
  #isPending = false;
  #isClosed = false;

  constructor(parts: AuthoringParts) {
    this.#parts = parts;
  }

  /** Rules for the goal are being written, and what is about to start should be under them. */
  get isPending(): boolean {
    return this.#isPending;
  }

  /** The goal is set, or was changed: earlier rules of a goal are void. */
  begin(): void {
    const { tripwire_author: caliber } = this.#parts.view.settings;
    this.#stop.abort();
    this.#parts.tripwires.adopt({ rules: [] });
    if (caliber === "off" || this.#isClosed) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#isPending = true;
    const earlier = this.#work;
    this.#work = (async () => {
      await earlier;
      await this.#write(caliber, stop);
    })();
  }

  /** Ends the session. Resolves when its process is gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stop.abort();
    await this.#work;
  }

  async #write(caliber: Caliber, stop: AbortController): Promise<void> {
    const { driver, clock, account, view, patienceMs, metering } = this.#parts;
    const author = newAuthorId();
    // While no agent may work, no construct waits for these rules either.
    if (!(await account.pass(author, stop.signal)) && stop.signal.aborted) return;
    const meter = new Meter({ agent: author, role: "author", note: this.#parts.note(author), metering });
    const transcript = this.#parts.transcript(author);
    const late = new AbortController();
    using _timer = clock.after(patienceMs, () => late.abort());
    const { reply, gone } = askOnce(
      driver,
      {
        id: author,
        cwd: view.workspace,
        caliber,
        systemPrompt: authorPrompt(),
        replySchema: proposalJsonSchema(),
        message: authorMessage(view.goal, view.workspace),
        account,
        transcript: transcript.line,
        meter,
        onStarted: (pid) => this.#parts.note(author)("author.started", { author, pid, caliber }),
      },
      AbortSignal.any([stop.signal, late.signal]),
    );
    const given = await reply;
    account.left(author);
    // Otherwise the goal is another one by now, or the run is over: nobody asks for these rules any more.
    if (!stop.signal.aborted) {
      this.#take(author, late.signal.aborted ? tooLate(patienceMs) : given);
      this.#isPending = false;
      this.#parts.onSettled();
    }
    await gone;
    await transcript.close();
  }

  #take(author: string, reply: Reply): void {
    const note = this.#parts.note(author);
    const cost_usd = reply.costUsd;
    if (!reply.ok) {
      note("author.failed", { author, reason: reply.reason, cost_usd });
      return;
    }
    const { proposed, refused } = this.#parts.tripwires.adopt(reply.reply);
    note("tripwires.authored", { author, rules: proposed, refused, cost_usd });
  }
}

const tooLate = (ms: number): Reply => ({ ok: false, reason: `no answer within ${ms / 1000} s`, costUsd: 0 });
