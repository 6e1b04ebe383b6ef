import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { farDeck, type FarDeck } from "../test/faces/cockpit/kit/far-deck.ts";
import { busyFleet } from "../test/faces/cockpit/kit/scenes.ts";
import { build, type Built } from "./built.ts";
import { cockpitTerminal, type CockpitTerminal } from "./cockpit-terminal.ts";
import { medianOf, quantile, type Bench, type Stage } from "./measurement.ts";
import { processorTime } from "./processor.ts";

const constructs = 100;
const eventsPerSecond = 50;
const seconds = 10;
const keys = 100;
const manyEvents = 100_000;

/** What a large and busy fleet costs the cockpit, on a pseudo terminal of 200 x 50. */
export const cockpitLoad: Bench = {
  name: "cockpit.load",
  about: "the built cockpit with 100 constructs at 50 events a second, and after 100,000 events",
  async run(stage) {
    using built = await build();
    await using far = await farDeck();
    await busyFleet(far.deck);
    fill(far);
    const terminal = await opened(built, far);
    try {
      await measureLoad(terminal, far, stage);
      await measureMemory(terminal, far, stage);
    } finally {
      await terminal.end();
    }
  },
};

const name = (n: number): string => `cx-${(0x20000000 + n).toString(16)}`;

function fill({ deck }: FarDeck): void {
  const stage = deck.stage();
  for (let n = 0; n < constructs; n += 1) {
    stage.queue(name(n), `Write page ${n} of the manual, with examples, and check each of them`);
    stage.start(name(n));
  }
}

async function opened(built: Built, far: FarDeck): Promise<CockpitTerminal> {
  const terminal = cockpitTerminal([built.program, ...far.args], { ...built.env, ...far.env });
  await terminal.until((sent) => sent.includes("cx-2000000"));
  return terminal;
}

/** Something happens to one of them; what and to whom differs each time. */
function happen({ deck }: FarDeck, n: number): void {
  const construct = name(n % constructs);
  if (n % 3 === 0) deck.stage().emit("construct.said", { construct, text: `I have read part ${n}; 数える ${n} next.` });
  else
    deck
      .stage()
      .emit("construct.tool_called", { construct, call: `call-${n}`, tool: "Bash", input: `cyberdeck help ${n}` });
}

async function measureLoad(terminal: CockpitTerminal, far: FarDeck, { emit }: Stage): Promise<void> {
  let n = 0;
  const ticker = setInterval(() => happen(far, (n += 1)), 1000 / eventsPerSecond);
  try {
    // What is compiled and cached is so by then.
    await pause(3000);
    const before = processorTime(terminal.pid, { children: false });
    const began = performance.now();
    await pause(seconds * 1000);
    const used = processorTime(terminal.pid, { children: false }) - before;
    const share = (used / (performance.now() - began)) * 100;
    emit(medianOf("cockpit.load.cpu", "percent", [share], `of a core, over ${seconds} s`));
    const took: number[] = [];
    for (let key = 0; key < keys; key += 1) {
      await pause(20 + Math.random() * 60);
      // The sign of the cursor is sent again when it moves, and only then.
      const painted = terminal.until((sent) => sent.includes("▸"));
      const pressed = performance.now();
      terminal.write(key % 20 < 10 ? "s" : "w");
      await painted;
      took.push(performance.now() - pressed);
    }
    const runs = [quantile(took, 0), quantile(took, 1)];
    const note = `${keys} keys under the same load; runs: least and most`;
    emit({ bench: "cockpit.load.key.p50", unit: "ms", value: quantile(took, 0.5), runs, note });
    emit({ bench: "cockpit.load.key.p95", unit: "ms", value: quantile(took, 0.95), runs, note });
  } finally {
    clearInterval(ticker);
  }
}

async function measureMemory(terminal: CockpitTerminal, far: FarDeck, { emit, progress }: Stage): Promise<void> {
  for (let n = 0; n < manyEvents; n += 1) {
    happen(far, n);
    // The door has to send them meanwhile.
    if (n % 250 === 0) await pause(5);
  }
  progress(`${far.deck.events.length} events`);
  const seen = terminal.until((sent) => sent.includes("the last of all"));
  far.deck.stage().emit("goal.changed", { from: "", to: "the last of all" });
  await seen;
  const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${terminal.pid}/status`, "utf8"))?.[1];
  emit(medianOf("cockpit.load.rss", "MB", [Number(resident) / 1024], `after ${manyEvents} events in one run`));
}
