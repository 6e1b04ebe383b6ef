// npm run bench:nodes [NAME…]: figures of the hub as JSON lines on stdout, progress and a table on stderr.
import { execFileSync } from "node:child_process";
import { availableParallelism, loadavg } from "node:os";
import type { Measurement } from "../measurement.ts";
import { tableOf } from "../table.ts";
import { hubHost } from "./host.ts";
import { hubControl, hubIdle, hubJobs, hubLetters, hubThings } from "./hub.ts";
import { hubOpen } from "./open.ts";
import { hubThroughput } from "./throughput.ts";

const benches = [hubLetters, hubControl, hubJobs, hubThings, hubIdle, hubHost, hubOpen, hubThroughput];
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !benches.some((bench) => bench.name === name));

if (unknown === undefined) await main();
else {
  const list = benches.map(({ name, about }) => `  ${name.padEnd(14)} ${about}`).join("\n");
  process.stderr.write(`Usage: npm run bench:nodes -- [NAME]...\n\nBenches:\n${list}\n`);
  process.exitCode = unknown === "--help" ? 0 : 2;
}

async function main(): Promise<void> {
  const server = execFileSync("nats-server", ["--version"], { encoding: "utf8" }).trim();
  const machine = { cores: availableParallelism(), node: process.version, server };
  const all: Measurement[] = [];
  const emit = (measurement: Measurement): void => {
    all.push(measurement);
    process.stdout.write(`${JSON.stringify({ ...measurement, machine })}\n`);
  };
  for (const bench of benches.filter(({ name }) => asked.length === 0 || asked.includes(name)))
    await bench.run({ emit, progress: (text) => void process.stderr.write(`${bench.name}: ${text}\n`), rounds: 5 });
  const load = loadavg().map((value) => value.toFixed(1));
  process.stderr.write(
    `\n${tableOf(all)}\n\n${machine.cores} cores, Node ${machine.node}, ${server}, load ${load.join(" ")}\n`,
  );
}
