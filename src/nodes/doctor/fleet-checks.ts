import { z } from "zod";
import { oneLine } from "../../base/text.ts";
import { count } from "../../base/units.ts";
import { ok, problem, skipped, warning, type Check } from "../../engine/doctor/check.ts";
import type { EntryLook } from "../hub/probe.ts";
import { theHost } from "../hub/subjects.ts";
import { nodeWireVersion } from "../wire/letters.ts";
import { nodeStateSchema, type NodeTells } from "../wire/node-state.ts";
import type { HubState } from "./hub-state.ts";

/** Each call of a tool on a node waits for at least one way there and back, milliseconds. */
const slowMs = 250;
/** Clocks that differ by more make records hard to read, milliseconds. */
const oddMs = 10_000;

/** How far away the server is, and whether its clock is ours. */
export const paceCheck = ({ probeIfAny }: HubState): Check => ({
  name: "hub-pace",
  limitMs: 15_000,
  async look() {
    const probe = await probeIfAny();
    if (probe === undefined) return skipped("nobody is logged in");
    const trips = (await probe.roundTrips(7)).toSorted((one, other) => one - other);
    const tripMs = trips[3] ?? 0;
    const { entries } = await probe.entries(z.unknown(), 20).catch(() => ({ entries: [] }));
    const newest = Math.max(...entries.map(({ writtenAt }) => writtenAt));
    const text = `${tripMs < 0.1 ? "less than 0.1" : tripMs.toFixed(1)} ms there and back`;
    if (tripMs > slowMs)
      return warning(`${text}: each call of a construct on a node waits for that at least twice`, {
        next: "Use a server that is nearer to the host and its nodes.",
      });
    // An entry is written every few seconds, so one that is much older or newer shows a clock that goes otherwise.
    const aheadMs = newest - Date.now();
    if (Number.isFinite(newest) && Math.abs(aheadMs) > oddMs)
      return warning(
        `${text}; the clock of the server is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? "ahead of" : "behind"} the one here`,
        { next: "Set both clocks (NTP). Leases do not go by them, but certificates and the times in records do." },
      );
    return ok(text);
  },
});

/** So many nodes are looked at. */
const mostNodes = 500;

/** Who is there, and whether the host can give them work. */
export const nodesCheck = ({ probeIfAny, version }: HubState): Check => ({
  name: "hub-nodes",
  limitMs: 20_000,
  async look() {
    const probe = await probeIfAny();
    if (probe === undefined) return skipped("nobody is logged in");
    const found = await probe.entries(nodeStateSchema, mostNodes);
    const entries = found.entries.filter(({ name }) => name !== theHost);
    const all = found.count - (found.entries.length - entries.length);
    if (all === 0)
      return warning("no node is there", { command: "cyberdeck node --hub URL --pool NAME --slots N", next: startOne });
    const known = entries.flatMap((entry) => ("state" in entry ? [{ name: entry.name, ...entry.state }] : []));
    const used = known.reduce((sum, node) => sum + node.used, 0);
    const slots = known.reduce((sum, node) => sum + node.slots, 0);
    const text = `${count(all, "node")}, ${used} of ${slots} slots taken`;
    const strangers = entries.filter((entry) => !("state" in entry) || entry.state.wire !== nodeWireVersion);
    if (strangers.length > 0)
      return problem(`${text}; not of our words: ${some(strangers.map(strangerWords))}`, {
        next: "Install the same version of Cyberdeck on all machines of the fleet; until then they get no work.",
      });
    const odd = known.flatMap((node) => oddity(node, version));
    if (odd.length > 0) return warning(`${text}; ${some(odd.map(({ what }) => what))}`, { next: odd[0]?.next ?? "" });
    return ok(`${text}: ${some(known.map(nodeWords))}`);
  },
});

const startOne = "Start one on another machine. One that was there and is gone: look at its log.";

function strangerWords(entry: EntryLook<NodeTells>): string {
  if ("state" in entry) return `${entry.name} (${entry.state.wire}, here ${nodeWireVersion})`;
  const told = z.object({ wire: z.int(), versions: z.object({ cyberdeck: z.string() }) }).safeParse(entry.raw);
  return told.success ? `${entry.name} (Cyberdeck ${told.data.versions.cyberdeck})` : entry.name;
}

const nodeWords = ({ name, pool, used, slots, versions: { agent } }: NodeTells & { name: string }): string =>
  `${name} (${pool}, ${used}/${slots}${agent === null ? "" : `, agent ${agent}`})`;

/** What keeps a node from work, or may make it behave otherwise. */
function oddity(node: NodeTells & { name: string }, version: string): { what: string; next: string }[] {
  const { name, policy, isDraining, unfit, versions } = node;
  if (policy === null)
    return [
      {
        what: `${name} has no policy yet and denies everything`,
        next: "It fetches one when its host is up and has granted it a lease: start the host, or look at the node's log.",
      },
    ];
  if (unfit !== null)
    return [
      {
        what: `${name} takes no work: ${oneLine(unfit, 300)}`,
        next: "See to that on its machine. It tries again by itself and takes work when it can.",
      },
    ];
  if (isDraining)
    return [
      {
        what: `${name} drains and takes nothing new`,
        next: "It ends when its work is done, or takes work again with: cyberdeck nodes undrain NAME.",
      },
    ];
  if (versions.cyberdeck !== version)
    return [
      {
        what: `${name} has Cyberdeck ${versions.cyberdeck}, here it is ${version}`,
        next: "It works, but its gate may judge otherwise than the one here: install the same version.",
      },
    ];
  return [];
}

const some = (all: readonly string[]): string =>
  all.length <= 5 ? all.join(", ") : `${all.slice(0, 5).join(", ")} and ${all.length - 5} more`;
