import type { DeckEvent, EventBody, EventType } from "../../src/protocol/event.ts";
import { noTokens, type Outcome } from "../../src/protocol/outcome.ts";

/** An event as a reader of the record sees it. */
export const eventOf = <T extends EventType>(seq: number, type: T, body: EventBody<T>): DeckEvent =>
  // The generic ties type to body; the compiler cannot carry that through to the union by itself.
  ({ seq, at: 1000 + seq, run: "run-1", source: "engine", version: 1, type, body }) as DeckEvent;

/** An outcome of a construct that did what it was told. */
export const outcomeOf = (id: string, parts: Partial<Outcome> = {}): Outcome => ({
  id,
  task: "a task",
  origin: "daemon",
  parent: null,
  state: "done",
  cause: "result",
  caliber_asked: { model: "sonnet", effort: "high" },
  model_given: "claude-sonnet",
  exit: "code 0",
  started_at: 1,
  duration_ms: 1,
  turns: 1,
  cost_usd: 0.01,
  tokens: noTokens,
  result: "done",
  result_from: "result",
  files: [],
  files_missing: [],
  denials: [],
  refusal: null,
  session_id: "s",
  transcript: null,
  stderr: "",
  ...parts,
});
