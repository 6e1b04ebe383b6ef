import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { gather, outlineOf } from "../src/engine/watchdog/gathering.ts";
import type { EventDraft } from "../src/protocol/event.ts";
import { noTokens } from "../src/protocol/outcome.ts";
import { readQuestion } from "../src/protocol/question.ts";
import { defaultSettings } from "../src/protocol/settings.ts";
import { openStore } from "../src/store/event-log.ts";
import { openRunLog } from "../src/store/search/run-log.ts";
import { medianOf, type Bench } from "./measurement.ts";

const events = 100_000;
const constructs = 100;
const run = "run-20260102-030405-aaaa";

/** From the question to what the model is shown, of a log of 100,000 events and 100 constructs; the model itself is not asked. */
export const askSelect: Bench = {
  name: "ask.select",
  about: "choosing what the watchdog is shown of 100,000 events",
  async run({ emit, progress, rounds }) {
    const home = mkdtempSync(join(tmpdir(), "deck-bench-"));
    try {
      progress(`writing ${events} events`);
      write(home);
      for (const [name, module] of [
        ["fts5", undefined],
        ["scan", "none"],
      ] as const) {
        const times: number[] = [];
        const processor: number[] = [];
        const holds: number[] = [];
        for (let round = 0; round < rounds; round += 1) {
          const delay = monitorEventLoopDelay({ resolution: 1 });
          delay.enable();
          const before = process.cpuUsage();
          times.push(await select(home, module));
          const { user, system } = process.cpuUsage(before);
          processor.push((user + system) / 1000);
          delay.disable();
          holds.push(delay.max / 1e6);
        }
        emit(medianOf(`ask.select.${name}`, "ms", times, "from the question to what the model is shown"));
        emit(medianOf(`ask.select.${name}.cpu`, "ms", processor, "processor time of it"));
        // Without an index there is one step, in which the loop does not turn at all.
        if (name === "fts5")
          emit(medianOf(`ask.select.${name}.longest_hold`, "ms", holds, "the event loop's longest wait in it"));
      }
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
};

async function select(home: string, module: string | undefined): Promise<number> {
  const began = performance.now();
  using log = openRunLog(home, run, module);
  const outline = await outlineOf(log);
  if (outline === undefined) throw new Error("the run has no opening");
  const question = readQuestion("why did cx-00000007 fail, and what was denied while it compiled src/module7.ts?");
  const { selection } = await gather(log, outline, question, Date.now());
  if (selection.seqs.length < 50) throw new Error(`only ${selection.seqs.length} events were chosen`);
  return performance.now() - began;
}

function write(home: string): void {
  const store = openStore(home);
  const settings = defaultSettings(2);
  const folder = join(home, "runs", run);
  const head: EventDraft[] = [
    {
      type: "run.opened",
      run,
      source: "engine",
      body: { kind: "goal", workspace: "/w", folder, settings, deck: "0", command_line: [] },
    },
    { type: "goal.set", run, source: "netrunner", body: { goal: "Compile every module." } },
    ...Array.from({ length: constructs }, (_, n): EventDraft => {
      const body = { task: `Compile src/module${n}.ts`, origin: "daemon" as const, parent: null, after: [] };
      const given = { caliber: settings.caliber, profile: "default", plugins: null, construct: idOf(n) };
      return { type: "construct.queued", run, source: "engine", body: { ...body, ...given } };
    }),
  ];
  store.append(head, { synced: false });
  for (let at = head.length; at < events; at += 1000)
    store.append(
      Array.from({ length: Math.min(1000, events - at) }, (_, index) => draftOf(at + index)),
      { synced: false },
    );
  store.close();
}

/** A step of a construct's work, in the proportions of real runs: calls, verdicts, results, words, usage. */
function draftOf(n: number): EventDraft {
  const construct = idOf(n % constructs);
  const words = `module${n % 97} imports part${n % 53} of package${n % 31}, line ${n}: `.repeat(4);
  const call = `toolu_${n}`;
  const envelope = { run, source: construct };
  const kind = Math.floor(n / constructs) % 5;
  if (kind === 0)
    return { type: "construct.tool_called", ...envelope, body: { construct, call, tool: "Bash", input: words } };
  if (kind === 1) {
    const decision = n % 50 === 0 ? "deny" : "allow";
    const judged = { rule: "tier.default", rules: [], reason: "Nothing is against it.", latency_ms: 1 };
    return {
      type: "gate.judged",
      ...envelope,
      body: { construct, call, tool: "Bash", input: words, decision, ...judged },
    };
  }
  if (kind === 2)
    return {
      type: "construct.tool_returned",
      ...envelope,
      body: { construct, call, failed: n % 40 === 0, text: words },
    };
  if (kind === 3) return { type: "construct.said", ...envelope, body: { construct, text: words } };
  const used = {
    agent: construct,
    role: "construct",
    model: "m",
    requests: 1,
    cost_usd: 0.01,
    tokens: noTokens,
  } as const;
  return { type: "agent.used", ...envelope, body: used };
}

const idOf = (n: number): string => `cx-${n.toString(16).padStart(8, "0")}`;
