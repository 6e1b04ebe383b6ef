import type { AgentEvent } from "../../drivers/agent.ts";
import { oneLine } from "../../base/text.ts";
import type { AccountTrouble } from "../../protocol/account.ts";

/** What an agent's event says about the account. */
export type Sign =
  | { type: "works" }
  /** What it says from now on is the answer to a new request. */
  | { type: "asks" }
  /** The provider says until when the limit holds, milliseconds since the epoch. */
  | { type: "resets"; at: number }
  | { type: "trouble"; kind: AccountTrouble; words: string }
  /** The agent tries again by itself. */
  | { type: "retries"; attempt: number; words: string };

/** So many attempts with a login that is not accepted are enough: what could be a token that is being renewed is over then. */
const mostLoginAttempts = 3;

/** Undefined for an event that says nothing about the account. */
export function signOf(event: AgentEvent): Sign | undefined {
  switch (event.type) {
    case "tool.called":
      return { type: "works" };
    case "tool.returned":
      return { type: "asks" };
    case "limited":
      return event.status === "rejected" && event.resetsAt !== null
        ? { type: "resets", at: event.resetsAt }
        : undefined;
    case "rejected":
      return trouble("credential", `${event.text || "the account is not accepted"} (${event.reason})`);
    case "retrying": {
      const words = event.status === null ? event.reason : `${event.reason}, ${event.status}`;
      if (event.status !== 401 && event.status !== 403) return { type: "retries", attempt: event.attempt, words };
      return event.attempt < mostLoginAttempts
        ? undefined
        : trouble("credential", `the provider does not accept the login (${words})`);
    }
    case "turn.ended": {
      const { ok, apiStatus, text, errors } = event.turn;
      if (ok) return { type: "works" };
      const kind = apiStatus === undefined ? undefined : kindOf(apiStatus);
      return kind && trouble(kind, text || errors.join("; ") || `the provider answered ${apiStatus}`);
    }
    default:
      return undefined;
  }
}

/** An agent has tried a server's error again by itself before it gives a turn up with it. */
function kindOf(status: number): AccountTrouble | undefined {
  if (status === 401 || status === 403) return "credential";
  if (status === 429) return "usage_limit";
  return status >= 500 ? "overload" : undefined;
}

const trouble = (kind: AccountTrouble, words: string): Sign => ({ type: "trouble", kind, words: oneLine(words, 200) });
