import { Command, CommanderError } from "commander";
import { Fault } from "../../base/fault.ts";
import { nearest } from "../../base/nearest.ts";
import { exitCode } from "./exit.ts";
import { painter, wantsColor } from "./paint.ts";
import type { World } from "./world.ts";
import { columnsOf } from "./world.ts";

type Define = (command: Command, world: World, finish: (code: number) => void) => void;

/** The subcommands: what they are for, and where they are. Only the one that is called is loaded. */
const commands: Record<string, { summary: string; load: () => Promise<Define> }> = {
  cockpit: {
    summary: 'the deck on the whole terminal; what "cyberdeck" alone opens',
    load: async () => (await import("./commands/cockpit.ts")).defineCockpit,
  },
  run: {
    summary: "reach a goal: a daemon splits it into tasks, constructs work on them",
    load: async () => (await import("./commands/run.ts")).defineRun,
  },
  spawn: {
    summary: "start constructs without a daemon, one for each task",
    load: async () => (await import("./commands/spawn.ts")).defineSpawn,
  },
  host: {
    summary: "the process in which runs go on without a terminal: status, stop",
    load: async () => (await import("./commands/host.ts")).defineHost,
  },
  node: {
    summary: "make this machine a node: it runs constructs for a host elsewhere",
    load: async () => (await import("./commands/node.ts")).defineNode,
  },
  ls: {
    summary: "list the constructs of the open runs",
    load: async () => (await import("./commands/ls.ts")).defineLs,
  },
  queue: {
    summary: "show what waits for its start, and change the order: list, move, cancel",
    load: async () => (await import("./commands/queue.ts")).defineQueue,
  },
  logs: {
    summary: "tell what a run or a construct did, and follow it",
    load: async () => (await import("./commands/logs.ts")).defineLogs,
  },
  goal: {
    summary: "show the goal of a run, or change that of an open one",
    load: async () => (await import("./commands/goal.ts")).defineGoal,
  },
  say: {
    summary: "tell the daemon of an open run something",
    load: async () => (await import("./commands/say.ts")).defineSay,
  },
  runs: {
    summary: "list the runs of this deck, newest first",
    load: async () => (await import("./commands/runs.ts")).defineRuns,
  },
  show: {
    summary: "show one run: its goal, its constructs, what they did, where it is",
    load: async () => (await import("./commands/show.ts")).defineShow,
  },
  files: {
    summary: "list the files that a run has written and shown, and read them",
    load: async () => (await import("./commands/files.ts")).defineFiles,
  },
  replay: {
    summary: "show a recorded run again, as it happened: at any speed, from and to any point",
    load: async () => (await import("./commands/replay.ts")).defineReplay,
  },
  export: {
    summary: "put everything about one run into one archive",
    load: async () => (await import("./commands/export.ts")).defineExport,
  },
  ask: {
    summary: "ask the watchdog about a run or a construct: it knows the record, and can do nothing",
    load: async () => (await import("./commands/ask.ts")).defineAsk,
  },
  brake: {
    summary: "explain, check, list and change what constructs may do",
    load: async () => (await import("./commands/brake.ts")).defineBrake,
  },
  profiles: {
    summary: "list and show what constructs can be: what they are told, their tools, their limits",
    load: async () => (await import("./commands/profiles.ts")).defineProfiles,
  },
  tools: {
    summary: "list the programs of this machine that profiles recommend, and whether each is there",
    load: async () => (await import("./commands/profiles.ts")).defineTools,
  },
  tripwires: {
    summary: "list, try and mute the rules over what constructs do",
    load: async () => (await import("./commands/tripwires.ts")).defineTripwires,
  },
  hold: {
    summary: "answer the calls that wait for you: list, allow, deny",
    load: async () => (await import("./commands/hold.ts")).defineHold,
  },
  send: {
    summary: "tell a construct something, at its next turn boundary",
    load: async () => (await import("./commands/speaking.ts")).defineSend,
  },
  interrupt: {
    summary: "stop what a construct does and give it another instruction",
    load: async () => (await import("./commands/speaking.ts")).defineInterrupt,
  },
  kill: {
    summary: "end constructs at once, with everything that they started",
    load: async () => (await import("./commands/control.ts")).defineKill,
  },
  eject: {
    summary: "stop everything in the open run at once, prove it, and keep a snapshot",
    load: async () => (await import("./commands/eject.ts")).defineEject,
  },
  pause: {
    summary: "have constructs wait before their next call, or freeze them",
    load: async () => (await import("./commands/control.ts")).definePause,
  },
  resume: {
    summary: "let paused and frozen constructs go on",
    load: async () => (await import("./commands/control.ts")).defineResume,
  },
  plugins: {
    summary: "list what constructs can be given besides their tools, and try it: list, show, run",
    load: async () => (await import("./commands/plugins.ts")).definePlugins,
  },
  nodes: {
    summary: "the machines of the fleet: list, and have one take no more work: drain, undrain",
    load: async () => (await import("./commands/nodes.ts")).defineNodes,
  },
  blacklist: {
    summary: "forbid work for good, or allow it again: list, add, remove, allow",
    load: async () => (await import("./commands/blacklist.ts")).defineBlacklist,
  },
  account: {
    summary: "show what holds all agents up, such as a usage limit, and let them go on",
    load: async () => (await import("./commands/account.ts")).defineAccount,
  },
  calibers: {
    summary: "list the models that constructs can run on: efforts, prices, fast mode",
    load: async () => (await import("./commands/calibers.ts")).defineCalibers,
  },
  settings: {
    summary: "what holds for runs: list, get, set, unset",
    load: async () => (await import("./commands/settings.ts")).defineSettings,
  },
  doctor: {
    summary: "look whether this machine and this home are fit for a deck, and what to do where they are not",
    load: async () => (await import("./commands/doctor.ts")).defineDoctor,
  },
  triage: {
    summary: "read what a crash of the deck has left: where, of what, what to do",
    load: async () => (await import("./commands/triage.ts")).defineTriage,
  },
  airgap: {
    summary: "cut all constructs of the open run off the network, or let them back",
    load: async () => (await import("./commands/airgap.ts")).defineAirgap,
  },
};

