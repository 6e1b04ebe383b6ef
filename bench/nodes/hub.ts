import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { pause } from "../../src/base/clock.ts";
import type { Hub } from "../../src/nodes/hub/hub.ts";
import { openHub } from "../../src/nodes/hub/open-hub.ts";
import { startNats, type NatsServer } from "../../test/nodes/kit/nats.ts";
import { medianOf, spreadOf, type Bench } from "../measurement.ts";
import { processorTime } from "../processor.ts";
import { floodLetterSchema, type floodSchema } from "./flood.ts";

const anything = z.unknown();
const megabyte = 1_000_000;

export const hubLetters: Bench = {
  name: "hub.letters",
  about: "letters of a node in another process: latency at a steady rate, and how many pass",
  async run({ emit, progress }) {
    await withFar(1, async ({ hub, server }) => {
      for (const perSecond of [100, 5000]) {
        progress(`letters: ${perSecond} a second`);
        const { latencies } = await flooded(hub, { count: perSecond * 4, bytes: 300, perSecond });
        for (const figure of spreadOf(`hub.letters.latency.${perSecond}`, "ms", latencies, "300 bytes each"))
          emit(figure);
      }
      for (const bytes of [300, megabyte]) {
        progress(`letters: as many as pass, ${bytes} bytes`);
        const count = bytes === 300 ? 50_000 : 100;
        const served = processorTime(server.pid, { children: false });
        const { tookMs, cpuMs } = await flooded(hub, { count, bytes, perSecond: null });
        emit(medianOf(`hub.letters.rate.${bytes}`, "per second", [(count * 1000) / tookMs]));
        emit(medianOf(`hub.letters.cpu.${bytes}`, "us", [(cpuMs * 1000) / count], "of the host's process, a letter"));
        const serverMs = processorTime(server.pid, { children: false }) - served;
        emit(medianOf(`hub.letters.server.${bytes}`, "us", [(serverMs * 1000) / count], "of the server, a letter"));
      }
    });
  },
};

export const hubControl: Bench = {
  name: "hub.control",
  about: "a question to a node in another process and its answer, alone and beside 5,000 letters a second",
  async run({ emit, progress }) {
    await withFar(1, async ({ hub }) => {
      progress("questions alone");
      for (const figure of spreadOf("hub.control", "ms", await asked(hub, 2000))) emit(figure);
      progress("questions under load");
      const flood = flooded(hub, { count: 25_000, bytes: 300, perSecond: 5000 });
      for (const figure of spreadOf("hub.control.loaded", "ms", await asked(hub, 1000))) emit(figure);
      await flood;
    });
  },
};

export const hubJobs: Bench = {
  name: "hub.jobs",
  about: "jobs offered, and taken and done",
  async run({ emit, progress, rounds }) {
    await withFar(0, async ({ hub }) => {
      const [offered, done]: number[][] = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        progress(`jobs: round ${round + 1} of ${rounds}`);
        const count = 1000;
        let began = performance.now();
        await Promise.all(
          Array.from({ length: count }, (_, n) =>
            hub.jobs.offer("p", { id: `r${round}-${n}`, body: { n, text: "a".repeat(2000) } }),
          ),
        );
        offered?.push((count * 1000) / (performance.now() - began));
        began = performance.now();
        const taking = await hub.jobs.take("p", anything, 10);
        let left = count;
        for await (const job of taking.jobs) {
          left -= 1;
          const isLast = left === 0;
          const ended = job.done();
          if (!isLast) continue;
          await ended;
          break;
        }
        taking.stop();
        done?.push((count * 1000) / (performance.now() - began));
      }
      emit(medianOf("hub.jobs.offered", "per second", offered ?? []));
      emit(medianOf("hub.jobs.done", "per second", done ?? []));
    });
  },
};

