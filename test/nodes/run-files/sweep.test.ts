import { existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { statePath } from "../../../src/nodes/node/shelf-state.ts";
import { sweeping } from "../../../src/nodes/node/run-sweep.ts";
import { eventually } from "../../kit/deck.ts";
import { handClock } from "../../kit/hand-clock.ts";
import { temporaryFolder } from "../../kit/temporary-folder.ts";

const [keptMs, unsentMs] = [60_000, 600_000];

function scene(
  open: () => ReadonlySet<string> | undefined = () => new Set(),
  inUse: (run: string) => boolean = () => false,
) {
  const data = temporaryFolder();
  const clock = handClock();
  mkdirSync(join(data, "run-files"));
  const sweep = sweeping({ data, clock, times: { keptMs, unsentMs }, openRuns: open, inUse });
  onTestFinished(() => sweep.close());
  const there = (run: string): boolean => existsSync(join(data, "runs", run));
  return {
    data,
    clock,
    sweep,
    there,
    add(run: string, state: { isWhole: boolean } | undefined): void {
      mkdirSync(join(data, "runs", run, "parts"), { recursive: true });
      writeFileSync(join(data, "runs", run, "parts", "a"), "a");
      if (state !== undefined)
        writeFileSync(
          statePath(data, run),
          JSON.stringify({ life: "1", usedAt: clock.now(), sessions: [], files: [], strays: [], ...state }),
        );
      else utimesSync(join(data, "runs", run), clock.now() / 1000, clock.now() / 1000);
    },
    /** Lets a look come to its end. */
    async look(): Promise<void> {
      mkdirSync(join(data, "runs", "marker"), { recursive: true });
      utimesSync(join(data, "runs", "marker"), 0, 0);
      sweep.look();
      await eventually(() => !there("marker"), "it has looked");
    },
  };
}

describe("the folders of runs on a node", () => {
  test("go when their run is over: soon when the host has all of it, later when it has not", async () => {
    const one = scene();
    one.add("run-whole", { isWhole: true });
    one.add("run-unsent", { isWhole: false });
    one.add("run-unknown", undefined);
    await one.look();
    one.clock.pass(keptMs - 1000);
    await one.look();
    expect(["run-whole", "run-unsent", "run-unknown"].map(one.there)).toEqual([true, true, true]);
    one.clock.pass(2000);
    await eventually(() => !one.there("run-whole"), "it is looked again when the first one is due");
    expect(existsSync(statePath(one.data, "run-whole"))).toBe(false);
    expect(["run-unsent", "run-unknown"].map(one.there)).toEqual([true, true]);
    one.clock.pass(unsentMs);
    await eventually(() => !one.there("run-unsent") && !one.there("run-unknown"), "the others are due");
  });

  test("stay while the run is open on the host, while somebody works in it, and while nobody knows", async () => {
    let open: ReadonlySet<string> | undefined = new Set(["run-open"]);
    const one = scene(
      () => open,
      (run) => run === "run-used",
    );
    for (const run of ["run-open", "run-used", "run-over"]) one.add(run, { isWhole: true });
    one.clock.pass(unsentMs * 2);
    await one.look();
    expect(["run-open", "run-used", "run-over"].map(one.there)).toEqual([true, true, false]);
    open = undefined;
    one.add("run-over", { isWhole: true });
    one.clock.pass(unsentMs * 2);
    one.sweep.look();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    open = new Set();
    expect(one.there("run-over")).toBe(true);
    await one.look();
    expect(["run-open", "run-used", "run-over"].map(one.there)).toEqual([false, true, false]);
  });

  test("are removed without what links in them lead to", async () => {
    const one = scene();
    const outside = temporaryFolder();
    writeFileSync(join(outside, "mine"), "mine");
    one.add("run-over", { isWhole: true });
    symlinkSync(outside, join(one.data, "runs", "run-over", "link"));
    one.clock.pass(keptMs * 2);
    await one.look();
    expect(one.there("run-over")).toBe(false);
    expect(existsSync(join(outside, "mine"))).toBe(true);
  });
});
