import { expect, test } from "vitest";
import { inputOf, randomOf, wrongWith } from "./fuzz.ts";

/** A share of `scripts/fuzz-brake.ts`: the same inputs each time, few enough for every run of the tests. */
const seeds = [20_261_122, 7, 4711];
const inputsPerSeed = 2500;

test.each(seeds)(
  "nothing throws, hangs or allows what cannot be parsed: seed %i",
  (seed) => {
    const random = randomOf(seed);
    const found: string[] = [];
    for (let round = 0; round < inputsPerSeed; round += 1) {
      const call = inputOf(random);
      const wrong = wrongWith(call);
      if (wrong !== undefined) found.push(`seed ${seed}, input ${round}: ${wrong}: ${JSON.stringify(call)}`);
    }
    expect(found).toEqual([]);
  },
  60_000,
);
