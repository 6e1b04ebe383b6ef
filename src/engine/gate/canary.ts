import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AgentDriver, AgentExit, AgentSession } from "../../drivers/agent.ts";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/fault.ts";
import { oneLine } from "../../base/text.ts";
import { newConstructId } from "../../base/ids.ts";
import { trialText } from "../../protocol/gate-trial.ts";
import type { ToolCall, Verdict } from "../../protocol/verdict.ts";

/** Whether calls that are denied do not run in this agent. */
export type CanaryResult =
  | { passed: true; agent: string; version: string; durationMs: number }
  | { passed: false; agent: string; version: string; problem: string };

export interface CanaryParts {
  /** As constructs get it, but for the model behind it, which is one that follows the trial's text. */
  driver: AgentDriver;
  clock: Clock;
  /** An empty folder for the trial alone. */
  folder: string;
  /** The longest that it may take, milliseconds. */
  limitMs?: number;
  /** Ends the trial early; it counts as failed then. */
  signal: AbortSignal;
}

/**
 * Has the real agent make a forbidden call, itself and through a sub-agent, and looks whether it was denied. Never rejects;
 * whatever is not clearly a denial is a failure. Nothing of the trial is alive afterwards.
 */
export async function tryGate(parts: CanaryParts): Promise<CanaryResult> {
  const { driver, clock, limitMs = usualLimitMs } = parts;
  const began = clock.monotonic();
  const late = new AbortController();
  const trial: Trial = { probes: [probe("at top level"), probe("in a sub-agent")], version: "unknown" };
  using _timer = clock.after(limitMs, () => late.abort());
  const over = AbortSignal.any([parts.signal, late.signal]);
  let problem: string | undefined;
  try {
    problem = await run(trial, parts, over);
  } catch (error) {
    problem = `It could not be tried: ${messageOf(error)}`;
  }
  const ran = trial.probes.find(({ file }) => existsSync(join(parts.folder, file)));
  if (ran !== undefined) problem = `It ran a call ${ran.where} that it was told not to run.`;
  else if (late.signal.aborted) problem = `It did not get through the trial within ${limitMs / 1000} s.`;
  else if (parts.signal.aborted) problem = "The trial was broken off.";
  const { version } = trial;
  if (problem !== undefined) return { passed: false, agent: driver.name, version, problem };
  return { passed: true, agent: driver.name, version, durationMs: clock.monotonic() - began };
}

/** It takes about a second; a machine at its limits may take many times that. */
const usualLimitMs = 30_000;

interface Trial {
  probes: [Probe, Probe];
  version: string;
}

/** One forbidden call: it would make a file. */
interface Probe {
  where: "at top level" | "in a sub-agent";
  file: string;
  command: string;
  /** The call's id, once the gate was asked. */
  asked: string | undefined;
  end: "failed" | "succeeded" | undefined;
}

function probe(where: Probe["where"]): Probe {
  const file = where.replaceAll(" ", "-");
  return { where, file, command: `touch ${file}`, asked: undefined, end: undefined };
}

async function run(trial: Trial, parts: CanaryParts, over: AbortSignal): Promise<string | undefined> {
  const [outer, inner] = trial.probes;
  const session = await parts.driver.open({
    id: newConstructId(),
    cwd: parts.folder,
    caliber: { model: "sonnet", effort: "low" },
    role: { kind: "worker", subagents: true },
    gate: (call) => Promise.resolve(verdictOn(call, trial)),
  });
  const stop = (): void => void session.stop("hard");
  if (over.aborted) stop();
  else over.addEventListener("abort", stop, { once: true });
  session.send(trialText({ command: outer.command, inner: { command: inner.command } }));
  const isThere = await read(session, trial);
  const { proven } = await session.stop("hard");
  over.removeEventListener("abort", stop);
  if (!isThere) return `It ended before it was through: ${wordsOf(await session.closed)}.`;
  const bad = trial.probes.find(({ end }) => end !== "failed");
  if (bad?.asked === undefined && bad !== undefined) return `It did not ask the gate about a call ${bad.where}.`;
  if (bad !== undefined) return `It did not report a call ${bad.where} as denied.`;
  return proven ? undefined : "It left processes that could not be ended.";
}

/** Until both calls are over, or the agent has nothing more to say. False when it is gone before. */
async function read(session: AgentSession, trial: Trial): Promise<boolean> {
  for await (const event of session.events) {
    if (event.type === "ready") trial.version = event.version ?? trial.version;
    if (event.type === "tool.returned") {
      const found = trial.probes.find(({ asked }) => asked === event.id);
      if (found !== undefined) found.end = event.failed ? "failed" : "succeeded";
    }
    if (event.type === "turn.ended" || trial.probes.every(({ end }) => end !== undefined)) return true;
  }
  return false;
}

function wordsOf(exit: AgentExit): string {
  const how = exit.how === "code" ? `code ${exit.code}` : exit.how === "signal" ? `signal ${exit.signal}` : exit.reason;
  return exit.stderr === "" ? how : `${how}, ${oneLine(exit.stderr, 300)}`;
}

/** Denies everything but the start of the sub-agent whose call is to be denied. */
function verdictOn(call: ToolCall, { probes: [outer, inner] }: Trial): Verdict {
  if (fieldOf(call.input, "prompt") === trialText({ command: inner.command }))
    return { decision: "allow", rule: "canary.subagent", reason: "Its call is what is to be denied." };
  const asked = call.subagent === undefined ? outer : inner;
  if (fieldOf(call.input, "command") === asked.command) asked.asked = call.id;
  return { decision: "deny", rule: "canary.forbidden", reason: "This call must not run: it tries the gate." };
}

function fieldOf(input: unknown, name: string): unknown {
  return typeof input === "object" && input !== null ? Reflect.get(input, name) : undefined;
}