/** Runs the command that the arguments name; resolves to its exit code, or rejects with a fault. */
export async function runCommand(world: World): Promise<number> {
  let code = 0;
  const argv = world.terminal !== undefined && world.stdin.isTTY === true ? withCockpit(world.argv) : world.argv;
  const program = await build({ ...world, argv }, (result) => {
    code = result;
  });
  if (argv.length === 0) {
    program.outputHelp();
    return code;
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    // A group of commands without a word that says which: its help is on stderr already.
    if (error.code === "commander.help") return exitCode.usage;
    throw usageFault(error, program, world);
  }
}

/** Without a command, it is the cockpit that is meant, with whatever flags there are. */
function withCockpit(argv: readonly string[]): string[] {
  const [first] = argv;
  const isCockpit = first === undefined || (first.startsWith("-") && !ownFlags.has(first));
  return isCockpit ? ["cockpit", ...argv] : [...argv];
}

/** The flags of the program itself. */
const ownFlags: ReadonlySet<string> = new Set(["-h", "--help", "-V", "--version", "--no-color"]);

async function build(world: World, finish: (code: number) => void): Promise<Command> {
  const program = new Command("cyberdeck");
  const paint = painter(wantsColor(world, world.stdout, !world.argv.includes("--no-color")));
  const width = columnsOf(world.stdout) ?? 100;
  program
    .description("Run ten or twenty coding agents at once and stay in charge of them.")
    .version(world.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "explain the command")
    .option("--no-color", "no colours (also: the variable NO_COLOR)")
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => paint("strong", title) })
    .configureOutput({
      writeOut: (text) => void world.stdout.write(text),
      writeErr: (text) => void world.stderr.write(text),
      // What commander would print about a wrong command becomes a fault, which is printed like every other one.
      outputError: () => {},
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    })
    .addHelpText("after", examples);
  const called = world.argv.filter((word) => !word.startsWith("-")).slice(0, 2);
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = program.command(name).description(summary);
    if (called[0] === name || (called[0] === "help" && called[1] === name)) (await load())(command, world, finish);
  }
  return program;
}

/** A complaint of commander's in our form: one message, one next step. */
function usageFault(error: CommanderError, program: Command, world: World): Fault {
  const [first = "", ...more] = error.message.split("\n");
  const message = first.replace(/^error: /, "").replace(/\.$/, "");
  const suggestion = /\(Did you mean (.+?)\?\)/.exec(more.join(" "))?.[1];
  const name = world.argv.find((word) => !word.startsWith("-") && Object.hasOwn(commands, word));
  const part = name === undefined ? [] : partOf(name, program, world);
  const parts = program.commands.find((command) => command.name() === name)?.commands.map((one) => one.name()) ?? [];
  if (name !== undefined && error.code === "commander.excessArguments" && part.length === 0 && parts.length > 0)
    return unknownPart(name, parts, message);
  const path = ["cyberdeck", ...(name === undefined ? [] : [name, ...part])];
  const help = `"${[...path, "--help"].join(" ")}" shows what there is`;
  const quotes =
    error.code === "commander.excessArguments" && name === "run"
      ? "put the text in quotes, so that it is one argument; "
      : "";
  const hint = suggestion === undefined ? `${quotes}${help}` : `did you mean ${suggestion}? ${help}`;
  return new Fault("usage", error.code.replace("commander.", "cli."), message, { hint });
}

/** A word that names no part of a command goes to the part that needs no name, which has no use for it. */
function unknownPart(name: string, parts: readonly string[], complaint: string): Fault {
  const word = /got \d+: ([^,]+)/.exec(complaint)?.[1] ?? "";
  const meant = nearest(word, parts);
  const hint = `${meant === undefined ? "" : `did you mean ${meant}? `}there are: ${parts.join(", ")}; "cyberdeck ${name} --help" says more`;
  return new Fault("usage", "cli.unknownCommand", `unknown command '${name} ${word}'`, { hint });
}

/** The word after the command that names a part of it, as `prune` of `runs`; none when it has no such part. */
function partOf(name: string, program: Command, { argv }: World): string[] {
  const parts = program.commands.find((command) => command.name() === name)?.commands ?? [];
  const word = argv.slice(argv.indexOf(name) + 1).find((other) => !other.startsWith("-"));
  return parts.flatMap((part) => (part.name() === word ? [word] : []));
}

const examples = `
Examples:
  cyberdeck run "write a test for each exported function of src/"
  cyberdeck run --offline "try the deck without an account"
  cyberdeck spawn "summarise README.md" "summarise CHANGELOG.md"
  cyberdeck show last
  cyberdeck help run
`;
