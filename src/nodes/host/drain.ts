import { randomBytes } from "node:crypto";
import { Fault } from "../../base/fault.ts";
import type { Asking } from "../hub/hub.ts";
import type { Party } from "../hub/subjects.ts";
import { nodeWireVersion } from "../wire/letters.ts";
import { asked, drainedSchema, drainSchema } from "../wire/questions.ts";
import type { Roster } from "./roster.ts";

/** How long a node may take to answer, milliseconds. */
const answerMs = 5000;

/** Asks a node to take no more, or to take work again. Gives how many agents it has; rejects when it is not there or does not answer. */
export async function drainNode(
  { asking, roster }: { asking: Asking; roster: Pick<Roster, "find" | "nodes"> },
  node: Party,
  isDraining: boolean,
): Promise<{ draining: boolean; used: number }> {
  if (roster.find(node) === undefined)
    throw unknownNode(
      node,
      roster.nodes.map(({ name }) => name),
    );
  const id = randomBytes(6).toString("hex");
  const body = drainSchema.parse({ wire: nodeWireVersion, isDraining });
  const answer = await asking.ask(node, { what: asked.drain, id, body, timeoutMs: answerMs }, drainedSchema);
  return { draining: answer.isDraining, used: answer.used };
}

const unknownNode = (name: string, known: readonly string[]): Fault =>
  new Fault("usage", "nodes.unknown", `there is no node "${name.slice(0, 80)}" in this fleet now`, {
    facts: { known },
    hint: known.length === 0 ? "No node is up. Start one: cyberdeck node --help" : `There are: ${known.join(", ")}.`,
  });
