import { Fault } from "../../base/fault.ts";
import { lostCode, type AgentExit } from "../../drivers/agent.ts";

/** Its agent can answer nothing any more. */
export const agentGone = (why: string): Fault =>
  new Fault("agent", "agent.gone", `The agent ended before it answered: ${why}`, { hint: "Start another one." });

/** Nothing can be had of the place any more in which its agent was. */
export const placeGone = (why: string): Fault =>
  new Fault("agent", "agent.gone", why, { hint: "Look for its node: cyberdeck nodes." });

/** Another node may open one that was lost; one that was refused, or has ended at once, would be so again. */
export const notOpened = (exit: AgentExit): Fault =>
  exit.how === "lost"
    ? new Fault("agent", lostCode, `The agent was lost while it was opened: ${exit.reason}`, { hint: "Try again." })
    : agentGone(exit.how === "broken" ? exit.reason : "the agent has ended");

/** The code of the fault of a session that its node could not open for want of something there; `facts` tell what. */
export const refusedCode = "nodes.refused";

/** A node is not the place for a session. */
export const refusedThere = (node: string, code: string, why: string): Fault =>
  new Fault("refused", refusedCode, `${node} has refused it: ${why}`, {
    facts: { node, code, why },
    hint: "Mend that on this node, or run it on another machine.",
  });
