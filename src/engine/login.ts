import type { AgentEvent } from "../drivers/agent.ts";

/** So many attempts with a login that is not accepted are enough: what could be a token that is being renewed is over then. */
const mostAttempts = 3;

/**
 * Why it is no use to wait for the provider any longer: it does not accept the login. An agent goes on trying for minutes,
 * although nothing but the netrunner can help. Undefined for every other event.
 */
export function loginProblem(event: AgentEvent): string | undefined {
  if (event.type === "rejected") return `${event.text || "the account is not accepted"} (${event.reason}); ${remedy}`;
  if (event.type !== "retrying" || event.attempt < mostAttempts) return undefined;
  if (event.status !== 401 && event.status !== 403) return undefined;
  return `the provider does not accept the login (${event.reason}, ${event.status}); ${remedy}`;
}

const remedy = "log in with the agent itself (run claude), or set its key";
