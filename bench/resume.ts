import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBareDeck, writeLargeRun } from "./large-run.ts";
import { medianOf, type Bench } from "./measurement.ts";

/** A run of 100 constructs and 100,000 events whose deck has died, taken up again: from the wish to a run that goes on. */
export const resume: Bench = {
  name: "resume",
  about: "taking up a run of 100 constructs and 100,000 events (bound: 2 s)",
  async run({ emit, progress, rounds }) {
    const runs: number[] = [];
    const processor: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const folder = mkdtempSync(join(tmpdir(), "deck-bench-"));
      try {
        progress(`resume: round ${round} of ${rounds}`);
        const took = await timeOf(folder);
        runs.push(took.wall);
        processor.push(took.processor);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    emit(medianOf("resume.ready", "ms", runs, "opened, reaped, folded, settled and begun; no agent starts"));
    emit(medianOf("resume.processor", "ms", processor, "the same on the processor, which counts on a busy machine"));
  },
};

async function timeOf(folder: string): Promise<{ wall: number; processor: number }> {
  const workspace = join(folder, "workspace");
  const home = join(workspace, ".cyberdeck");
  mkdirSync(workspace, { recursive: true });
  const run = await writeLargeRun(home, workspace);
  const deck = await openBareDeck(workspace, home);
  const began = performance.now();
  const used = process.cpuUsage();
  await deck.send({ type: "run.resume", run, command_line: [] });
  const { user, system } = process.cpuUsage(used);
  const took = { wall: performance.now() - began, processor: (user + system) / 1000 };
  await deck.close();
  return took;
}
