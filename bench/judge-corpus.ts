import { join } from "node:path";
import { analyse } from "../src/policy/brake/analyse.ts";
import { decide } from "../src/policy/brake/tiers.ts";
import { callOf, casesOf, placeOf } from "../test/policy/brake/corpus.ts";
import { spreadOf, type Bench } from "./measurement.ts";

/** How long the brake takes over the labelled calls of its tests, once it is warm. Aim: p99 at most 1 ms. */
export const judgeCorpus: Bench = {
  name: "judge.corpus",
  about: "the brake over its labelled calls, warm",
  run({ emit }) {
    const folder = join(import.meta.dirname, "..", "test", "policy", "brake");
    const cases = ["danger.ndjson", "benign.ndjson"].flatMap((name) => casesOf(join(folder, name)));
    const samples: number[] = [];
    for (let round = 0; round < 4; round += 1)
      for (const one of cases) {
        const place = placeOf(one);
        const began = performance.now();
        decide(analyse(callOf(one), place), one.tier);
        // The first round warms up.
        if (round > 0) samples.push(performance.now() - began);
      }
    for (const figure of spreadOf("judge.corpus", "ms", samples, `${cases.length} calls`)) emit(figure);
    return Promise.resolve();
  },
};
