import { existsSync } from "node:fs";
import { join } from "node:path";
import { ok, problem, skipped, warning, type Check } from "./check.ts";

export interface LoginParts {
  /** The names of the caller's variables that have a value. Never the values. */
  variables: ReadonlySet<string>;
  /** Where the agent keeps its login. */
  stateFolder: string;
  platform: NodeJS.Platform;
  offline: boolean;
}

/** Whether the agent has a login or a key. Only that there is one: nothing of it is read. */
export const loginCheck = ({ variables, stateFolder, platform, offline }: LoginParts): Check => ({
  name: "login",
  limitMs: 2000,
  look() {
    if (offline) return skipped("the scripted model needs none");
    const how = loginFound({ variables, stateFolder });
    if (how !== undefined) return ok(how);
    const remedy = { next: "Log in, or try the deck without an account: cyberdeck run --offline", command: logIn };
    if (platform === "darwin")
      return warning(
        "there is no key in the environment; the keychain, where a login may be, is not looked at",
        remedy,
      );
    if (existsSync(join(stateFolder, "settings.json")))
      return warning("no login and no key was found; your settings of Claude Code may name a helper for it", remedy);
    return problem("no login and no key was found", remedy);
  },
});

/** Where a login or a key is, in words; undefined: none was found. It takes one look at the disk. */
export function loginFound({
  variables,
  stateFolder,
}: Pick<LoginParts, "variables" | "stateFolder">): string | undefined {
  const variable = deciding.find((name) => variables.has(name));
  if (variable !== undefined) return `the variable ${variable} is set`;
  const file = join(stateFolder, ".credentials.json");
  return existsSync(file) ? `there is a login in ${file}` : undefined;
}

const logIn = "claude /login";

/** In the order in which the agent prefers them. */
const deciding = [
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
  "CLAUDE_CODE_USE_FOUNDRY",
  "ANTHROPIC_AUTH_TOKEN",
  "ANTHROPIC_API_KEY",
  "CLAUDE_CODE_OAUTH_TOKEN",
];
