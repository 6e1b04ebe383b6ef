import { Fault } from "../../base/fault.ts";
import type { NodeAsked } from "../../protocol/node.ts";
import { herePool } from "../host/placement.ts";
import { isName, theHost } from "../hub/subjects.ts";

/** The queue from which a node takes what the host has placed on it. */
export const queueOf = (name: string): string => `n_${name}`;

/** Throws a fault where a name cannot stand in what a fleet says, or would be taken for something else. */
export function mustFit({ name, pool, labels }: Pick<NodeAsked, "pool" | "labels"> & { name: string }): void {
  const bad = (what: string, value: string, rule: string): Fault =>
    new Fault("usage", "node.bad_name", `"${value.slice(0, 80)}" cannot be the ${what} of a node`, {
      facts: { what, value },
      hint: rule,
    });
  const rule = 'Use 1 to 62 letters, digits, "-" and "_" that begin with a letter or digit';
  if (!isName(name) || !isName(queueOf(name)) || name === theHost) throw bad("name", name, `${rule}, and not "host".`);
  if (!isName(pool) || pool === herePool) throw bad("pool", pool, `${rule}, and not "${herePool}".`);
  for (const label of labels) if (!isName(label)) throw bad("label", label, `${rule}.`);
}

/** A name for the node on a machine of this name, as near to that as can be. */
export const nameFrom = (machine: string): string =>
  machine
    .replace(/[^A-Za-z0-9_-]/g, "-")
    .replace(/^[-_]+/, "")
    .slice(0, 40) || "node";
