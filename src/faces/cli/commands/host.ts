import { count } from "../../../base/units.ts";
import type { Command } from "commander";
import { systemClock } from "../../../base/clock.ts";
import { Fault } from "../../../base/fault.ts";
import { oneLine } from "../../../base/text.ts";
import { isAllGone, type HostStatus, type HostStop } from "../../../protocol/host.ts";
import { moment, money, spell } from "../../words/amounts.ts";
import { closeDeck } from "../close-deck.ts";
import { exitCode } from "../exit.ts";
import {
  addAgentFlags,
  addHomeFlags,
  addHubFlags,
  deckOptions,
  repeated,
  type DeckFlags,
} from "../flags/deck-flags.ts";
import { wholeNumber } from "../flags/values.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import { serveHome } from "../serve-home.ts";
import { usualPatience } from "../stopping.ts";
import { tellWhileEnding } from "../tell-while-ending.ts";
import type { World } from "../world.ts";

interface HostFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
  detach?: boolean;
  http?: number;
}

/** `cyberdeck host`: the process in which runs go on without a terminal. */
export function defineHost(command: Command, world: World, finish: (code: number) => void): void {
  const run = command
    .command("serve", { isDefault: true })
    .description("be the host of this home, until it is stopped");
  addHubFlags(addAgentFlags(run))
    .option("--http <port>", "listen on loopback too, behind a token; 0 is any free port", portOf)
    .option("--detach", "start it in the background, where it is not there already, and leave")
    .action(async () => {
      const flags = run.optsWithGlobals<HostFlags>();
      finish(flags.detach === true ? await startInBackground(world, flags) : await serveHome(world, flags, flags.http));
    });
  const status = command.command("status").description("say which host runs, and what is open in it");
  addHomeFlags(status)
    .option("--json", "write it as a line of JSON")
    .action(async () => {
      const flags = status.optsWithGlobals<HostFlags>();
      const look = async (): Promise<void> =>
        lookUp(
          world,
          flags,
          async (port) => {
            const known = await port.send({ type: "host.status" });
            return flags.json === true ? jsonLine({ running: true, ...known }) : statusPage(known);
          },
          "deck",
        );
      finish(await orNone(world, flags, look));
    });
  const stop = command.command("stop").description("end what is open in it, prove that nothing is left, and end it");
  addHomeFlags(stop)
    .option("--json", "write what was done as a line of JSON")
    .action(async () => {
      const flags = stop.optsWithGlobals<HostFlags>();
      let code: number = exitCode.failed;
      const end = async (): Promise<void> =>
        lookUp(
          world,
          flags,
          async (port) => {
            const tell = (text: string): void => void world.stderr.write(`${text}\n`);
            const done = await tellWhileEnding(port.send({ type: "host.stop" }), { port, clock: systemClock, tell });
            const isGone = await world.hostGone(done);
            if (isAllGone(done) && isGone) code = exitCode.done;
            return flags.json === true ? jsonLine({ ...done, gone: isGone }) : stopPage(done, isGone, flags);
          },
          "deck",
        );
      const none = await orNone(world, flags, end);
      finish(none === exitCode.done ? code : none);
    });
  command.addHelpText("after", examples);
}

/** Without a host, that is the answer: with exit code 1, for scripts. */
async function orNone(world: World, flags: HostFlags, look: () => Promise<void>): Promise<number> {
  try {
    await look();
    return exitCode.done;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "deck.not_running") throw error;
    if (flags.json === true) world.stdout.write(jsonLine({ running: false, ...error.facts }));
    world.stderr.write(`${oneLine(error.message, 300)}; it starts with the next "cyberdeck run"\n`);
    return exitCode.failed;
  }
}

