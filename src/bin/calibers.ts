import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import { claudeDriver, type ClaudeSettings } from "../drivers/claude/driver.ts";
import { inheritedEnvironment, offlineEnvironment, type Environment } from "../drivers/claude/environment.ts";
import { findExecutable, identityOf } from "../drivers/claude/executable.ts";
import { openCaliberDesk, type CaliberDesk } from "../engine/calibers/desk.ts";
import type { DeckOptions } from "../host/deck-options.ts";
import type { ModelList } from "../protocol/models.ts";
import { homePaths } from "../store/home.ts";

type Place = Pick<DeckOptions, "home" | "workspace" | "offline">;

/** What knows the models of a Claude Code, and asks it when it is another one than at the last time. */
export function claudeCalibers(settings: ClaudeSettings, { home, workspace, offline }: Place): CaliberDesk {
  const driver = claudeDriver(settings);
  return deskOf(settings, { home, offline }, (signal) => driver.models({ cwd: workspace, signal }));
}

/** The same without a deck that runs. Nothing is left of it but the list, in a home that is there already. */
export async function lookedUpCalibers(
  options: Place & Pick<DeckOptions, "claudeBin">,
  around: { env: Record<string, string | undefined>; cwd: string },
): Promise<CaliberDesk> {
  const executable = await findExecutable({ asked: options.claudeBin, env: around.env, cwd: around.cwd });
  if (!options.offline) return claudeCalibers({ executable, env: inheritedEnvironment(around.env) }, options);
  return deskOf({ executable, env: {} }, options, async (signal) => {
    const home = await mkdtemp(join(tmpdir(), "cyberdeck-models-"));
    try {
      // No model is asked, so there is no need for one.
      const driver = claudeDriver({ executable, env: offlineEnvironment(around.env, home, nobody) });
      return await driver.models({ cwd: options.workspace, signal });
    } finally {
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}

/** A port of this machine at which nobody listens. */
const nobody = "http://127.0.0.1:9";

function deskOf(
  { executable, env }: Pick<ClaudeSettings, "executable" | "env">,
  { home, offline }: Pick<Place, "home" | "offline">,
  ask: (signal: AbortSignal) => Promise<ModelList>,
): CaliberDesk {
  const { calibers, calibersOffline } = homePaths(home);
  return openCaliberDesk({
    file: offline ? calibersOffline : calibers,
    identity: async () => `${await identityOf(executable)} ${offline ? "offline" : providerOf(env)}`,
    ask,
    clock: systemClock,
  });
}

/** The variables that decide which provider and which models are behind the agent. As a digest: an address may hold a password. */
function providerOf(env: Environment): string {
  const deciding = Object.entries(env)
    .filter(([name]) => /^(?:ANTHROPIC_.*(?:MODEL|BASE_URL)|CLAUDE_CODE_USE_)/.test(name))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(deciding)).digest("hex").slice(0, 16);
}
