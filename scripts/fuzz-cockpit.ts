// Drives whole cockpits with random keys, pastes, clicks, sizes and events: node scripts/fuzz-cockpit.ts [seed] [rounds] [steps].
// Each round has a seed of its own, which brings a failure back: node scripts/fuzz-cockpit.ts SEED 1.
import { fuzzCockpit } from "../test/faces/cockpit/kit/fuzz.ts";
import { unicodes } from "../test/faces/cockpit/kit/emulator.ts";

const [first = 1, rounds = 50, steps = 400] = process.argv.slice(2).map(Number);
/** A round that leaves more than this behind is a leak, megabytes. */
const mostGrowth = 300;

let failures = 0;
let slowest = 0;
let low = Infinity;
for (let round = 0; round < rounds; round += 1) {
  const seed = first + round;
  const result = await fuzzCockpit(seed, steps, unicodes[round % unicodes.length]);
  slowest = Math.max(slowest, result.slowestMs);
  const memory = process.memoryUsage().heapUsed / 1e6;
  low = Math.min(low, memory);
  if (result.problem !== undefined) {
    failures += 1;
    console.error(`seed ${seed}, step ${result.steps}: ${result.problem}\n  ${result.failed.join("\n  ")}`);
  }
}
const grown = process.memoryUsage().heapUsed / 1e6 - low;
console.log(
  `${rounds} rounds of ${steps} steps, ${failures} failures, slowest step ${slowest.toFixed(0)} ms, ${grown.toFixed(0)} MB more than at least`,
);
process.exitCode = failures === 0 && grown < mostGrowth ? 0 : 1;
