import { stateFolder } from "../drivers/claude/environment.ts";
import { loginFound } from "../engine/doctor/login.ts";
import type { Process } from "./around.ts";

/**
 * Whether the agent has a login or a key, as far as the environment and its folder tell: no agent is run, nothing of a login is
 * read. `how` says where it is, or what was not looked at.
 * @param platform of the machine: on a Mac, a login may be where nobody looks
 */
export async function loginPresent(
  { env, homeDir }: Pick<Process, "env" | "homeDir">,
  platform: NodeJS.Platform = process.platform,
): Promise<{ present: boolean; how: string }> {
  const how = loginFound({ variables: setVariables(env), stateFolder: agentState(env, homeDir) });
  if (how !== undefined) return { present: true, how };
  const unseen = platform === "darwin" ? "; the keychain, where a login may be, is not looked at" : "";
  return { present: false, how: `no login and no key was found${unseen}` };
}

/** The names of the variables that have a value. */
export const setVariables = (env: Process["env"]): Set<string> =>
  new Set(Object.keys(env).filter((name) => (env[name] ?? "") !== ""));

/** Where the agent keeps its login. */
export function agentState(env: Process["env"], homeDir: string): string {
  const configured = env["CLAUDE_CONFIG_DIR"];
  return stateFolder(configured === undefined ? {} : { CLAUDE_CONFIG_DIR: configured }, homeDir);
}
