import type { AgentDriver } from "../../../src/drivers/agent.ts";
import type { NodesDesk } from "../../../src/nodes/host/desk-parts.ts";

/** Lets a test have the real driver before its deck is open. */
export function later() {
  const usual = Promise.withResolvers<AgentDriver>();
  const driver: AgentDriver = {
    name: "claude",
    can: { interrupt: true, resume: true, structuredOutput: true },
    open: async (spec) => (await usual.promise).open(spec),
    models: async (asked) => (await usual.promise).models(asked),
  };
  /** For a deck whose sessions go through this desk: what it gives is the real driver from then on. */
  const through =
    (desk: Pick<NodesDesk, "driver">) =>
    (given: AgentDriver): AgentDriver => {
      usual.resolve(given);
      return desk.driver(given);
    };
  return { driver, through };
}
