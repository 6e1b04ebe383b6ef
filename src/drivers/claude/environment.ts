import { join } from "node:path";

/** Environment of an agent process: a plain record, always given in full, never merged with this process's own. */
export type Environment = Record<string, string>;

/**
 * What keeps the user's memory files and git instructions out of constructs, and their shell to the one whose language
 * the brake reads.
 */
const isolation: Environment = {
  SHELL: "/bin/bash",
  CLAUDE_CODE_DISABLE_CLAUDE_MDS: "1",
  CLAUDE_CODE_DISABLE_AUTO_MEMORY: "1",
  CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS: "1",
};

/**
 * The agent's variables that are the user's own choice of provider, login and privacy. Everything else that begins with
 * CLAUDE_CODE_ may be the mark of an enclosing session (its socket, session id, entry point) and stays out.
 */
const ownChoices = new Set([
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
  "CLAUDE_CODE_USE_FOUNDRY",
  "CLAUDE_CODE_SKIP_BEDROCK_AUTH",
  "CLAUDE_CODE_SKIP_VERTEX_AUTH",
  "CLAUDE_CODE_SKIP_FOUNDRY_AUTH",
  "CLAUDE_CODE_OAUTH_TOKEN",
  "CLAUDE_CODE_API_KEY_HELPER_TTL_MS",
  "CLAUDE_CODE_CLIENT_CERT",
  "CLAUDE_CODE_CLIENT_KEY",
  "CLAUDE_CODE_CLIENT_KEY_PASSPHRASE",
  "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
  "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
]);

/** Marks of an enclosing agent session or deck. */
const sessionMarkers = new Set(["CLAUDECODE", "CLAUDE_EFFORT", "CLAUDE_PID", "CLAUDE_ENV_FILE", "AI_AGENT"]);

/** The ordinary mode: the caller's environment, less the marks of an enclosing session, plus the isolation variables. */
export function inheritedEnvironment(caller: Record<string, string | undefined>): Environment {
  const kept: Environment = {};
  for (const [name, value] of Object.entries(caller)) {
    if (value !== undefined && !isSessionMarker(name)) kept[name] = value;
  }
  return { ...kept, ...isolation };
}

function isSessionMarker(name: string): boolean {
  if (sessionMarkers.has(name) || name.startsWith("CYBERDECK_")) return true;
  return name.startsWith("CLAUDE_CODE_") && !ownChoices.has(name);
}

/** The few variables of the caller that say nothing of providers, agents or clouds. */
const harmless = ["PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TERM", "USER", "LOGNAME"];

/**
 * Offline: nothing of the caller but where programs are and how text is written; a HOME of its own; the scripted model.
 *
 * @param home a folder that belongs to the deck
 * @param apiUrl of the scripted model on loopback
 */
export function offlineEnvironment(
  caller: Record<string, string | undefined>,
  home: string,
  apiUrl: string,
): Environment {
  const kept: Environment = {};
  for (const name of harmless) {
    const value = caller[name];
    if (value !== undefined) kept[name] = value;
  }
  return {
    ...kept,
    HOME: home,
    ANTHROPIC_BASE_URL: apiUrl,
    ANTHROPIC_API_KEY: "offline-no-key",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_ERROR_REPORTING: "1",
    ...isolation,
  };
}

/** What a host needs besides those to find the folders of its user and the agent's program. */
const ofHost = ["HOME", "XDG_CONFIG_HOME", "CYBERDECK_CLAUDE_BIN", "CYBERDECK_DEBUG"];

/** Environment of a host that a face starts: the face's own; offline, nothing that says anything of providers or logins. */
export function hostEnvironment(caller: Record<string, string | undefined>, offline: boolean): Environment {
  const kept: Environment = {};
  for (const name of offline ? [...harmless, ...ofHost] : Object.keys(caller)) {
    const value = caller[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/** Where the agent keeps its sessions, its settings and its login. */
export const stateFolder = (env: Environment, home: string): string =>
  env["CLAUDE_CONFIG_DIR"] ?? join(home, ".claude");
