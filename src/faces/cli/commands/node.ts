import type { Command } from "commander";
import { systemClock } from "../../../base/clock.ts";
import { Fault } from "../../../base/fault.ts";
import { count } from "../../../base/units.ts";
import { mostSlots, workspaceWays, type NodeAsked, type NodeEvent, type RunningNode } from "../../../protocol/node.ts";
import { sandboxes } from "../../../protocol/settings.ts";
import { exitCode } from "../exit.ts";
import { absolute } from "../flags/brake-flags.ts";
import { addLogin, addressesIn, given, loginOf, type LoginFlags } from "../flags/hub-flags.ts";
import { choiceOf, wholeNumber, words } from "../flags/values.ts";
import { interrupts, type Interrupts } from "../interrupts.ts";
import { jsonLine } from "../json-lines.ts";
import { nodeLine } from "../show/node-line.ts";
import { sink } from "../sink.ts";
import type { World } from "../world.ts";

interface NodeFlags extends LoginFlags {
  hub: string;
  fleet: string;
  name?: string;
  pool: string;
  slots: number;
  warm?: number;
  label: string[];
  data?: string;
  claudeBin?: string;
  sandbox: NodeAsked["sandbox"];
  workspace: NodeAsked["workspace"];
  offline?: boolean;
  json?: boolean;
}

/** `cyberdeck node`: this machine runs constructs for a host elsewhere. */
export function defineNode(command: Command, world: World, finish: (code: number) => void): void {
  const gather = (value: string, all: string[]): string[] => [...all, words("--label", "gpu")(value)];
  command
    .requiredOption(
      "--hub <url>",
      "the NATS server of the fleet, nats://host:port or tls://host:port; several with commas",
      words("--hub", "nats://10.0.0.1:4222"),
    )
    .requiredOption("--pool <name>", "the group of nodes to which it belongs", words("--pool", "builders"))
    .requiredOption("--slots <n>", "so many agents at once, 1,000 at most", wholeNumber("--slots", 1, mostSlots))
    .option(
      "--warm <n>",
      "so many agents more are kept ready for the next constructs (default: 1, with one slot 0)",
      wholeNumber("--warm", 0, mostSlots),
    )
    .option("--fleet <name>", "the fleet; a fleet has one host", words("--fleet", "main"), "main")
    .option("--name <name>", "its name, which no other node may have (default: that of this machine)")
    .option("--label <label>", "what it has, such as gpu; may be given several times", gather, [])
    .option("--data <dir>", "its own folder (default: ~/.cyberdeck-node/<fleet>-<name>)", words("--data", "."))
    .option(
      "--claude-bin <path>",
      "the Claude Code program (default: $CYBERDECK_CLAUDE_BIN, then PATH)",
      words("--claude-bin", "~/bin/claude"),
    )
    .option(
      "--sandbox <mode>",
      `the operating system's wall around agents: ${sandboxes.join(", ")}; on: it does not start without one`,
      choiceOf("--sandbox", sandboxes),
      "auto",
    )
    .option(
      "--workspace <way>",
      "how a workspace comes here: bundle, a copy whose result goes back as a branch, or shared, the same path on a shared file system",
      choiceOf("--workspace", workspaceWays),
      "bundle",
    )
    .option("--offline", "use the scripted model that ships with the deck: no account, no network, no cost");
  addLogin(command)
    .option("--json", "write what happens as lines of JSON")
    .addHelpText("after", examples)
    .action(async () => {
      const flags = command.optsWithGlobals<NodeFlags>();
      finish(await beNode(world, askedOf(flags, world), flags.json === true));
    });
}

function askedOf(flags: NodeFlags, world: World): NodeAsked {
  const { hub, fleet, name, pool, slots, warm, label, data, claudeBin, sandbox, workspace } = flags;
  return {
    hub: { urls: addressesIn(hub), fleet, ...loginOf(flags, world) },
    ...given({ name, claudeBin, data: data === undefined ? undefined : absolute(data, world) }),
    pool,
    labels: [...new Set(label)],
    slots,
    warm: warm ?? (slots > 1 ? 1 : 0),
    offline: flags.offline === true,
    sandbox,
    workspace,
  };
}

/** Is a node until it is to end: once asked, when nothing is at work any more; twice, at once. */
async function beNode(world: World, asked: NodeAsked, isJson: boolean): Promise<number> {
  using wishes = interrupts(world, systemClock);
  const out = sink(isJson ? world.stdout : world.stderr);
  const say = (text: string): void => void out.write(`${new Date().toISOString()} ${text}\n`);
  const tell = (event: NodeEvent): void =>
    isJson ? void out.write(jsonLine({ at: Date.now(), ...event })) : say(nodeLine(event));
  const early = Promise.withResolvers<undefined>();
  wishes.listen(() => early.resolve(undefined));
  const starting = world.startNode(asked, tell);
  const node = await Promise.race([starting, early.promise]);
  if (node === undefined) {
    // What is being tried is bounded, and nothing is at work yet.
    (await starting.catch(() => undefined))?.end();
    await starting.then(
      ({ closed }) => closed,
      () => undefined,
    );
    return exitCode.interrupted;
  }
  const obeyed = obey(wishes, node, isJson ? () => undefined : say);
  const { proven, fault } = await node.closed;
  await out.flush();
  if (fault !== undefined) throw fault;
  if (!proven)
    throw new Fault("agent", "node.unproven", "not everything that the node has started could be ended", {
      hint: "End the processes that are listed above by hand.",
    });
  return obeyed.isCutShort() ? exitCode.interrupted : exitCode.done;
}

function obey(wishes: Interrupts, node: RunningNode, say: (text: string) => void): { isCutShort: () => boolean } {
  let isCutShort = false;
  wishes.listen((times) => {
    if (times === 1) {
      const used = node.drain();
      say(
        used === 0
          ? "nothing is at work: the node ends"
          : `${count(used, "agent")} at work: the node takes no more and ends after them; Ctrl+C once more ends them now`,
      );
      return;
    }
    if (!isCutShort) say("ending everything…");
    isCutShort = true;
    node.end();
  });
  return { isCutShort: () => isCutShort };
}

const examples = `
Examples:
  cyberdeck node --hub nats://10.0.0.1:4222 --pool builders --slots 8
  cyberdeck node --hub tls://hub.example.org --pool gpu --slots 4 --label gpu --name node-a --user node-a --password file:/etc/cyberdeck/hub
  cyberdeck node --hub nats://127.0.0.1:4222 --pool try --slots 2 --offline

Agents run with the login and the environment of this machine: nothing of the host's comes here, and nothing of these goes there. The host
decides what runs; this machine's gate and wall keep to the host's policy. Ctrl+C drains: what is at work goes on, nothing new is taken.
A second Ctrl+C ends everything and proves it. Exit codes: 0 drained, 130 cut short, 2 what was asked for is wrong, 1 it could not go on.
`;
