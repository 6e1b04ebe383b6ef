import type { AgentDriver, AgentEvent, AgentSession, TurnEnd } from "../../drivers/agent.ts";
import type { Clock } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import type { Account } from "../account/account.ts";
import type { Meter } from "../meter.ts";
import { mutex } from "../../base/mutex.ts";
import type { Caliber } from "../../protocol/caliber.ts";
import { troubleWords } from "../../protocol/account.ts";
import { showExit } from "../construct/tally.ts";

/** How long the daemon may be silent, milliseconds. Partial messages and keep-alives count as signs of life. */
export interface Patience {
  /** Until the first event of the first turn. */
  firstTurnMs: number;
  /** Until the first event of a later turn. */
  laterTurnMs: number;
  /** Between two events. */
  betweenMs: number;
}

export const usualPatience: Patience = { firstTurnMs: 120_000, laterTurnMs: 60_000, betweenMs: 30_000 };

/** The longest wait for the provider that an agent may announce, milliseconds. */
const mostAnnouncedMs = 10 * 60_000;

export interface ConversationParts {
  driver: AgentDriver;
  clock: Clock;
  account: Pick<Account, "see">;
  patience: Patience;
  cwd: string;
  caliber: Caliber;
  systemPrompt: string;
  replySchema: Record<string, unknown> | undefined;
  /** `streaming`: one process for all turns. `one-shot`: a process a turn, its session resumed by the next. */
  backend: "streaming" | "one-shot";
  /** The daemon's id, the marker of its processes. */
  id: string;
  transcript: (line: string) => void;
  meter: Meter;
  onStarted: (started: { pid: number; resumed: string | null }) => void;
  onReady: (ready: { sessionId: string; model: string }) => void;
  /** Something worth a line in the record that is not part of the reply: a wait for the provider, an unknown message. */
  onNote: (code: string, message: string) => void;
  onEnded: (ended: { exit: string; proven: boolean }) => void;
}

export type TurnResult =
  | { ok: true; turn: TurnEnd }
  /** `resumeFailed`: the earlier session could not be taken up, so the next turn must bring its memory in the message. */
  | {
      ok: false;
      code: "silent" | "exited" | "error" | "held" | "not_started";
      message: string;
      resumeFailed: boolean;
    };

/** A dialogue with the daemon's agent: one message, one reply, over processes that come and go. */
export class Conversation {
  readonly #parts: ConversationParts;
  #sessionId: string | null;
  #live: Live | undefined;
  #opening: Promise<unknown> = Promise.resolve();
  /** The process that is being ended. */
  #ending: Live | undefined;
  #dropping: Promise<void> = Promise.resolve();
  /** The turn lock: a second message waits for the end of the first one's turn. */
  readonly #inTurn = mutex();
  #turns = 0;
  #stopped = false;
  #toldSession = "";

  /** @param sessionId of an earlier life of this run, to be resumed */
  constructor(parts: ConversationParts, sessionId: string | null) {
    this.#parts = parts;
    this.#sessionId = sessionId;
  }

  /** True when the next turn's process knows nothing of the run, neither by itself nor by resuming. */
  get isBlank(): boolean {
    return this.#live === undefined && this.#sessionId === null;
  }

  /** Sends a message and waits for the end of the turn, or gives the process up. Never rejects. */
  turn(message: string): Promise<TurnResult> {
    return this.#inTurn(() => this.#oneTurn(message));
  }

