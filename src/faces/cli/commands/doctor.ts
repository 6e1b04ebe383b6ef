import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import { inert } from "../../../base/text.ts";
import { count } from "../../../base/units.ts";
import type { Finding, FindingState } from "../../../protocol/finding.ts";
import { exitCode } from "../exit.ts";
import { addAgentFlags, deckOptions, type DeckFlags } from "../flags/deck-flags.ts";
import { addHubLogin, hubOf, type HubFlags } from "../flags/hub-flags.ts";
import { jsonLine } from "../json-lines.ts";
import type { Style } from "../../words/style.ts";
import { painter, wantsColor, type Paint } from "../paint.ts";
import { sink } from "../sink.ts";
import { columnsOf, isScreen, type World } from "../world.ts";

interface DoctorFlags extends Omit<DeckFlags, "hub" | "fleet">, HubFlags {
  json?: boolean;
  reap?: boolean;
  color: boolean;
}

/** `cyberdeck doctor`: whether this machine and this home are fit for a deck, and what to do where they are not. */
export function defineDoctor(command: Command, world: World, finish: (code: number) => void): void {
  addAgentFlags(command)
    .option(
      "--hub [urls]",
      "look at the NATS server of a fleet, too: nats://host:port or tls://host:port; without an address, the one of the home",
    )
    .option("--as <node>", "with --hub: as this node would, not as the host")
    .option("--reap", "end what dead decks of this home have left running")
    .option("--json", "write each check as a line of JSON")
    .addHelpText("after", examples);
  addHubLogin(command).action(async () => {
    const flags = command.optsWithGlobals<DoctorFlags>();
    const hub = hubOf(flags, world);
    // Its hub is only looked at: no deck is opened on it.
    const { hub: _asked, fleet: _named, ...deck } = flags;
    const options = await deckOptions(deck, world, "read");
    if (flags.reap === true) refuseConstruct(world);
    const columns = columnsOf(world.stdout);
    const paint = painter(wantsColor(world, world.stdout, flags.color));
    const out = sink(world.stdout);
    const show = flags.json === true ? jsonLine : (finding: Finding) => linesOf(finding, paint);
    const wait = waitingLine(world);
    const list = inOrder((finding) => {
      wait.clear();
      void out.write(show(finding));
    });
    const findings = await world.examine({
      workspace: options.workspace,
      home: options.home,
      ...(options.claudeBin === undefined ? {} : { claudeBin: options.claudeBin }),
      offline: options.offline,
      reap: flags.reap === true,
      ...(hub === undefined ? {} : { hub: { settings: hub, ...(flags.as === undefined ? {} : { as: flags.as }) } }),
      terminal: columns === undefined ? undefined : { columns, rows: world.stdout.rows ?? 0 },
      onBegin: (names) => list.begin(names),
      onFinding(finding) {
        list.take(finding);
        wait.show(list.left());
      },
    });
    wait.clear();
    if (flags.json !== true) await out.write(`\n${summaryOf(findings)}\n`);
    await out.flush();
    finish(findings.some(({ state }) => state === "problem") ? exitCode.failed : exitCode.done);
  });
}

/** The mark in the environment of a construct: it must not end what is the netrunner's to end. */
function refuseConstruct({ env }: World): void {
  if (env["CYBERDECK_CONSTRUCT"] === undefined) return;
  throw new Fault("refused", "doctor.from_construct", "a construct may not end processes of its deck", {
    hint: "Say in your result what you found; the netrunner decides.",
  });
}

/** Gives findings on in the order of the checks, each as soon as all before it are there. */
function inOrder(give: (finding: Finding) => void) {
  let names: readonly string[] = [];
  let next = 0;
  const made = new Map<string, Finding>();
  return {
    begin(all: readonly string[]) {
      names = all;
    },
    take(finding: Finding) {
      made.set(finding.check, finding);
      for (; next < names.length; next += 1) {
        const due = made.get(names[next] ?? "");
        if (due === undefined) break;
        give(due);
      }
    },
    left: () => names.filter((name) => !made.has(name)),
  };
}

/** On a terminal, a line that says what is still being looked at, and that vanishes. */
function waitingLine(world: World): { show: (names: readonly string[]) => void; clear: () => void } {
  if (!isScreen(world, world.stderr)) return { show: () => undefined, clear: () => undefined };
  const columns = columnsOf(world.stderr) ?? 80;
  const clear = (): void => void world.stderr.write("\r\u001b[K");
  return {
    show(names) {
      clear();
      if (names.length > 0) world.stderr.write(`  looking at: ${names.join(", ")}`.slice(0, columns - 1));
    },
    clear,
  };
}

const marks: Record<FindingState, { mark: string; style: Style }> = {
  ok: { mark: "✓", style: "good" },
  warning: { mark: "!", style: "warning" },
  problem: { mark: "✗", style: "bad" },
  skipped: { mark: "-", style: "faint" },
};

/** Of the longest name of a check, and a gap. */
const nameWidth = 12;

/** Not cut at the terminal's edge: a command is there to be copied. */
function linesOf({ check, state, text, next, command }: Finding, paint: Paint): string {
  const { mark, style } = marks[state];
  const remedies = [next, command].filter((remedy) => remedy !== null);
  const lines = [
    `${paint(style, mark)} ${check.padEnd(nameWidth)}${inert(text)}`,
    ...remedies.map((remedy) => `${" ".repeat(nameWidth + 2)}${paint("faint", "→")} ${paint("strong", inert(remedy))}`),
  ];
  return `${lines.join("\n")}\n`;
}

function summaryOf(findings: readonly Finding[]): string {
  const number = (state: FindingState): number => findings.filter((finding) => finding.state === state).length;
  const problems = number("problem");
  const warnings = number("warning");
  if (problems === 0 && warnings === 0) return "Everything is as it should be.";
  const words = [
    ...(problems > 0 ? [count(problems, "problem")] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
  ];
  return `${words.join(", ")}${problems === 0 ? ": runs can work" : ""}.`;
}

const examples = `
Examples:
  cyberdeck doctor
  cyberdeck doctor --offline
  cyberdeck doctor --reap
  cyberdeck doctor --hub
  cyberdeck doctor --hub tls://hub.example.org --as node-a --user node-a --password file:/etc/cyberdeck/hub
  cyberdeck doctor --json | jq -r 'select(.state == "problem") | .check + ": " + .text'

It changes and installs nothing; only --reap ends processes, and only those that bear the mark of an agent of this home
in which no deck is at work. Of your login it looks only whether there is one. The exit code is 1 where there is a problem.
`;
