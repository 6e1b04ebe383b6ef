import type { NodeEvent } from "../../protocol/node.ts";
import { triedAgent, unfitHint, type TriedAgent, type TriedAgentParts } from "./tried-agent.ts";

export interface OwnAgentParts extends Omit<TriedAgentParts, "trial" | "onChange"> {
  /** Left out: nothing is tried, and it is always fit. */
  trial: TriedAgentParts["trial"] | undefined;
  tell: (event: NodeEvent) => void;
  /** What this node says of itself has changed. */
  settle: () => void;
}

/** The agent of a node, in whose log it is told when that becomes unfit, and when it is fit again. */
export function ownAgent({ trial, tell, settle, ...parts }: OwnAgentParts): TriedAgent {
  const { driver } = parts;
  if (trial === undefined) return { unfit: null, settled: () => Promise.resolve(), open: (spec) => driver.open(spec) };
  return triedAgent({
    ...parts,
    trial,
    onChange(unfit) {
      if (unfit !== null) tell({ type: "trouble", code: "agent.canary", message: unfit, hint: unfitHint });
      else tell({ type: "tried", what: "gate", text: "the agent keeps to it again, so this node takes work again" });
      settle();
    },
  });
}
