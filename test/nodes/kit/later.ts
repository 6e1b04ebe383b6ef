import type { AgentDriver } from "../../../src/drivers/agent.ts";

/** Lets a test have the real driver before its deck is open. */
export function later() {
  const usual = Promise.withResolvers<AgentDriver>();
  const driver: AgentDriver = {
    name: "claude",
    can: { interrupt: true, resume: true, structuredOutput: true },
    open: async (spec) => (await usual.promise).open(spec),
    models: async (asked) => (await usual.promise).models(asked),
  };
  return { driver, is: (given: AgentDriver) => usual.resolve(given) };
}
