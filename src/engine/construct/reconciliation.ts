import type { AgentEvent } from "../../drivers/agent.ts";
import type { Verdict } from "../../protocol/verdict.ts";

/** Holds what an agent did against what was judged. */
export interface Reconciliation {
  /** This call has a recorded verdict. */
  judged(call: string, decision: Verdict["decision"]): void;
  /** The call that has run without an allow, if this event shows it. */
  see(event: AgentEvent): { call: string; tool: string } | undefined;
}

/**
 * Pure book-keeping for one construct. A call that failed without a verdict did not run: the agent itself refuses some
 * (a write to a file that it has not read) before it asks anybody. One that was denied must come back as failed.
 */
export function reconciliation(): Reconciliation {
  const allowed = new Set<string>();
  const underWay = new Map<string, string>();
  return {
    judged(call, decision) {
      if (decision === "allow") allowed.add(call);
    },
    see(event) {
      if (event.type === "tool.called") underWay.set(event.id, event.tool);
      if (event.type !== "tool.returned") return undefined;
      const tool = underWay.get(event.id) ?? "a tool";
      underWay.delete(event.id);
      const isAllowed = allowed.delete(event.id);
      return isAllowed || event.failed ? undefined : { call: event.id, tool };
    },
  };
}
