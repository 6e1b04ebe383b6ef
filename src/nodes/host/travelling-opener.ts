import { Fault, messageOf } from "../../base/fault.ts";
import { sessionGoneCode, type AgentSession, type SessionSpec } from "../../drivers/agent.ts";
import type { Party } from "../hub/subjects.ts";
import { refusedThere } from "./session-faults.ts";
import type { GivenSpace, Travel } from "./travel.ts";

export interface TravellingParts {
  travel: Travel;
  takesCopies: (node: Party) => boolean;
}

/** Has the workspace on its way before a session is opened on a node that takes copies. */
export interface TravellingOpener {
  open(node: Party, spec: SessionSpec, open: (spec: SessionSpec) => Promise<AgentSession>): Promise<AgentSession>;
  /** The copy for a session that is being opened. */
  spaceOf(session: string): GivenSpace | undefined;
}

export function travellingOpener({ travel, takesCopies }: TravellingParts): TravellingOpener {
  const given = new Map<string, GivenSpace>();
  return {
    async open(node, spec, open) {
      if (!takesCopies(node)) return open(spec);
      const own = await travel.give(spec).catch((error: unknown) => {
        throw asRefusal(node, error);
      });
      given.set(spec.id, own);
      let isGood = false;
      try {
        const session = await open(spec);
        isGood = true;
        return session;
      } finally {
        given.delete(spec.id);
        own.opened(isGood);
      }
    },
    spaceOf: (session) => given.get(session),
  };
}

/** What keeps a workspace from travelling keeps a session from this node alone; one whose copy is lost begins anew. */
function asRefusal(node: Party, error: unknown): unknown {
  if (error instanceof Fault && error.code === sessionGoneCode) return error;
  const code = error instanceof Fault ? error.code : "travel.failed";
  const hint = error instanceof Fault && error.hint !== undefined ? ` ${error.hint}` : "";
  return refusedThere(node, code, `${messageOf(error)}.${hint}`);
}
