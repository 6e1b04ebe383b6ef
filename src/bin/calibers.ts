import { createHash } from "node:crypto";
import { systemClock } from "../base/clock.ts";
import type { AgentDriver } from "../drivers/agent.ts";
import type { Environment } from "../drivers/claude/environment.ts";
import { identityOf } from "../drivers/claude/executable.ts";
import { openCaliberDesk, type CaliberDesk } from "../engine/calibers/desk.ts";
import { homePaths } from "../store/home.ts";

export interface CaliberSettings {
  driver: AgentDriver;
  executable: string;
  env: Environment;
  /** The deck's own folder. */
  home: string;
  offline: boolean;
  /** Where the agent is started to be asked: a folder that is there. */
  cwd: string;
}

/** What knows the models of a Claude Code, and asks it when it is another one than at the last time. */
export function claudeCalibers({ driver, executable, env, home, offline, cwd }: CaliberSettings): CaliberDesk {
  const { calibers, calibersOffline } = homePaths(home);
  return openCaliberDesk({
    file: offline ? calibersOffline : calibers,
    identity: async () => `${await identityOf(executable)} ${offline ? "offline" : providerOf(env)}`,
    ask: (signal) => driver.models({ cwd, signal }),
    clock: systemClock,
  });
}

/** The variables that decide which provider and which models are behind the agent. As a digest: an address may hold a password. */
function providerOf(env: Environment): string {
  const deciding = Object.entries(env).filter(([name]) =>
    /^(?:ANTHROPIC_.*(?:MODEL|BASE_URL)|CLAUDE_CODE_USE_)/.test(name),
  );
  return createHash("sha256")
    .update(JSON.stringify(deciding.sort(([one], [other]) => (one < other ? -1 : 1))))
    .digest("hex")
    .slice(0, 16);
}