export const hubThings: Bench = {
  name: "hub.things",
  about: "a file of 64 MB into the store and out of it",
  async run({ emit, progress, rounds }) {
    await withFar(0, async ({ hub, server }) => {
      const file = join(server.folder, "file");
      writeFileSync(file, Buffer.alloc(64 * megabyte, "abcdefg"));
      const [put, got]: number[][] = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        progress(`things: round ${round + 1} of ${rounds}`);
        const began = performance.now();
        await hub.things.put("thing", file);
        const between = performance.now();
        await hub.things.get("thing", join(server.folder, "copy"));
        put?.push(between - began);
        got?.push(performance.now() - between);
      }
      emit(medianOf("hub.things.put", "ms", put ?? [], "64 MB"));
      emit(medianOf("hub.things.get", "ms", got ?? [], "64 MB"));
    });
  },
};

export const hubIdle: Bench = {
  name: "hub.idle",
  about: "what a fleet of 1 and of 50 nodes costs that has nothing to do",
  async run({ emit, progress }) {
    for (const nodes of [1, 50])
      await withFar(nodes, async ({ hub, server, far }) => {
        progress(`idle: ${nodes} nodes`);
        await hub.registry(anything).watch(() => undefined);
        await pause(2000);
        const of = (): number[] =>
          [server.pid, far.pid ?? 0, process.pid].map((pid) => processorTime(pid, { children: false }));
        const before = of();
        const seconds = 10;
        await pause(seconds * 1000);
        const after = of();
        const note = `${nodes} nodes, ${seconds} s`;
        for (const [at, who] of ["server", "nodes", "host"].entries()) {
          const share = ((after[at] ?? 0) - (before[at] ?? 0)) / (seconds * 10);
          emit(medianOf(`hub.idle.${nodes}.${who}`, "percent", [share], `of a processor; ${note}`));
        }
        emit(medianOf(`hub.idle.${nodes}.memory`, "MB", [residentMb(server.pid)], `of the server; ${note}`));
      });
  },
};

interface Far {
  hub: Hub;
  server: NatsServer;
  far: ChildProcess;
}

/** A server, the host's hub in this process, and so many nodes in another. */
async function withFar(nodes: number, action: (far: Far) => Promise<void>): Promise<void> {
  await using server = await startNats();
  const access = { urls: [server.url], fleet: "bench", login: { by: "nothing" as const }, tls: undefined };
  const hub = await openHub({ me: "host", access });
  const script = join(import.meta.dirname, "far-process.ts");
  const far = spawn(process.execPath, [script, server.url, String(nodes)], { stdio: ["ignore", "pipe", "inherit"] });
  // From the beginning: one without nodes ends by itself.
  const gone = new Promise<void>((resolve) => void far.once("close", () => resolve()));
  try {
    const [said] = await Promise.race([once(far.stdout, "data"), gone.then(() => [])]);
    if (said === undefined) throw new Error("the far end of the bench has ended before it was ready");
    await action({ hub, server, far });
  } finally {
    far.kill("SIGKILL");
    await gone;
    await hub.close();
  }
}

/** Has the far end send letters, and waits until all have come. */
async function flooded(
  hub: Hub,
  flood: z.infer<typeof floodSchema>,
): Promise<{ latencies: number[]; tookMs: number; cpuMs: number }> {
  const latencies: number[] = [];
  const all = Promise.withResolvers<void>();
  const listening = hub.letters.listen(floodLetterSchema, ({ at }) => {
    latencies.push(Number(process.hrtime.bigint() - BigInt(at)) / 1_000_000);
    if (latencies.length === flood.count) all.resolve();
  });
  await hub.health();
  const cpu = processorTime("self", { children: false });
  const began = performance.now();
  await hub.asking.ask("n1", { what: "flood", id: "1", body: flood, timeoutMs: 5000 }, anything);
  await all.promise;
  listening[Symbol.dispose]();
  return {
    latencies,
    tookMs: performance.now() - began,
    cpuMs: processorTime("self", { children: false }) - cpu,
  };
}

/** Milliseconds of questions one after the other. */
async function asked(hub: Hub, count: number): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const began = performance.now();
    await hub.asking.ask("n1", { what: "echo", id: String(n), body: { n }, timeoutMs: 5000 }, anything);
    took.push(performance.now() - began);
  }
  return took;
}

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1000;
