/** What git needs of the machine; whoever reads the environment gives it. */
export interface GitTools {
  /** PATH: where git is found. */
  path: string;
  /** An existing folder, in which private repositories and their objects are made and removed again. */
  temporary: string;
  /** The netrunner's home, for their settings of line ends and ignored files. Left out: those of the repository alone. */
  home?: string | undefined;
  /** How long one command of git may take, milliseconds. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

export const usualTimeoutMs = 120_000;

/**
 * An environment in which git runs no program that a repository, a bundle or this machine's settings name: no hooks, filters of settings,
 * monitors, pagers, helpers or transports, no questions, no settings but these.
 * @param settings what is set besides; it cannot undo the rules
 */
export function sealedEnvironment(path: string, settings: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: path,
    // No folder: nothing is found in it.
    HOME: "/dev/null",
    XDG_CONFIG_HOME: "/dev/null",
    LC_ALL: "C",
    TZ: "UTC",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    // No transport at all: nothing here is fetched, also not an object that is missing.
    GIT_ALLOW_PROTOCOL: "none",
    GIT_NO_LAZY_FETCH: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "false",
    SSH_ASKPASS: "false",
    GIT_EDITOR: "false",
    GIT_PAGER: "cat",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_AUTHOR_NAME: "Cyberdeck",
    GIT_AUTHOR_EMAIL: "cyberdeck@localhost",
    GIT_COMMITTER_NAME: "Cyberdeck",
    GIT_COMMITTER_EMAIL: "cyberdeck@localhost",
    ...asVariables({ ...settings, ...rules }),
  };
}

/** Stronger than what the files of any repository say. */
const rules: Record<string, string> = {
  "core.hooksPath": "/dev/null",
  "core.fsmonitor": "false",
  "core.untrackedCache": "false",
  "core.splitIndex": "false",
  "core.alternateRefsCommand": "false",
  "core.sshCommand": "false",
  "core.safecrlf": "false",
  "core.protectNTFS": "true",
  "core.protectHFS": "true",
  "credential.helper": "",
  "commit.gpgSign": "false",
  "gc.auto": "0",
  "maintenance.auto": "false",
  "protocol.allow": "never",
  "submodule.recurse": "false",
  "advice.detachedHead": "false",
  // Its rule keeps one from running what another user's repository says; nothing of that is run here.
  "safe.directory": "*",
};

function asVariables(settings: Record<string, string>): Record<string, string> {
  const entries = Object.entries(settings);
  const pairs = entries.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(entries.length), ...Object.fromEntries(pairs) };
}
