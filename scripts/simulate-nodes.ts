// node scripts/simulate-nodes.ts: fleets of up to 1,000 nodes and 20,000 constructs, and what of them saturates first. A table on stdout.
import { asItIs, batched, measured, type Habits } from "./simulate/costs.ts";
import { live, type Outcome } from "./simulate/fleet.ts";

const seed = 7;
const seconds = 30;
const sizes: [nodes: number, constructs: number][] = [
  [1, 10],
  [3, 50],
  [10, 200],
  [30, 500],
  [50, 1000],
  [100, 2000],
  [250, 5000],
  [500, 10_000],
  [1000, 20_000],
];
const habits: [string, Habits][] = [
  ["As it is", asItIs],
  ["With signs of life in the renewals, and one letter for what is said in one moment", batched],
];

for (const [title, habit] of habits) {
  process.stdout.write(`\n${title}:\n\n`);
  print([
    "nodes",
    "constructs",
    "letters/s",
    "host",
    "its disk",
    "server",
    "host MB",
    "verdict p50",
    "p99",
    "again",
    "first to saturate",
  ]);
  print(Array.from({ length: 11 }, () => "---:"));
  for (const [nodes, constructs] of sizes) {
    const outcome = live({ nodes, constructs, costs: measured, habits: habit, seed, seconds });
    print([nodes.toLocaleString("en"), constructs.toLocaleString("en"), ...cells(outcome)]);
  }
}

function cells({
  lettersPerSecond,
  host,
  disk,
  server,
  hostMb,
  verdictP50,
  verdictP99,
  again,
  lost,
}: Outcome): string[] {
  return [
    Math.round(lettersPerSecond).toLocaleString("en"),
    percent(host),
    percent(disk),
    percent(server),
    Math.round(hostMb).toLocaleString("en"),
    milliseconds(verdictP50),
    milliseconds(verdictP99),
    percent(again),
    lost > 0
      ? `host: ${lost} leases are lost`
      : host >= 1
        ? "host"
        : server >= 1
          ? "server"
          : host > 0.7
            ? "host is near"
            : "",
  ];
}

function print(columns: readonly string[]): void {
  process.stdout.write(`| ${columns.join(" | ")} |\n`);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function milliseconds(ms: number): string {
  if (Number.isNaN(ms)) return "–";
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
