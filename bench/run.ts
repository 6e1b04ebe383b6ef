// npm run bench: figures as JSON lines on stdout, progress and a table on stderr.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { messageOf } from "../src/base/fault.ts";
import { askSelect } from "./ask-select.ts";
import { cockpitFirst } from "./cockpit-first.ts";
import { cockpitLoad } from "./cockpit-load.ts";
import { deckLoad } from "./deck-load.ts";
import { doorFollow } from "./door-follow.ts";
import { gateRoundtrip } from "./gate-roundtrip.ts";
import { goalTen } from "./goal-ten.ts";
import { goalTenPool } from "./goal-ten-pool.ts";
import { judgeCorpus } from "./judge-corpus.ts";
import { killLatency } from "./kill-latency.ts";
import { lookAtMachine } from "./machine.ts";
import type { Measurement } from "./measurement.ts";
import { poolWarm } from "./pool-warm.ts";
import { resume } from "./resume.ts";
import { shellParse } from "./shell-parse.ts";
import { startup } from "./startup.ts";
import { storeAppend } from "./store-append.ts";
import { tableOf } from "./table.ts";
import { wall } from "./wall.ts";
import { wireBytes } from "./wire-bytes.ts";

const benches = [
  goalTen,
  goalTenPool,
  poolWarm,
  killLatency,
  wireBytes,
  gateRoundtrip,
  deckLoad,
  startup,
  storeAppend,
  resume,
  doorFollow,
  askSelect,
  shellParse,
  wall,
  judgeCorpus,
  cockpitFirst,
  cockpitLoad,
];

const usage = `Usage: npm run bench -- [--only NAME]... [--rounds N]

Measures the deck with the real agent against a scripted model on loopback: no account, no network, no cost.
Each figure is a line of JSON on stdout; progress and a table go to stderr.

  --only NAME   run this bench alone; may be given more than once
  --rounds N    repetitions of the comparisons (default 5)
  --help        this text

Benches:
${benches.map((bench) => `  ${bench.name.padEnd(15)} ${bench.about}`).join("\n")}
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const wish = readArguments();
  if (typeof wish === "string") {
    process.stderr.write(`error: ${wish}\nnext: see npm run bench -- --help\n`);
    return 2;
  }
  if (wish.help) {
    process.stdout.write(usage);
    return 0;
  }
  const machine = await lookAtMachine();
  const all: Measurement[] = [];
  const emit = (measurement: Measurement): void => {
    all.push(measurement);
    process.stdout.write(`${JSON.stringify({ ...measurement, machine })}\n`);
  };
  let failures = 0;
  for (const bench of wish.chosen) {
    const progress = (text: string): void => void process.stderr.write(`${bench.name}: ${text}\n`);
    try {
      await bench.run({ emit, progress, rounds: wish.rounds });
    } catch (error) {
      failures += 1;
      progress(`failed: ${messageOf(error)}`);
    }
  }
  const load = loadavg().map((value) => value.toFixed(1));
  const about = `${machine.cores} cores, Node ${machine.node}, agent ${machine.agent}, load ${load.join(" ")}`;
  process.stderr.write(`\n${tableOf(all)}\n\n${about}\n`);
  return failures === 0 ? 0 : 1;
}

function readArguments(): string | { help: boolean; rounds: number; chosen: typeof benches } {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: "string", multiple: true },
        rounds: { type: "string", default: "5" },
        help: { type: "boolean", default: false },
      },
    });
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1) return `--rounds takes a whole number from 1, not ${values.rounds}`;
    const names = values.only ?? benches.map((bench) => bench.name);
    const unknown = names.find((name) => !benches.some((bench) => bench.name === name));
    if (unknown !== undefined) return `there is no bench ${unknown}`;
    return { help: values.help, rounds, chosen: benches.filter((bench) => names.includes(bench.name)) };
  } catch (error) {
    return messageOf(error);
  }
}
