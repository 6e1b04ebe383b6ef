import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { claudeDriver, type ClaudeSettings } from "../drivers/claude/driver.ts";
import { offlineEnvironment, type Environment } from "../drivers/claude/environment.ts";
import { identityOf } from "../drivers/claude/executable.ts";
import { tryGate, type CanaryResult } from "../engine/gate/canary.ts";
import { gateTrialModel } from "../offline/gate-trial.ts";
import { startOfflineApi } from "../offline/server.ts";

export interface CanarySettings extends Omit<ClaudeSettings, "env"> {
  /** The caller's environment, of which only what is harmless is passed on. */
  caller: Record<string, string | undefined>;
  /** What the agents of this deck bear besides. */
  mark?: Environment;
  /** The deck's own folder, for everything that the trial writes. */
  deckHome: string;
  limitMs?: number;
}

/** A trial for each run, which is made anew only when the agent's file is another one than at the last trial that passed. */
export function claudeCanaries(settings: CanarySettings): (signal: AbortSignal) => Promise<CanaryResult> {
  let last: { file: string; result: CanaryResult } | undefined;
  return async (signal) => {
    const file = await identityOf(settings.executable);
    if (last?.file === file && last.result.passed) return last.result;
    const result = await claudeCanary(settings, signal);
    last = { file, result };
    return result;
  };
}

/**
 * Tries the gate in the agent that constructs get, against a scripted model on loopback: no login, no provider, no cost.
 * Leaves nothing behind. Never rejects.
 */
export async function claudeCanary(settings: CanarySettings, signal: AbortSignal): Promise<CanaryResult> {
  const { caller, mark, deckHome, limitMs, ...around } = settings;
  try {
    const folder = join(deckHome, "canary");
    // A deck that was killed in the middle of a trial may have left it.
    const clear = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 });
    await clear();
    await using undo = new AsyncDisposableStack();
    undo.defer(clear);
    const [home, place] = [join(folder, "home"), join(folder, "place")];
    for (const path of [home, place]) await mkdir(path, { recursive: true, mode: 0o700 });
    const api = await startOfflineApi({ answer: gateTrialModel });
    undo.defer(() => api.close());
    const driver = claudeDriver({ ...around, env: { ...offlineEnvironment(caller, home, api.url), ...mark } });
    const limit = limitMs === undefined ? {} : { limitMs };
    return await tryGate({ driver, clock: systemClock, folder: place, signal, ...limit });
  } catch (error) {
    const problem = `It could not be tried: ${messageOf(error)}`;
    return { passed: false, agent: "claude", version: "unknown", problem };
  }
}
