import { join } from "node:path";
import { expect, test } from "vitest";
import { bundled } from "./bundle.ts";
import { kindsIn, lifeOf, showTrial, trialsOf, tryDeaths, type Trial } from "./matrix.ts";

/** Together they take all branches: with and without spares, an author, a bad first reply, a denied hold. */
const seeds = [1, 2];

/** Of the some 400 points of these two; `npm run test:long` takes more of them. */
const trials = 40;

test("a run whose deck is killed at any kind of event, once or several times, comes to its end: no outcome lost, none doubled, nothing left behind", async () => {
  using fast = await bundled(join(import.meta.dirname, "fast-deck-process.ts"));
  const life = lifeOf(fast.script);
  const clean = await Promise.all(
    seeds.map(async (seed) => ({ seed, ...(await tryDeaths({ seed, deaths: [] }, life)) })),
  );
  expect(clean.flatMap(({ wrong }) => wrong)).toEqual([]);
  const kinds = new Map(clean.map(({ seed, events }) => [seed, kindsIn(events)]));
  // What a death comes between is there at all.
  for (const kind of ["hold.opened", "construct.redirected", "daemon.replied", "construct.paused", "netrunner.said"])
    expect([...kinds.values()].some((types) => types.has(kind))).toBe(true);

  const queue: Trial[] = trialsOf(kinds, trials, 7);
  const wrong: string[] = [];
  let resumes = 0;
  const worker = async (): Promise<void> => {
    for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
      const found = await tryDeaths(trial, life);
      resumes += found.events.filter(({ type }) => type === "run.resumed").length;
      if (found.wrong.length > 0) wrong.push(`${showTrial(trial)}: ${found.wrong.join("; ")}`);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  expect(wrong).toEqual([]);
  // Nearly every point is come to.
  expect(resumes).toBeGreaterThan(trials * 0.7);
}, 600_000);
