import { randomBytes } from "node:crypto";
import { Fault, messageOf } from "../../base/fault.ts";
import { showDuration } from "../../base/units.ts";
import type { DismissedNode } from "../../protocol/nodes.ts";
import type { Asking } from "../hub/hub.ts";
import type { Party } from "../hub/subjects.ts";
import { nodeWireVersion } from "../wire/letters.ts";
import { asked, dismissedSchema, farewellSchema } from "../wire/questions.ts";
import type { Lives } from "./lives.ts";

export interface FarewellParts {
  asking: Asking;
  /** This life of the host. */
  host: string;
  /** The lives of nodes that are counted on, and whose they are. */
  counted: () => Iterable<readonly [boot: string, node: Party]>;
  lives: Pick<Lives, "left" | "leftMs">;
  /** What is to be told of those that are not counted on any more. */
  unproven: () => DismissedNode[];
  /** Hears of a node of which nothing was proven. */
  onUnproven: (fault: Fault) => void;
  /** So long may a node take to end what it has, and to answer, milliseconds. */
  boundMs?: number;
}

/** The last words of a host that ends in order. */
export interface Farewell {
  /** No lease is granted any more. */
  readonly isBegun: boolean;
  /**
   * Has all nodes end what they have for this life of the host now, rather than when their leases are over, and gives what has come of it.
   * Bounded in time, never rejects, and said once however often it is called.
   */
  say(): Promise<DismissedNode[]>;
}

const usualBoundMs = 10_000;

export function farewellOf({
  asking,
  host,
  counted,
  lives,
  unproven,
  onUnproven,
  boundMs = usualBoundMs,
}: FarewellParts): Farewell {
  let said: Promise<DismissedNode[]> | undefined;

  const sayTo = async (node: Party, boot: string): Promise<DismissedNode> => {
    const id = randomBytes(6).toString("hex");
    const body = farewellSchema.parse({ wire: nodeWireVersion, host, boot });
    try {
      const question = { what: asked.farewell, id, body, timeoutMs: boundMs };
      const { sessions, proven } = await asking.ask(node, question, dismissedSchema);
      if (proven) lives.left(boot, "dismissed");
      else onUnproven(faultOf(node, `${node} could not prove that nothing is left of what it had`));
      return { node, sessions, proven, problem: null };
    } catch (error) {
      const problem = messageOf(error);
      const left = showDuration(lives.leftMs(boot) ?? 0);
      onUnproven(
        faultOf(node, `${node} has not answered the farewell (${problem}); it ends what it has within ${left}`),
      );
      return { node, sessions: null, proven: false, problem };
    }
  };

  return {
    get isBegun() {
      return said !== undefined;
    },
    say() {
      said ??= Promise.all(Array.from(counted(), ([boot, node]) => sayTo(node, boot))).then((dismissed) => [
        ...dismissed,
        ...unproven(),
      ]);
      return said;
    },
  };
}

const faultOf = (node: Party, message: string): Fault =>
  new Fault("agent", "nodes.unproven", message, { facts: { node }, hint: `See the log of ${node}.` });