  async #oneTurn(message: string): Promise<TurnResult> {
    let live: Live;
    try {
      live = this.#live ?? (await this.#opened());
    } catch (error) {
      return { ok: false, code: "not_started", message: messageOf(error), resumeFailed: false };
    }
    if (this.#stopped) return { ok: false, code: "exited", message: "the run is being closed", resumeFailed: false };
    live.session.send(message);
    if (this.#parts.backend === "one-shot") live.session.end();
    const result = await this.#await(live);
    this.#turns += 1;
    if (result.ok) this.#sessionId = result.turn.sessionId;
    else if (result.resumeFailed) this.#sessionId = null;
    // Of what was under way when it was given up, nothing more is heard.
    if (!result.ok) this.#parts.meter.close();
    if (!result.ok || this.#parts.backend === "one-shot") await this.#drop(result.ok ? "polite" : "hard");
    return result;
  }

  /** Ends the process, also one that is being opened. A turn under way ends with it. A later hard close hurries a polite one. */
  async close(how: "polite" | "hard"): Promise<void> {
    this.#stopped = true;
    await this.#opening;
    await this.#drop(how);
  }

  #opened(): Promise<Live> {
    const opening = this.#open();
    this.#opening = opening.catch(() => "told to the turn that asked for it");
    return opening;
  }

  async #open(): Promise<Live> {
    const { driver, cwd, caliber, systemPrompt, replySchema, transcript, id, onStarted } = this.#parts;
    if (this.#stopped) throw new Fault("refused", "run.closing", "the run is being closed");
    const resumed = this.#sessionId;
    const session = await driver.open({
      id,
      cwd,
      caliber,
      role: { kind: "coordinator", systemPrompt, ...(replySchema === undefined ? {} : { replySchema }) },
      ...(resumed === null ? {} : { resume: resumed }),
      gate: async () => ({ decision: "deny", rule: "daemon.no_tools", reason: "The daemon has no tools." }),
      transcript,
    });
    const live = { session, events: session.events[Symbol.asyncIterator](), resumed, isReady: false };
    this.#live = live;
    onStarted({ pid: session.pid, resumed });
    return live;
  }

  async #await(live: Live): Promise<TurnResult> {
    const { firstTurnMs, laterTurnMs, betweenMs } = this.#parts.patience;
    let patience = this.#turns === 0 ? firstTurnMs : laterTurnMs;
    for (;;) {
      const next = await this.#next(live, patience);
      if (next === "silent") {
        const message = `no sign of life for ${patience / 1000} s`;
        return { ok: false, code: "silent", message, resumeFailed: false };
      }
      if (next === undefined) {
        this.#parts.meter.close();
        const exit = await live.session.closed;
        const words = exit.stderr.trim().split("\n").at(-1) ?? "";
        return this.#failed(live, "exited", `the agent process ended (${showExit(exit)}) ${words}`.trim());
      }
      // A wait that the agent has announced is no silence.
      this.#parts.meter.see(next);
      patience = betweenMs + (next.type === "retrying" ? Math.min(next.inMs, mostAnnouncedMs) : 0);
      this.#tell(next);
      const trouble = this.#parts.account.see(this.#parts.id, next);
      if (trouble !== undefined) {
        const message = `the turn waits: ${troubleWords[trouble]}`;
        return { ok: false, code: "held", message, resumeFailed: false };
      }
      if (next.type === "ready") live.isReady = true;
      if (next.type !== "turn.ended") continue;
      if (next.turn.ok || next.turn.refused) return { ok: true, turn: next.turn };
      return this.#failed(live, "error", [next.turn.status, ...next.turn.errors, next.turn.text].join(": "));
    }
  }

  #tell(event: AgentEvent): void {
    const { onReady, onNote } = this.#parts;
    if (event.type === "ready") {
      // The agent tells it anew at each turn.
      if (event.sessionId !== this.#toldSession) onReady(event);
      this.#toldSession = event.sessionId;
    } else if (event.type === "retrying") onNote("daemon.retrying", `waiting for the provider: ${event.reason}`);
    else if (event.type === "limited") onNote("account.limited", `the account is at its limit: ${event.status}`);
    else if (event.type === "unknown") onNote("agent.unknown", `${event.kind}: ${event.raw.slice(0, 2000)}`);
  }

  #failed(live: Live, code: "exited" | "error", message: string): TurnResult {
    return { ok: false, code, message, resumeFailed: live.resumed !== null && !live.isReady };
  }

  async #next(live: Live, patienceMs: number): Promise<AgentEvent | undefined | "silent"> {
    const waiting = new AbortController();
    const silence = Promise.withResolvers<"silent">();
    this.#parts.clock.after(patienceMs, () => silence.resolve("silent"), waiting.signal);
    try {
      const next = await Promise.race([live.events.next(), silence.promise]);
      if (next === "silent") return next;
      return next.done === true ? undefined : next.value;
    } finally {
      waiting.abort();
    }
  }

  /** Ends the process, if there is one. While that is under way, a hard drop hurries it, and every drop waits for it. */
  #drop(how: "polite" | "hard"): Promise<void> {
    const live = this.#live;
    if (live === undefined) return this.#dropping;
    if (this.#ending === live) {
      if (how === "hard") void live.session.stop("hard");
      return this.#dropping;
    }
    this.#ending = live;
    this.#dropping = this.#end(live, how);
    return this.#dropping;
  }

  async #end(live: Live, how: "polite" | "hard"): Promise<void> {
    const report = await live.session.stop(how);
    const exit = report.proven ? showExit(await live.session.closed) : "unknown";
    this.#live = undefined;
    this.#parts.onEnded({ exit, proven: report.proven });
  }
}

interface Live {
  session: AgentSession;
  events: AsyncIterator<AgentEvent>;
  resumed: string | null;
  /** It has told its session, so that what goes wrong from here on is no fault of the resuming. */
  isReady: boolean;
}
