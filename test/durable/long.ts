// The long form of the crash matrix: `npm run test:long -- [--fast N] [--real N] [--seed N] [--at-once N]`. Prints what fails with
// its seed and deaths, and ends with 1 if anything did. With `--only 'JSON of a trial'` it runs that one.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { bundled } from "./bundle.ts";
import { deathSchema } from "./death.ts";
import { kindsIn, lifeOf, showTrial, trialsOf, tryDeaths, type Trial } from "./matrix.ts";
import { tryReal } from "./real-life.ts";

const { values } = parseArgs({
  options: {
    fast: { type: "string", default: "1000" },
    real: { type: "string", default: "30" },
    seed: { type: "string", default: "1" },
    "at-once": { type: "string", default: "2" },
    only: { type: "string" },
  },
});
const seed = Number(values.seed);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
let failures = 0;

type Attempt = (trial: Trial) => ReturnType<typeof tryDeaths>;

async function run(trials: readonly Trial[], attempt: Attempt, name: string): Promise<void> {
  const began = performance.now();
  const queue = [...trials];
  let over = 0;
  let died = 0;
  const worker = async (): Promise<void> => {
    for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
      const { wrong, events } = await attempt(trial);
      over += 1;
      died += events.filter(({ type }) => type === "run.resumed").length;
      if (wrong.length > 0) {
        failures += 1;
        say(`FAILED ${name} ${showTrial(trial)}\n  ${wrong.join("\n  ")}\n  --only '${JSON.stringify(trial)}'`);
      }
      if (over % 50 === 0) say(`${name}: ${over} of ${trials.length}, ${seconds(began)} s`);
    }
  };
  await Promise.all(Array.from({ length: Number(values["at-once"]) }, worker));
  say(`${name}: ${over} runs, ${died} resumes, ${failures} failures so far, ${seconds(began)} s, seed ${seed}`);
}

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(0);

using fast = await bundled(join(import.meta.dirname, "fast-deck-process.ts"));
const life = lifeOf(fast.script);
if (values.only !== undefined) {
  const trial = z.object({ seed: z.int(), deaths: z.array(deathSchema) }).parse(JSON.parse(values.only));
  const { wrong, events } = await tryDeaths(trial, life);
  for (const { seq, source, type, body } of events)
    say(`${seq} ${source} ${type} ${JSON.stringify(body).slice(0, 300)}`);
  say(wrong.join("\n"));
  failures = wrong.length;
} else {
  const kinds = new Map<number, ReadonlyMap<string, number>>();
  for (let scenario = seed; scenario < seed + 6; scenario += 1) {
    const { wrong, events } = await tryDeaths({ seed: scenario, deaths: [] }, life);
    for (const what of wrong) say(`FAILED without a death, seed ${scenario}: ${what}`);
    failures += wrong.length;
    kinds.set(scenario, kindsIn(events));
  }
  await run(trialsOf(kinds, Number(values.fast), seed), (trial) => tryDeaths(trial, life), "fast");
  if (Number(values.real) > 0) {
    const clean = await tryReal({ seed, deaths: [] }, "deck");
    const trials = trialsOf(new Map([[seed, kindsIn(clean.events)]]), Number(values.real), seed);
    const fates = ["deck", "both", "stopped"] as const;
    await run(trials, (trial) => tryReal(trial, fates[trials.indexOf(trial) % 3] ?? "deck"), "real");
  }
}
process.exitCode = failures === 0 ? 0 : 1;
