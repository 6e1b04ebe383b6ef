import { Fault, messageOf } from "../../base/fault.ts";
import type { Hub } from "../hub/hub.ts";
import type { Party } from "../hub/subjects.ts";
import type { Opening } from "../wire/opening.ts";
import type { OpeningLink } from "./remote-driver.ts";
import { queueOf } from "./roster.ts";

/** Puts openings into the queue of the node that was chosen for each. */
export interface QueueLink extends OpeningLink {
  /** This session is to be opened on this node, until the result is disposed. */
  aim(session: string, node: Party): Disposable;
  /** The node on which it is to be opened. */
  nodeOf(session: string): Party | undefined;
}

export function queueLink({ jobs }: Pick<Hub, "jobs">, onTrouble: (fault: Fault) => void): QueueLink {
  const aimed = new Map<string, Party>();
  const offered = new Map<string, string>();
  return {
    aim(session, node) {
      aimed.set(session, node);
      return { [Symbol.dispose]: () => void aimed.delete(session) };
    },
    nodeOf: (session) => aimed.get(session),
    async offer(opening) {
      const node = aimed.get(opening.session);
      if (node === undefined)
        throw new Fault("internal", "nodes.no_aim", `no node was chosen for ${opening.session}`, {
          hint: "This is a defect of Cyberdeck: please report it.",
        });
      const id = idOf(opening);
      offered.set(id, queueOf(node));
      await jobs.offer(queueOf(node), { id, body: opening });
    },
    async withdraw(opening) {
      const id = idOf(opening);
      const queue = offered.get(id);
      offered.delete(id);
      if (queue === undefined) return;
      try {
        await jobs.withdraw(queue, id);
      } catch (error) {
        // It may still be given out: then its claim is refused.
        onTrouble(error instanceof Fault ? error : new Fault("setup", "hub.withdraw", messageOf(error)));
      }
    },
  };
}

/** An id in the queue, of which a part may be as long as its bound. */
const idOf = ({ session, epoch }: Opening): string => `${session.slice(-mostOfSession)}-${epoch}`;
const mostOfSession = 40;
