import { noTokens, type Tokens } from "./outcome.ts";

/** For what an agent is paid. */
export const roles = ["construct", "daemon", "author", "watchdog"] as const;
export type Role = (typeof roles)[number];

/** What an agent, or several, has used so far. */
export interface Spent {
  /** Model requests. */
  requests: number;
  costUsd: number;
  tokens: Tokens;
}

export const nothingSpent: Spent = { requests: 0, costUsd: 0, tokens: noTokens };

/** Both together. */
export const addSpent = (one: Spent, other: Spent): Spent => ({
  requests: one.requests + other.requests,
  costUsd: one.costUsd + other.costUsd,
  tokens: mapTokens(one.tokens, (n, kind) => n + other.tokens[kind]),
});

/** Tokens of all kinds together. */
export const tokenSum = ({ input, output, cache_read, cache_written }: Tokens): number =>
  input + output + cache_read + cache_written;

export const mapTokens = (tokens: Tokens, change: (n: number, kind: keyof Tokens) => number): Tokens => ({
  input: change(tokens.input, "input"),
  output: change(tokens.output, "output"),
  cache_read: change(tokens.cache_read, "cache_read"),
  cache_written: change(tokens.cache_written, "cache_written"),
});
