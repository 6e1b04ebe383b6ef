import type { EventDraft } from "../../src/protocol/event.ts";
import type { Outcome } from "../../src/protocol/outcome.ts";
import { defaultSettings } from "../../src/protocol/settings.ts";
import { anOutcome } from "../kit/outcome.ts";

export const runA = "run-20260102-030405-aaaa";
export const runB = "run-20260102-030406-bbbb";

export const opened = (run = runA, change: { offline?: boolean; kind?: "goal" | "tasks" } = {}): EventDraft => ({
  type: "run.opened",
  run,
  source: "engine",
  body: {
    kind: change.kind ?? "goal",
    workspace: "/work space",
    folder: `/work space/.cyberdeck/runs/${run}`,
    settings: { ...defaultSettings(2), offline: change.offline ?? false },
    deck: "0.1.0",
    command_line: ["cyberdeck", "run"],
  },
});

export const goal = (text: string, run = runA): EventDraft => ({
  type: "goal.set",
  run,
  source: "netrunner",
  body: { goal: text },
});

export const said = (text: string, construct = "cx-00000001", run = runA): EventDraft => ({
  type: "construct.said",
  run,
  source: construct,
  body: { construct, text },
});

export const chat = (text: string, run = runA): EventDraft => ({
  type: "daemon.chat",
  run,
  source: "daemon",
  body: { daemon: "dm-00000001", text },
});

export const queued = (construct: string, task: string, run = runA): EventDraft => ({
  type: "construct.queued",
  run,
  source: "engine",
  body: {
    construct,
    task,
    origin: "daemon",
    parent: null,
    caliber: { model: "sonnet", effort: "high" },
    after: [],
    profile: "default",
    plugins: null,
  },
});

export const judged = (construct: string, decision: "allow" | "deny", input: string, run = runA): EventDraft => ({
  type: "gate.judged",
  run,
  source: "gate",
  body: {
    construct,
    call: "call-1",
    tool: "Bash",
    input,
    decision,
    rule: "delete.outside",
    rules: ["delete.outside"],
    reason: "outside of the workspace",
    latency_ms: 1.5,
  },
});

export const outcome = (id: string, change: Partial<Outcome> = {}): Outcome =>
  anOutcome({ id, started_at: 1_767_323_045_500, duration_ms: 12_300, cost_usd: 0.0123, ...change });

export const ended = (id: string, change: Partial<Outcome> = {}, run = runA): EventDraft => ({
  type: "construct.ended",
  run,
  source: "engine",
  body: { construct: id, outcome: outcome(id, change) },
});
