import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Port } from "../src/host/port.ts";
import { openBareDeck, writeLargeRun } from "./large-run.ts";
import { medianOf, type Bench } from "./measurement.ts";

/** All of a large record as a face in another process gets it, against one in the deck's own process. */
export const doorFollow: Bench = {
  name: "door.follow",
  about: "100,000 events over the door against in process (bound: 3 times)",
  async run({ emit, progress, rounds }) {
    const folder = mkdtempSync(join(tmpdir(), "deck-bench-"));
    const workspace = join(folder, "workspace");
    const home = join(workspace, ".cyberdeck");
    mkdirSync(workspace, { recursive: true });
    try {
      await writeLargeRun(home, workspace);
      const deck = await openBareDeck(workspace, home);
      const { seq } = await deck.send({ type: "host.status" });
      const [inside, outside]: [number[], number[]] = [[], []];
      for (let round = 1; round <= rounds; round += 1) {
        progress(`door.follow: round ${round} of ${rounds}`);
        inside.push(await timeToRead(deck, seq));
        outside.push(await timeOfFace(home, seq));
      }
      await deck.close();
      emit(medianOf("door.follow.inside", "ms", inside, "events from 0 in the deck's own process"));
      emit(medianOf("door.follow.outside", "ms", outside, "the same by HTTP over the socket, in another process"));
      const ratios = outside.map((ms, at) => ms / (inside[at] ?? Number.NaN));
      emit(medianOf("door.follow", "ratio", ratios, "over the door / in process"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** How long it takes to read all events up to a number, milliseconds. */
export async function timeToRead(port: Pick<Port, "follow">, upTo: number): Promise<number> {
  const began = performance.now();
  for await (const { seq } of port.follow(0)) if (seq >= upTo) break;
  return performance.now() - began;
}

async function timeOfFace(home: string, upTo: number): Promise<number> {
  const script = join(import.meta.dirname, "door-face.ts");
  const face = spawn(process.execPath, [script, home, String(upTo)], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await Promise.all([text(face.stdout), once(face, "close")]);
  return Number(said);
}
