import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { pause } from "../src/base/clock.ts";
import { call, say, type Answerer } from "../src/offline/reply.ts";
import { startOfflineApi } from "../src/offline/server.ts";
import type { Sign, SignName } from "./deck-process.ts";
import { medianOf, quantile, type Bench } from "./measurement.ts";
import { processorTime } from "./processor.ts";
import { modelMs, tenFiles, tenTasks, workspaceOf } from "./ten.ts";

/** How long ten constructs are at work together, milliseconds. */
const workMs = 5000;

/** A deck that has not ended by then never will, milliseconds. */
const mostMs = 180_000;

/**
 * Ten constructs that read a file every 300 ms of model time, for five seconds from the moment that the tenth is ready. Figures are of
 * that time alone: what the deck's own process takes (the API runs in another one), and what an agent takes beside it.
 */
export const deckLoad: Bench = {
  name: "deck.load",
  about: "processor and memory of the deck with ten constructs at work",
  async run({ emit, progress, rounds }) {
    const all: Load[] = [];
    const times = Math.min(3, rounds);
    for (let index = 0; index < times; index += 1) {
      progress(`round ${index + 1} of ${times}`);
      all.push(await oneRound());
    }
    const pick = (value: (load: Load) => number): number[] => all.map(value);
    emit(
      medianOf(
        "deck.load.cpu",
        "percent",
        pick((load) => load.cpu),
        "of one core, ten constructs at work",
      ),
    );
    emit(
      medianOf(
        "deck.load.events",
        "per second",
        pick((load) => load.events),
        "recorded in the same time",
      ),
    );
    emit(
      medianOf(
        "deck.load.memory",
        "MB",
        pick((load) => load.memory),
        "resident, ten constructs at work",
      ),
    );
    emit(
      medianOf(
        "deck.load.memory_idle",
        "MB",
        pick((load) => load.idle),
        "resident, before the first construct",
      ),
    );
    emit(
      medianOf(
        "deck.load.memory_construct",
        "MB",
        pick((load) => (load.memory - load.idle) / tenTasks.length),
        "the deck's own, for each construct",
      ),
    );
    emit(
      medianOf(
        "deck.load.agent_memory",
        "MB",
        pick((load) => load.agentMemory),
        "resident, the median agent",
      ),
    );
    emit(
      medianOf(
        "deck.load.agent_cpu",
        "percent",
        pick((load) => load.agentCpu),
        "of one core, all ten agents",
      ),
    );
  },
};

interface Load {
  cpu: number;
  events: number;
  memory: number;
  idle: number;
  agentMemory: number;
  agentCpu: number;
}

async function oneRound(): Promise<Load> {
  const folder = mkdtempSync(join(tmpdir(), "deck-bench-"));
  mkdirSync(join(folder, "workspace", "notes"), { recursive: true });
  for (const [path, text] of Object.entries(tenFiles)) writeFileSync(join(folder, "workspace", path), text);
  const work = new AbortController();
  const api = await startOfflineApi({ answer: readingUntil(work.signal) });
  try {
    const child = fork(join(import.meta.dirname, "deck-process.ts"), [folder, api.url, JSON.stringify(tenTasks)], {
      timeout: mostMs,
    });
    const exit = once(child, "exit");
    const signs = new Map<SignName, Sign>();
    let before = { memory: 0, cpuMs: 0 };
    let after = before;
    const watch = async (pids: number[]): Promise<void> => {
      before = agentsOf(pids);
      await pause(workMs);
      after = agentsOf(pids);
      work.abort();
    };
    child.on("message", (message) => {
      const sign = signSchema.parse(message);
      signs.set(sign.sign, sign);
      if (sign.sign !== "busy") return;
      void watch(sign.pids);
    });
    const [code] = z.tuple([z.number().nullable(), z.unknown()]).parse(await exit);
    const [loaded, busy, ending] = [signs.get("loaded"), signs.get("busy"), signs.get("ending")];
    if (code !== 0 || loaded === undefined || busy === undefined || ending === undefined)
      throw new Error(`the deck's process ended early, with exit code ${code ?? "none"}`);
    const seconds = (ending.at - busy.at) / 1000;
    return {
      cpu: (ending.cpu - busy.cpu) / 10_000 / seconds,
      events: (ending.events - busy.events) / seconds,
      memory: ending.rss / 1e6,
      idle: loaded.rss / 1e6,
      agentMemory: after.memory,
      agentCpu: (after.cpuMs - before.cpuMs) / 10 / (workMs / 1000),
    };
  } finally {
    work.abort();
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const signSchema = z.object({
  sign: z.enum(["loaded", "busy", "ending", "closed"]),
  cpu: z.number(),
  rss: z.number(),
  at: z.number(),
  pids: z.array(z.number()),
  events: z.number(),
});

/** Constructs read a file at each step until the signal; then they have finished. */
const readingUntil =
  (signal: AbortSignal): Answerer =>
  async (request) => {
    await pause(modelMs);
    return signal.aborted
      ? say("Read.")
      : call("Read", { file_path: join(workspaceOf(request.firstUserText), "notes/1.md") });
  };

/** Resident memory of the median agent, MB, and processor time of all, milliseconds, from the process table. */
function agentsOf(pids: number[]): { memory: number; cpuMs: number } {
  const memory = pids.map((pid) => {
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
    return (Number(resident) * 1024) / 1e6;
  });
  const times = pids.map((pid) => processorTime(pid, { children: false }));
  return { memory: quantile(memory, 0.5), cpuMs: times.reduce((sum, time) => sum + time, 0) };
}
