import { messageOf } from "../../base/fault.ts";
import type { AgentExit } from "../../drivers/agent.ts";
import type { NodeEvent } from "../../protocol/node.ts";
import type { Conversations } from "./conversations.ts";

/** The same conversations, with a word for the node's log when an agent is up, or could not be, and when it is gone. */
export function toldTalks(talks: Conversations, tell: (event: NodeEvent) => void): Conversations {
  return {
    ...talks,
    open: (to, parts) =>
      talks.open(to, {
        ...parts,
        async open(owner) {
          const { session } = to;
          try {
            const agent = await parts.open(owner);
            tell({ type: "session.opened", session, pid: agent.pid });
            void agent.closed.then((exit) => tell({ type: "session.ended", session, how: howOf(exit) }));
            return agent;
          } catch (error) {
            tell({ type: "session.ended", session, how: `it could not be opened: ${messageOf(error)}` });
            throw error;
          }
        },
      }),
  };
}

function howOf(exit: AgentExit): string {
  if (exit.how === "code") return exit.code === 0 ? "it has ended" : `it has ended with exit code ${exit.code}`;
  return exit.how === "signal" ? `it was ended by ${exit.signal}` : exit.reason;
}
