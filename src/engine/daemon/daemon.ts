import type { TurnEnd } from "../../drivers/agent.ts";
import { pause, type Clock } from "../../base/clock.ts";
import { unreachable } from "../../base/fault.ts";
import { headAndTail } from "../../base/text.ts";
import { parseActionBlock, type DaemonStatus, type ParsedBlock } from "../../protocol/action.ts";
import { heading } from "../../protocol/briefing.ts";
import { extractActionBlock, type Extraction } from "../../protocol/extract.ts";
import type { DeckEvent, EventBody } from "../../protocol/event.ts";
import type { Account } from "../account/account.ts";
import type { Note } from "../journal.ts";
import { carryOut, type Hands } from "./carry-out.ts";
import type { Conversation } from "./conversation.ts";
import { decide } from "./decide.ts";
import type { Inbox } from "./inbox.ts";
import { readRecorded, type EarlierLoop, type UnfinishedTurn } from "./unfinished.ts";

export interface DaemonParts {
  id: string;
  conversation: Conversation;
  account: Pick<Account, "pass" | "left">;
  inbox: Inbox;
  hands: Hands;
  note: Note;
  clock: Clock;
  autopilot: boolean;
  /** What an earlier life of this run left: number of the last turn, and what the session has cost by its own count. */
  before: EarlierLoop & { turn: number; sessionCostUsd: number; chat: string };
  compose: (inputs: readonly DeckEvent[]) => string;
  /** What a process that knows nothing of this run must be told first. Empty for a new run. */
  memory: () => string;
  /** An answer in the netrunner's place, on the record as such. */
  answer: (text: string) => void;
}

/** How the daemon's part of a run is over. */
export type DaemonEnd =
  | { status: "done" | "failed"; reason: string }
  | { status: "paused"; rule: string; reason: string };

/** Outcomes that arrive within this time share one message, milliseconds. */
const gatherMs = 500;

/** A daemon that has been given up so often in a row is not helped by one more process. */
const mostWedges = 3;

/** So many times in a row is a reply without a valid action block sent back with what was wrong. */
const mostRepairs = 2;

/**
 * A daemon that so many times in a row only reads, or asks for what cannot be carried out, while nobody tells it anything
 * new, is going in circles.
 */
const mostCircles = 40;

/** So many times in a row does autopilot answer a daemon that starts nothing; then the netrunner is asked. */
const mostNudges = 2;

const nudge = "Autopilot: carry on to the end without asking. If nothing is left to do, finish with status done.";

/** The coordinating loop: as long as something is to be told, tell it and carry out what comes back; else wait. */
export class Daemon {
  readonly #parts: DaemonParts;
  #turn: number;
  #sessionCost: number;
  #wedges = 0;
  #nudges = 0;
  #circles = 0;
  /** Why this daemon cannot go on: the run pauses when what it has started is over. */
  #stuck: { rule: string; reason: string } | undefined;
  #status: DaemonStatus;
  #chat: string;
  #hasAsked = false;
  #wake = Promise.withResolvers<void>();

  constructor(parts: DaemonParts) {
    this.#parts = parts;
    this.#turn = parts.before.turn;
    this.#sessionCost = parts.before.sessionCostUsd;
    this.#chat = parts.before.chat;
    this.#status = parts.before.status;
  }

  /** The number of its last turn; undefined: there was none yet. */
  get turn(): number | undefined {
    return this.#turn === 0 ? undefined : this.#turn;
  }

  /** Something has changed that the loop may have to react to. */
  wake(): void {
    this.#wake.resolve();
  }

  /** Runs until the goal is over or a bound is reached; undefined when the signal ends it. */
  async run(signal: AbortSignal): Promise<DaemonEnd | undefined> {
    signal.addEventListener("abort", () => this.wake(), { once: true });
    this.#finishEarlier();
    while (!signal.aborted) {
      const decision = this.#decide();
      switch (decision.next) {
        case "turn":
          await this.#tellAll(signal);
          break;
        case "ask":
          this.#ask();
          break;
        case "hold":
          this.#parts.hands.askForBudget();
          await this.#nextWake();
          break;
        case "wait":
          await this.#nextWake();
          break;
        case "finish":
          return { status: decision.status, reason: this.#chat };
        case "pause":
          return { status: "paused", rule: decision.rule, reason: decision.reason };
        default:
          unreachable(decision);
      }
    }
    return undefined;
  }

  #nextWake(): Promise<void> {
    this.#wake = Promise.withResolvers();
    return this.#wake.promise;
  }

