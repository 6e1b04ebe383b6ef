import { z } from "zod";
import type { Caliber } from "./caliber.ts";
import type { Spent } from "./spent.ts";

/**
 * What became of a citation. `given`: it stands in what the watchdog was shown; `not_given`: it is an event of the run that
 * it was not shown, so it cannot know; `other_run`; `unknown`: there is no such event.
 */
export const citationStates = ["given", "not_given", "other_run", "unknown"] as const;
export type CitationState = (typeof citationStates)[number];

/** A sequence number that an answer cites. */
export const citationSchema = z.object({ seq: z.int(), state: z.enum(citationStates) });
export type Citation = z.infer<typeof citationSchema>;

/** What part of a run's log the watchdog was shown. */
export const givenSchema = z.object({
  /** The sequence numbers, as ranges: first and last of each. */
  seqs: z.array(z.tuple([z.int(), z.int()])),
  bytes: z.int(),
  /** How many events the run had, and the last of them. */
  events: z.int(),
  up_to: z.int(),
  /** How the question's words were looked for. */
  search: z.enum(["fts5", "scan"]),
});
export type Given = z.infer<typeof givenSchema>;

/** The process that is to answer a question: its number, and when it started, in units of the process table. */
export const answererSchema = z.object({ pid: z.int().positive(), started: z.number().nullable() });
export type Answerer = z.infer<typeof answererSchema>;

/** What a question needs to be waiting in line. */
export const askLineSchema = z.object({
  ask: z.string(),
  run: z.string(),
  question: z.string(),
  about: z.string().nullable(),
  state: z.enum(["waiting", "answering"]),
});
export type AskLine = z.infer<typeof askLineSchema>;

/**
 * A question and what came of it. `open`: it waits or is being answered; or its deck has died over it, and nobody who may write has
 * been there since.
 */
export interface AskView {
  ask: string;
  run: string;
  question: string;
  about: string | null;
  caliber: Caliber;
  askedAt: number;
  /** Who is to answer it; null in a record of before. */
  by: Answerer | null;
  state: "open" | "answered" | "failed" | "cancelled";
  given: Given | null;
  answer: string;
  citations: Citation[];
  /** Why there is no answer. */
  reason: string;
  costUsd: number;
  durationMs: number;
}

/** The watchdog in the view of a run: what it has used, and the latest questions. */
export interface WatchdogView extends Spent {
  asks: AskView[];
}

/** A citation in an answer: `[12]`, `[12, 15]`, `[seq 12]`, `[12-15]`. */
const cited = /\[(?:seq\.?\s*)?\d{1,15}(?:\s*[-–,;]\s*(?:seq\.?\s*)?\d{1,15})*\]/gi;

/** The most numbers of one answer that are looked at. */
const mostCited = 200;

/** The sequence numbers that an answer cites, each once, in order. Of a range, its two ends. */
export function citedIn(answer: string): number[] {
  const numbers = [...answer.matchAll(cited)].flatMap(([text]) => (text.match(/\d+/g) ?? []).map(Number));
  return [...new Set(numbers)].slice(0, mostCited);
}

const marks: Record<Exclude<CitationState, "given">, string> = {
  not_given: "not shown to it",
  other_run: "another run's",
  unknown: "no such event",
};

/** The answer with a mark behind each citation that does not hold. */
export function markCitations(answer: string, citations: readonly Citation[]): string {
  const states = new Map(citations.map(({ seq, state }) => [seq, state]));
  return answer.replace(cited, (text) =>
    text.replace(/\d+/g, (digits) => {
      const state = states.get(Number(digits)) ?? "unknown";
      return state === "given" ? digits : `${digits} ✗ ${marks[state]}`;
    }),
  );
}

/** Rising numbers as ranges: first and last of each. */
export function rangesOf(numbers: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const n of numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && n <= last[1] + 1) last[1] = n;
    else ranges.push([n, n]);
  }
  return ranges;
}
