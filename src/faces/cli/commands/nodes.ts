import type { Command } from "commander";
import { oneLine } from "../../../base/text.ts";
import { count } from "../../../base/units.ts";
import type { Port } from "../../../host/port.ts";
import type { ListedNode, NodesListing } from "../../../protocol/nodes.ts";
import { moment, spell } from "../../words/amounts.ts";
import { exitCode } from "../exit.ts";
import { addHomeFlags, type DeckFlags } from "../flags/deck-flags.ts";
import { words } from "../flags/values.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import type { World } from "../world.ts";

interface NodesFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
}

/** `cyberdeck nodes`: the machines of the fleet. */
export function defineNodes(command: Command, world: World, finish: (code: number) => void): void {
  command.addHelpText("after", examples);
  const define = (
    name: string,
    summary: string,
    look: (port: Port, flags: NodesFlags, node: string) => Promise<string>,
  ): Command => {
    const verb = command.command(name, { isDefault: name === "list" }).description(summary);
    return addHomeFlags(verb)
      .option("--json", "write the result as lines of JSON")
      .action(async (...given: unknown[]) => {
        const node = typeof given[0] === "string" ? given[0] : "";
        const flags = verb.optsWithGlobals<NodesFlags>();
        await lookUp(world, flags, (port) => look(port, flags, node), "deck");
        finish(exitCode.done);
      });
  };
  const drain =
    (draining: boolean) =>
    async (port: Port, flags: NodesFlags, name: string): Promise<string> => {
      const done = await port.send({ type: "nodes.drain", name, draining });
      if (flags.json === true) return jsonLine(done);
      const { node, used } = done;
      if (!done.draining) return `${oneLine(node, 64)} takes work again\n`;
      const left = used === 0 ? "nothing is at work on it" : count(used, "agent on it goes on", "agents on it go on");
      return `${oneLine(node, 64)} takes no more work; ${left}\n`;
    };

  define("list", "show which nodes are up, what they have, and what is on them", async (port, flags) => {
    const listing = await port.send({ type: "nodes.list" });
    return flags.json === true ? jsonLine(listing) : page(listing);
  });
  const name = ["<name>", "the node", words("the node", "node-a")] as const;
  define("drain", "have a node take no more work; what is at work on it goes on", drain(true)).argument(...name);
  define("undrain", "have a node take work again", drain(false)).argument(...name);
}

function page({ hub, nodes, hub_file_changed: isStale = false }: NodesListing): string {
  if (hub === null && isStale)
    return "This host began before hub.json of its home was written, so it works on its own machine alone. To meet the nodes: cyberdeck host stop, then start it again with any run, or with cyberdeck host --detach\n";
  if (hub === null)
    return "This deck works on its own machine alone. For other machines, start its host with --hub; see docs/nodes.md.\n";
  const lines = [
    hub.link === "left"
      ? `this host has left the fleet ${hub.fleet}: another host has come into it; end that one, or give one of them another fleet (--fleet), and restart this one: cyberdeck host stop`
      : `fleet ${hub.fleet}, the link to its hub is ${hub.link}`,
    ...(nodes.length === 0 && hub.link !== "left"
      ? ["no node is up; start one on its machine: cyberdeck node --help"]
      : nodes.flatMap(lineOf)),
    ...(isStale
      ? [
          "hub.json of the home has been changed since this host began; to go by it: cyberdeck host stop, then start it again",
        ]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}

function lineOf(node: ListedNode): string[] {
  const {
    pool,
    labels,
    used,
    slots,
    warm,
    free_mb: free,
    agents,
    why_not: why,
    versions,
    since,
    lease_ms: lease,
  } = node;
  const leased = lease === null ? "no lease" : `lease ${spell(lease)}`;
  const room = [
    `pool ${pool}${labels.length === 0 ? "" : ` (${labels.join(", ")})`}`,
    `${used} of ${count(slots, "slot")}${warm === 0 ? "" : `, ${warm} warm`}`,
    `${Math.round(free)} MB free`,
    leased,
  ];
  const kind = [
    node.wall ? "wall" : "no wall",
    node.workspace === "bundle" ? "copies of workspaces" : "shared workspaces",
    `since ${moment(since)}`,
    `version ${versions.cyberdeck}, agent ${versions.agent ?? "not known"}`,
  ];
  const isHeard = node.boot !== "";
  return [
    oneLine([node.node, ...(isHeard ? room : ["NOT HEARD", leased])].join(" · "), 400),
    ...(isHeard ? [`  ${oneLine(kind.join(" · "), 400)}`] : []),
    ...(why === null ? [] : [`  gets no work: it ${oneLine(why, 200)}`]),
    ...(agents.length === 0 ? [] : [`  on it: ${oneLine(agents.join(", "), 400)}`]),
  ];
}

const examples = `
Examples:
  cyberdeck nodes
  cyberdeck nodes drain node-a
  cyberdeck nodes undrain node-a
  cyberdeck nodes --json | jq -r '.nodes[] | select(.draining) | .node'

Nodes are machines that run constructs for this deck: "cyberdeck node" on each of them, and "cyberdeck host --hub nats://host:4222" here, or
the same in hub.json of the home. See docs/nodes.md and docs/hub.md.
`;
