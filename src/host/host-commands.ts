import { pause } from "../base/clock.ts";
import { lastMidnight } from "../base/day.ts";
import { proveMarksGone } from "../engine/resume/left-behind.ts";
import type { HostStatus, HostStop } from "../protocol/host.ts";
import { sparesIn } from "../protocol/pool.ts";
import { usualIdleMs } from "../protocol/settings.ts";
import { summaryOf, type RunView } from "../protocol/view.ts";
import { readSettings } from "../store/settings-file.ts";
import type { DeckWorks } from "./deck-works.ts";

/** What the home's settings say about a host without work, milliseconds; a broken file leaves it as it is built in. */
export function idleMsOf(home: string): number {
  try {
    return readSettings(home).host_idle_ms ?? usualIdleMs;
  } catch {
    // The next command that reads the file says where it is wrong.
    return usualIdleMs;
  }
}

/** The agent may still be asked for its version: a status does not wait for it longer than this, milliseconds. */
const versionMs = 100;

export async function hostStatus(
  { options, parts, runs, store }: DeckWorks,
  { faces, isClosing }: { faces: number; isClosing: boolean },
): Promise<HostStatus> {
  const { home, workspace, offline, claudeBin, self } = options;
  const known = await Promise.race([parts.calibers?.known(), pause(versionMs).then(() => undefined)]);
  const views = runs.open.map(({ view }) => view);
  const spares = (state: "ready" | "starting"): number =>
    views.reduce((sum, { pool }) => sum + sparesIn(pool, state), 0);
  return {
    pid: process.pid,
    started: self?.started ?? null,
    kind: self?.kind ?? "embedded",
    home,
    workspace,
    since: Math.round(performance.timeOrigin),
    version: parts.version,
    agent: { path: parts.agentPath ?? null, version: known?.version ?? null },
    offline,
    claude_bin: claudeBin ?? null,
    hub: parts.nodes?.hub ?? null,
    provider: self?.provider ?? "",
    pool: { ready: spares("ready"), starting: spares("starting") },
    runs: views.map(lineOf),
    faces,
    seq: store.lastSeq(),
    closing: isClosing,
    today_usd: store.costSince(lastMidnight(Date.now())),
    idle_ms: idleMsOf(home),
  };
}

function lineOf(view: RunView): HostStatus["runs"][number] {
  const { run, status, holds, attention } = view;
  const constructs = Object.values(view.constructs).filter(({ outcome }) => outcome === null);
  const queued = constructs.filter(({ state }) => state === "queued" || state === "suspended").length;
  return {
    run,
    status,
    goal: summaryOf(view).goal,
    at_work: constructs.length - queued,
    queued,
    waiting: Object.keys(holds).length + Object.keys(attention).length,
  };
}

/** For the proof that nothing is left, milliseconds. */
const proofMs = 8000;

/** Ends what is open in order, and proves that nothing of it is alive. The deck itself is closed by whoever calls this. */
export async function stopRuns({ options, runs, parts }: DeckWorks): Promise<HostStop> {
  const open = runs.open;
  const wish = { status: "stopped", reason: "the host was stopped", how: "polite", cause: "host_shutdown" } as const;
  for (const run of open) run.stop(wish);
  await Promise.all(open.map((run) => run.closed));
  const marks = [...new Set(open.flatMap((run) => run.marks))];
  const [proof, nodes = []] = await Promise.all([proveMarksGone(marks, proofMs), parts.nodes?.farewell()]);
  return {
    pid: process.pid,
    started: options.self?.started ?? null,
    offline: options.offline,
    runs: open.map(({ view }) => view.run),
    marks: marks.length,
    ...proof,
    nodes,
  };
}
