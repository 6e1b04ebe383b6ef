import { spawn } from "@lydell/node-pty";
import { farDeck } from "../test/faces/cockpit/kit/far-deck.ts";
import { busyFleet } from "../test/faces/cockpit/kit/scenes.ts";
import { build } from "./built.ts";
import { medianOf, type Bench } from "./measurement.ts";
import { processorTime } from "./processor.ts";

interface First {
  frame: number;
  fleet: number;
  cpu: number;
}

/** The longest that a frame is waited for, milliseconds. */
const mostMs = 20_000;

/** From the start of the process to its pictures, as the terminal gets them. */
export const cockpitFirst: Bench = {
  name: "cockpit.first",
  about: "the built cockpit on a pseudo terminal: its first frame, and the first with the fleet of its host",
  async run({ emit, rounds }) {
    using built = await build();
    await using far = await farDeck();
    await busyFleet(far.deck);
    const frames: number[] = [];
    const fleets: number[] = [];
    const cpus: number[] = [];
    for (let round = 0; round <= rounds * 2; round += 1) {
      const { frame, fleet, cpu } = await open([built.program, ...far.args], { ...built.env, ...far.env });
      // The first one fills the caches of the file system and of compiled code.
      if (round === 0) continue;
      frames.push(frame);
      fleets.push(fleet);
      cpus.push(cpu);
    }
    emit(medianOf("cockpit.first.frame", "ms", frames, "from exec; built, by the launcher, the host is there"));
    emit(medianOf("cockpit.first.fleet", "ms", fleets, "from exec to the attached fleet of eight"));
    emit(
      medianOf(
        "cockpit.first.cpu",
        "ms",
        cpus,
        "processor time until the first frame: what a busy machine does not change",
      ),
    );
  },
};

/** Milliseconds until the end of the first frame, and until that of the first one that shows the fleet. */
async function open(args: string[], env: Record<string, string>): Promise<First> {
  const { promise, resolve, reject } = Promise.withResolvers<First>();
  const began = performance.now();
  const child = spawn(process.execPath, args, { cols: 200, rows: 50, cwd: "/", env });
  const timer = setTimeout(() => reject(new Error("the cockpit did not show its fleet")), mostMs);
  let raw = "";
  let frame: number | undefined;
  let cpu = 0;
  child.onData((data) => {
    raw += data;
    if (frame === undefined && raw.includes("\u001b[?2026l")) {
      frame = performance.now() - began;
      cpu = processorTime(child.pid, { children: false });
    }
    if (frame !== undefined && /cx-0000000\d/.test(raw) && data.includes("\u001b[?2026l"))
      resolve({ frame, cpu, fleet: performance.now() - began });
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    const gone = Promise.withResolvers<void>();
    child.onExit(() => gone.resolve());
    child.kill("SIGTERM");
    await gone.promise;
  }
}