async function startInBackground(world: World, flags: HostFlags): Promise<number> {
  if (flags.http !== undefined)
    throw new Fault("usage", "cli.http_detached", "--http is for a host in the foreground", {
      hint: "leave --detach out: cyberdeck host --http 0",
    });
  const deck = await world.openDeck(await deckOptions(flags, world, "host"));
  try {
    const { pid, home } = await deck.port.send({ type: "host.status" });
    world.stdout.write(`the host of ${home} runs (pid ${pid})\n`);
  } finally {
    await closeDeck(deck, usualPatience.closeMs, (text) => void world.stderr.write(`${text}\n`));
  }
  return exitCode.done;
}

function statusPage(status: HostStatus): string {
  const { agent, pool, runs, faces } = status;
  const who = status.kind === "host" ? "the host" : "a run with --embedded";
  const lines = [
    `${who}, pid ${status.pid}, since ${moment(status.since)}${status.offline ? ", offline (scripted model)" : ""}`,
    `home       ${status.home}`,
    `workspace  ${status.workspace}`,
    `version    ${status.version}, agent ${agent.version ?? "not known yet"} (${agent.path ?? "not known"})`,
    `pool       ${pool.ready} ready, ${pool.starting} starting`,
    ...(status.hub === null
      ? []
      : [`hub        ${oneLine(status.hub.urls.join(", "), 200)}, fleet ${status.hub.fleet}`]),
    `faces      ${faces}`,
    `today      ${money(status.today_usd)}`,
    `idle end   ${status.idle_ms === 0 ? "never" : `after ${spell(status.idle_ms)} without a run and a face`}`,
    runs.length === 0 ? "no run is open" : `${count(runs.length, "run")} open:`,
    ...runs.map(
      ({ run, status: word, at_work, queued, waiting, goal }) =>
        `  ${run}  ${word}, ${at_work} at work, ${queued} queued${waiting === 0 ? "" : `, ${waiting} WAITING FOR YOU`}  ${oneLine(goal.slice(0, 400), 60)}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function stopPage(done: HostStop, isGone: boolean, flags: DeckFlags): string {
  const again = repeated({ ...flags, offline: done.offline });
  const lines = [
    ...done.runs.map((run) => `${run}: stopped; to go on: cyberdeck run --resume ${run}${again}`),
    done.proven
      ? `nothing is left${done.nodes.length === 0 ? "" : " on this machine"}${done.marks === 0 ? "" : `: its processes were looked through ${done.looks.length} times`}`
      : `NOT PROVEN: ${done.survivors.length === 0 ? "the processes of this machine cannot be looked at" : "these are still alive:"}`,
    ...done.survivors.map(({ pid, command }) => `  ${pid} ${oneLine(command, 100)}`),
    ...done.nodes.map(nodeLine),
    isGone
      ? `the host (pid ${done.pid}) has ended`
      : `the host (pid ${done.pid}) has NOT ended yet: look at its host.log`,
  ];
  return `${lines.join("\n")}\n`;
}

function nodeLine({ node, sessions, proven, problem }: HostStop["nodes"][number]): string {
  const name = oneLine(node, 64);
  if (problem !== null)
    return `${name}: NOT PROVEN: it has not answered (${oneLine(problem, 200)}); by its own clock it ends what it has when its lease is over`;
  const ended = sessions === 0 ? "nothing is left there" : `${count(sessions ?? 0, "agent")} ended there`;
  return `${name}: ${ended}${proven ? "" : ", NOT PROVEN: see its log"}`;
}

function portOf(text: string): number {
  const port = wholeNumber("--http", 0)(text);
  if (port <= 65_535) return port;
  throw new Fault("usage", "cli.bad_value", `--http cannot be ${port}`, {
    hint: "ports end at 65535; 0 is any free one",
  });
}

const examples = `
Examples:
  cyberdeck host status
  cyberdeck host status --json | jq -r '.runs[].run'
  cyberdeck host stop
  cyberdeck host --detach

"cyberdeck run" and "cyberdeck spawn" start it by themselves. It ends by itself when it has had nothing to do for a while
(setting host_idle), and writes what it does to host.log in its home.
`;
