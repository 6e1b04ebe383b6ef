import { oneLine } from "../../../base/text.ts";
import { count } from "../../../base/units.ts";
import type { ListedNode, NodesListing } from "../../../protocol/nodes.ts";
import { moment } from "../../words/amounts.ts";
import { constructWord } from "../../words/state-word.ts";
import { clip, wrap } from "../../words/width.ts";
import { line, type Line } from "../draw/block.ts";
import type { Look } from "../draw/look.ts";
import type { TableColumn } from "../draw/table.ts";
import { shortTime } from "../fleet/figures.ts";
import { findConstruct } from "../model/constructs.ts";
import type { DeckModel } from "../model/deck-model.ts";
import { isSilent, type NodesState } from "./nodes-state.ts";

/**
 * The columns of the list of nodes.
 * @param columns how wide the list is: names get what is to spare
 * @param age how long ago the deck has told of them, milliseconds
 */
export const nodeColumns = (columns: number, age: number): TableColumn<ListedNode>[] => [
  { title: "NODE", width: 14 + Math.min(26, Math.max(0, columns - 100)), cell: ({ node }) => [node, "strong"] },
  { title: "STATE", width: 11, cell: stateOf },
  { title: "POOL", width: columns < 140 ? 10 : 24, cell: (node) => (isSilent(node) ? "·" : node.pool) },
  {
    title: "SLOTS",
    width: 9,
    side: "right",
    cell: (node) => (isSilent(node) ? `${node.used}` : `${node.used} of ${node.slots}`),
  },
  {
    title: "FREE",
    width: 8,
    side: "right",
    cell: (node) => (isSilent(node) ? "·" : [`${Math.round(node.free_mb)} MB`, "faint"]),
  },
  { title: "LEASE", width: 6, cell: (node) => leaseOf(node, age) },
  { title: "LABELS", width: 0, cell: ({ labels }) => [labels.join(" "), "faint"] },
];

function stateOf(node: ListedNode): readonly [string, Look] {
  if (isSilent(node)) return ["✗ not heard", "bad"];
  if (node.draining) return ["◐ drains", "warning"];
  if (node.why_not !== null) return ["‖ no work", "warning"];
  return node.used >= node.slots ? ["● full", "busy"] : ["○ has room", "good"];
}

/** One that is heard renews it again and again; of one that is silent, it runs out. */
function leaseOf(node: ListedNode, age: number): readonly [string, Look] {
  if (node.lease_ms === null) return ["none", "warning"];
  return isSilent(node) ? [shortTime(node.lease_ms - age), "bad"] : ["holds", "plain"];
}

const linkWords: Record<NonNullable<NodesListing["hub"]>["link"], readonly [string, Look]> = {
  up: ["  ● hub linked", "good"],
  down: ["  ✗ THE LINK TO THE HUB IS DOWN: no node is heard, none gets work", "bad"],
  left: ["  ✗ ANOTHER HOST HAS COME: this one has left the fleet", "bad"],
};

/** The fleet as a whole. */
export function headLine({ told, problem }: NodesState, { link, now }: DeckModel): Line {
  if (problem !== null) return line([` ${oneLine(problem, 300)}`, "bad"]);
  const hub = told?.fleet.hub ?? null;
  if (told === null || hub === null)
    return line([" The machines on which constructs can run besides this one", "faint"]);
  const { nodes } = told.fleet;
  if (link.state === "lost")
    return line(
      [` fleet ${hub.fleet}`, "strong"],
      [`  ✗ the host that knows of it has ended: it is shown as it was ${shortTime(now - told.at)} ago`, "bad"],
    );
  const [used, slots] = [nodes.reduce((sum, one) => sum + one.used, 0), nodes.reduce((sum, one) => sum + one.slots, 0)];
  return line([` fleet ${hub.fleet}`, "strong"], linkWords[hub.link], [
    `  ${count(nodes.length, "node")} · ${used} of ${count(slots, "slot")} in use`,
    "faint",
  ]);
}

/** What is to be known of the node at the cursor. */
export function aboutNode(node: ListedNode, model: DeckModel, columns: number): Line[] {
  const { why_not: why, agents, slots, used, versions, wall, since, draining } = node;
  const work: readonly [string, Look] =
    why !== null
      ? [`It gets no work: it ${oneLine(why, 300)}`, "warning"]
      : used >= slots
        ? ["It gets more work when one of its slots is free", "plain"]
        : [`It gets work: ${count(slots - used, "slot")} free`, "good"];
  const facts = isSilent(node)
    ? "nothing of it is known now"
    : `${wall ? "with a wall" : "without a wall"} · version ${versions.cyberdeck} · agent ${versions.agent ?? "not known"} · since ${moment(since)}`;
  const shown = agents.slice(0, mostAgents);
  return [
    ...wrap(work[0], columns - 2)
      .slice(0, 2)
      .map((text) => line([` ${text}`, work[1]])),
    line([` ${clip(oneLine(facts, 300), columns - 2)}`, "faint"]),
    ...(agents.length === 0
      ? [line([draining ? " Nothing is at work on it: it can be ended" : " Nothing of this deck is on it", "faint"])]
      : []),
    ...shown.map((id) => agentLine(id, model, columns)),
    ...(agents.length > shown.length ? [line([`   and ${agents.length - shown.length} more`, "faint"])] : []),
  ];
}

/** So many of those that are on a node are named, and one line tells how many more there are. */
const mostAgents = 3;

function agentLine(id: string, model: DeckModel, columns: number): Line {
  const construct = findConstruct(model, id)?.construct;
  if (construct === undefined) return line(` ${oneLine(id, 40)}`);
  const { glyph, word, style } = constructWord(construct.state);
  const before = ` ${glyph} ${word}`.padEnd(12);
  const task = clip(oneLine(construct.task, 300), Math.max(0, columns - before.length - id.length - 3));
  return line([before, style], [`${id}  `, "key"], task);
}

/** In place of the list. */
export function noNodes({ told, problem }: NodesState): Line[] {
  if (told === null)
    return [line(""), line([problem === null ? "  The deck is asked…" : "  Enter asks the deck again.", "faint"])];
  if (told.fleet.hub === null)
    return [
      line(""),
      line(["  This deck works on its own machine alone.", "strong"]),
      line(""),
      line("  Constructs can run on others too, which meet this one at a NATS server."),
      line(["  cyberdeck host stop, then cyberdeck host --detach --hub nats://HOST:4222", "key"]),
      line(["  or put it into hub.json of the home; step by step: docs/nodes.md", "faint"]),
    ];
  return [
    line(""),
    line(["  No node is up.", "strong"]),
    line(""),
    line("  Start one, on its machine:"),
    line(["  cyberdeck node --hub nats://HOST:4222 --pool NAME --slots 4", "key"]),
    line(["  What does not come up: cyberdeck doctor --hub", "faint"]),
  ];
}
