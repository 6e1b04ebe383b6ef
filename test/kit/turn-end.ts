import type { TurnEnd } from "../../src/drivers/agent.ts";
import { noTokens } from "../../src/protocol/outcome.ts";

/** A turn that has ended well, but for what is said. */
export const aTurnEnd = (parts: Partial<TurnEnd> = {}): TurnEnd => ({
  status: "ok",
  ok: true,
  text: "",
  errors: [],
  refused: false,
  sessionId: "s",
  turns: 1,
  queued: 0,
  costUsd: 0,
  tokens: noTokens,
  ...parts,
});
