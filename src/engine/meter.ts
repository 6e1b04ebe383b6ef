import type { AgentEvent, TurnEnd } from "../drivers/agent.ts";
import { noTokens, type Tokens } from "../protocol/outcome.ts";
import { addSpent, mapTokens, nothingSpent, type Role, type Spent } from "../protocol/spent.ts";
import type { Note } from "./journal.ts";

/** By what all agents of a run are metered. */
export interface Metering {
  /** What a model request costs, US dollars, in fast mode or not; null where the price is not known. */
  priceOf: (model: string, tokens: Tokens, isFast: boolean) => number | null;
  /** A request was made to a model without a known price. */
  onUnpriced: (model: string) => void;
}

/** The agent's own count of its session, at the end of a turn. */
export type Counted = Pick<TurnEnd, "costUsd" | "tokens">;

export const nothingCounted: Counted = { costUsd: 0, tokens: noTokens };

export interface MeterParts {
  /** Id of the agent, for the record. */
  agent: string;
  role: Role;
  note: Note;
  metering: Metering;
  /** What the agent's session had counted before it came to this work. */
  before?: Counted;
  /** What this work has used in an earlier process. */
  earlier?: Spent;
}

/**
 * Counts what an agent uses, each model request once and on the record when it is over. Dollars are an estimate until the
 * turn ends; then the agent's own total takes its place. Where the price is not known, only that total counts.
 */
export class Meter {
  readonly #parts: MeterParts;
  /** Requests under way, by id. */
  readonly #open = new Map<string, Request>();
  /** Ids of those that are over, in this turn. */
  #over = new Set<string>();
  /** What was counted in this turn. */
  #turn: Spent = nothingSpent;
  #total: Spent;
  /** The agent's own count at the end of the last turn. */
  #counted: Counted;
  #model = "";
  #settled = Promise.withResolvers<void>();

  constructor(parts: MeterParts) {
    this.#parts = parts;
    const { costUsd, tokens } = parts.before ?? nothingCounted;
    // A copy: it may be a view, which goes on.
    this.#counted = { costUsd, tokens };
    this.#total = parts.earlier ?? nothingSpent;
  }

  /** All that was used so far, also by the requests under way. */
  get total(): Spent {
    return [...this.#open.values()].reduce((sum, request) => addSpent(sum, this.#spent(request)), this.#total);
  }

  get counted(): Counted {
    return this.#counted;
  }

  /** The session comes from other work, and had counted so much there. */
  goOnFrom(counted: Counted): void {
    this.#counted = counted;
  }

  /** Resolves when no request of the agent itself is under way. */
  async settled(): Promise<void> {
    while (this.#isBusy) await this.#settled.promise;
  }

  /** Looks at what the agent did. */
  see(event: AgentEvent): void {
    if (event.type === "used") this.#take(event);
    else if (event.type === "turn.ended") this.#endTurn(event.turn);
  }

  /** No more events come: what was under way has been used as well. */
  close(): void {
    for (const [id, request] of this.#open) this.#count(id, request);
  }

  get #isBusy(): boolean {
    return [...this.#open.values()].some(({ isSubagents }) => !isSubagents);
  }

  #take(event: AgentEvent & { type: "used" }): void {
    const { request: id, isFinal, subagent } = event;
    if (this.#over.has(id)) return;
    const before = this.#open.get(id);
    const model = event.model ?? before?.model ?? this.#model;
    this.#model = model;
    // Cumulative, and told by several messages: the most that was told counts.
    const known = before?.tokens ?? noTokens;
    const tokens = mapTokens(known, (n, kind) => Math.max(n, event.tokens[kind] ?? 0));
    const isFast = event.isFast ?? before?.isFast ?? false;
    const request = { model, isFast, tokens, isSubagents: subagent !== undefined };
    if (isFinal) this.#count(id, request);
    else this.#open.set(id, request);
  }

  #count(id: string, request: Request): void {
    this.#open.delete(id);
    this.#over.add(id);
    const spent = this.#spent(request);
    this.#add(request.model, spent);
    const { priceOf, onUnpriced } = this.#parts.metering;
    if (priceOf(request.model, request.tokens, request.isFast) === null) onUnpriced(request.model);
    this.#release();
  }

  #spent({ model, isFast, tokens }: Request): Spent {
    return { requests: 1, costUsd: this.#parts.metering.priceOf(model, tokens, isFast) ?? 0, tokens };
  }

  #add(model: string, spent: Spent): void {
    this.#turn = addSpent(this.#turn, spent);
    this.#total = addSpent(this.#total, spent);
    const { agent, role, note } = this.#parts;
    note("agent.used", {
      agent,
      role,
      model,
      requests: spent.requests,
      cost_usd: spent.costUsd,
      tokens: spent.tokens,
    });
  }

  #endTurn(turn: TurnEnd): void {
    const { costUsd, tokens } = turn;
    const reported = since(this.#counted, { costUsd, tokens });
    const estimated = this.#turn;
    // An agent that was broken off may not have counted: then the estimate is the better figure.
    if (reported.costUsd > 0 || estimated.costUsd === 0) {
      this.#counted = { costUsd, tokens };
      this.#open.clear();
      const off = reported.costUsd - estimated.costUsd;
      const tokensOff = mapTokens(reported.tokens, (n, kind) => n - estimated.tokens[kind]);
      const isOff = Math.abs(off) > 1e-9 || Object.values(tokensOff).some((n) => n !== 0);
      if (isOff) this.#add(this.#model, { requests: 0, costUsd: off, tokens: tokensOff });
    }
    this.close();
    this.#turn = nothingSpent;
    this.#over = new Set();
    this.#release();
  }

  #release(): void {
    if (this.#isBusy) return;
    this.#settled.resolve();
    this.#settled = Promise.withResolvers();
  }
}

/**
 * Metering at these prices. That one is not known is told once for each model.
 * @param isWanted whether anything goes by prices at all
 */
export function meteringOf(priceOf: Metering["priceOf"], note: Note, isWanted = (): boolean => true): Metering {
  const told = new Set<string>();
  return {
    priceOf,
    onUnpriced(model) {
      if (told.has(model) || !isWanted()) return;
      told.add(model);
      const message = `The price of ${model} is not known: what it costs is only known at the end of each turn, as the agent counts it.`;
      note("deck.warned", { code: "price.unknown", message });
    },
  };
}

interface Request {
  model: string;
  isFast: boolean;
  tokens: Tokens;
  isSubagents: boolean;
}

/** The agent counts from the start of its session; a smaller count means that it began anew. */
function since(before: Counted, now: Counted): Pick<Spent, "costUsd" | "tokens"> {
  if (now.costUsd < before.costUsd) return now;
  return { costUsd: now.costUsd - before.costUsd, tokens: mapTokens(now.tokens, (n, k) => n - before.tokens[k]) };
}
