import { noTokens, type Outcome } from "../../src/protocol/outcome.ts";

/** An outcome of a construct that did what it was told, but for what is said otherwise. */
export const anOutcome = (parts: Partial<Outcome> = {}): Outcome => ({
  id: "cx-0a1b2c3d",
  task: "Count the files",
  origin: "daemon",
  parent: null,
  state: "done",
  cause: "result",
  caliber_asked: { model: "sonnet", effort: "high" },
  model_given: "claude-sonnet",
  exit: "code 0",
  started_at: 0,
  duration_ms: 1000,
  turns: 1,
  cost_usd: 0.01,
  tokens: noTokens,
  result: "There are 12 files.",
  result_from: "result",
  files: [],
  files_missing: [],
  denials: [],
  refusal: null,
  session_id: null,
  transcript: null,
  stderr: "",
  ...parts,
});