  #decide(): ReturnType<typeof decide> {
    const { inbox, hands } = this.#parts;
    return decide({
      inputsWait: inbox.waiting.length > 0,
      inFlight: hands.inFlight(),
      status: this.#status,
      hasAsked: this.#hasAsked,
      isOutOfBudget: hands.isOutOfBudget(),
      isCapped: hands.isCapped(),
      bound: this.#stuck === undefined ? hands.bound() : { ...this.#stuck, pending: hands.inFlight() },
    });
  }

  #ask(): void {
    this.#hasAsked = true;
    if (this.#parts.autopilot && this.#nudges < mostNudges) {
      this.#nudges += 1;
      this.#parts.answer(nudge);
      return;
    }
    const question =
      this.#chat === "" ? "The daemon has stopped without a question. What should it do next?" : this.#chat;
    this.#parts.note("run.waiting", { question });
  }

  /** One message with everything untold, and its reply; with repairs, as many model turns as those take. */
  async #tellAll(signal: AbortSignal): Promise<void> {
    const { inbox, note, account, id } = this.#parts;
    await this.#gather(signal);
    if (!(await account.pass(id, signal))) return;
    this.#hasAsked = false;
    const inputs = [...inbox.untold];
    if (inputs.some((event) => event.type === "netrunner.said" && event.source !== "autopilot")) this.#nudges = 0;
    this.#circles = inputs.every(isOwnDoing) ? this.#circles + 1 : 0;
    if (this.#circles > mostCircles) {
      this.#giveUp("daemon.circles", `The daemon has made no progress in ${mostCircles} turns.`);
      return;
    }
    let message = this.#opening(inputs) + this.#parts.compose(inputs);
    for (let repairs = 0; ; repairs += 1) {
      const reply = await this.#turnOf(message, inputs, signal);
      if (reply === "given up" || reply.ok) return;
      if (repairs === mostRepairs) {
        note("daemon.error", { daemon: this.#parts.id, code: "daemon.no_block", message: reply.problem });
        const why = `also after ${mostRepairs} repairs: ${reply.problem}`;
        this.#giveUp("daemon.no_block", `The daemon gave no valid action block, ${why}`);
        return;
      }
      message = `${heading.repair}\n${reply.problem}\nReply again, with exactly one fenced json block as described.`;
    }
  }

  /** Waits until what arrives together is here: not when nothing can follow, nor while a person waits. */
  async #gather(signal: AbortSignal): Promise<void> {
    const { inbox, hands, clock } = this.#parts;
    const enoughAt = clock.monotonic() + gatherMs;
    while (!signal.aborted && inbox.onlyOutcomes && hands.inFlight() > 0) {
      const left = enoughAt - clock.monotonic();
      if (left <= 0) return;
      this.#wake = Promise.withResolvers();
      const woken = new AbortController();
      await Promise.race([this.#wake.promise, pause(left, AbortSignal.any([signal, woken.signal]))]);
      woken.abort();
    }
  }

  #giveUp(rule: string, reason: string): void {
    this.#stuck = { rule, reason };
  }

  async #turnOf(message: string, inputs: DeckEvent[], signal: AbortSignal): Promise<Extraction | "given up"> {
    const { id: daemon, note, conversation, clock, account } = this.#parts;
    this.#turn += 1;
    const began = clock.monotonic();
    note("daemon.turn_started", { daemon, turn: this.#turn, message, inputs: inputs.map((event) => event.seq) });
    const result = await conversation.turn(message);
    if (signal.aborted) return "given up";
    if (!result.ok) {
      note("daemon.error", { daemon, code: `daemon.${result.code}`, message: result.message });
      // Nothing is wrong with the daemon: the same turn is begun again as soon as agents may work.
      if (result.code === "held") return "given up";
      account.left(daemon);
      this.#wedges += 1;
      note("daemon.status", { daemon, status: "respawn" });
      const times = `${mostWedges} times in a row`;
      if (this.#wedges === mostWedges)
        this.#giveUp("daemon.wedged", `The daemon did not answer ${times}; the last time: ${result.message}.`);
      return "given up";
    }
    this.#wedges = 0;
    const reply = readReply(result.turn);
    const end = {
      daemon,
      turn: this.#turn,
      cost_usd: this.#costOf(result.turn),
      tokens_out: result.turn.tokens.output,
      duration_ms: clock.monotonic() - began,
    };
    if (reply.ok) {
      note("daemon.replied", { ...end, ...recordedReply(result.turn) });
      this.#carryOut(reply.value);
    } else note("daemon.raw", { daemon, text: headAndTail(result.turn.text, 8192).text });
    note("daemon.turn_ended", { ...end, valid: reply.ok });
    return reply;
  }

  /** A reply that the deck before was carrying out when it died: what it has done is not done again. */
  #finishEarlier(): void {
    const { unfinished } = this.#parts.before;
    const reply = unfinished === undefined ? undefined : readRecorded(unfinished.reply);
    if (unfinished === undefined || reply?.ok !== true) return;
    const { structured: _structured, text: _text, ...end } = unfinished.reply;
    this.#carryOut(reply.value, unfinished);
    this.#parts.note("daemon.turn_ended", { ...end, valid: true });
  }

  #carryOut(parsed: ParsedBlock, before?: UnfinishedTurn): void {
    const { id: daemon, note, hands } = this.#parts;
    const { thinking, chat, status } = parsed.block;
    const isNew = (what: "thinking" | "chat" | "status"): boolean => before?.said.has(what) !== true;
    if (thinking !== "" && isNew("thinking")) note("daemon.thinking", { daemon, text: thinking });
    this.#chat = chat ?? "";
    if (this.#chat !== "" && isNew("chat")) note("daemon.chat", { daemon, text: this.#chat });
    const { spawned } = carryOut(parsed, { daemon, turn: this.#turn }, hands, note, before);
    if (spawned > 0) this.#nudges = 0;
    this.#status = status;
    if (isNew("status")) note("daemon.status", { daemon, status });
  }

  /** What a process is told before the inputs: its memory where it has none, or that it may have met them before. */
  #opening(inputs: readonly DeckEvent[]): string {
    const { conversation, inbox, memory } = this.#parts;
    if (conversation.isBlank && this.#turn > 0) return `${memory()}\n\n`;
    return inbox.mayKnow(inputs) && !conversation.isBlank ? `${repeated}\n\n` : "";
  }

  /** The agent counts its session's cost from the start; a smaller count means that it began anew. */
  #costOf(turn: TurnEnd): number {
    const before = turn.costUsd >= this.#sessionCost ? this.#sessionCost : 0;
    this.#sessionCost = turn.costUsd;
    return turn.costUsd - before;
  }
}

/** Events that the daemon itself has caused by asking for something, and that need nobody else. */
const isOwnDoing = ({ type }: DeckEvent): boolean =>
  type === "daemon.action_rejected" ||
  type === "bound.reached" ||
  type === "bound.raised" ||
  type === "daemon.read" ||
  type === "spawn.refused";

const repeated = `${heading.fromDeck} You may have been told some of this before, in a turn that was cut off. Nothing that you replied to it was carried out.`;

const recordedReply = ({ structured, text }: TurnEnd): Pick<EventBody<"daemon.replied">, "structured" | "text"> =>
  structured === undefined ? { structured: false, text } : { structured: true, text: JSON.stringify(structured) };

function readReply(turn: TurnEnd): Extraction {
  if (turn.structured !== undefined) return parseActionBlock(turn.structured);
  if (turn.refused) return { ok: false, problem: "the model declined to answer" };
  return extractActionBlock(turn.text);
}
