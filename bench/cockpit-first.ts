import { farDeck } from "../test/faces/cockpit/kit/far-deck.ts";
import { busyFleet } from "../test/faces/cockpit/kit/scenes.ts";
import { build } from "./built.ts";
import { cockpitTerminal } from "./cockpit-terminal.ts";
import { medianOf, type Bench } from "./measurement.ts";
import { processorTime } from "./processor.ts";

/** From the start of the process to its pictures, as the terminal gets them. */
export const cockpitFirst: Bench = {
  name: "cockpit.first",
  about: "the built cockpit on a pseudo terminal: its first frame, and the first with the fleet of its host",
  async run({ emit, rounds }) {
    using built = await build();
    await using far = await farDeck();
    await busyFleet(far.deck);
    const [frames, cpus, fleets]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round <= rounds * 2; round += 1) {
      const terminal = cockpitTerminal([built.program, ...far.args], { ...built.env, ...far.env });
      const fleet = terminal.until((sent) => {
        const fleetAt = sent.search(/cx-0000000\d/);
        return fleetAt >= 0 && sent.lastIndexOf(endOfFrame) > fleetAt;
      });
      await terminal.until((sent) => sent.includes(endOfFrame));
      const frame = performance.now() - terminal.began;
      const cpu = processorTime(terminal.pid, { children: false });
      await fleet;
      const whole = performance.now() - terminal.began;
      await terminal.end();
      // The first one fills the caches of the file system and of compiled code.
      if (round === 0) continue;
      frames.push(frame);
      cpus.push(cpu);
      fleets.push(whole);
    }
    emit(medianOf("cockpit.first.frame", "ms", frames, "from exec; built, by the launcher, the host is there"));
    emit(medianOf("cockpit.first.cpu", "ms", cpus, "processor time until then, which a busy machine changes least"));
    emit(medianOf("cockpit.first.fleet", "ms", fleets, "from exec to the attached fleet of eight"));
  },
};

/** The end of a synchronised update. */
const endOfFrame = "\u001b[?2026l";
