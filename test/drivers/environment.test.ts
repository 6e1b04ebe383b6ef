import { describe, expect, test } from "vitest";
import { inheritedEnvironment, offlineEnvironment } from "../../src/drivers/claude/environment.ts";

const isolated = {
  SHELL: "/bin/bash",
  CLAUDE_CODE_DISABLE_CLAUDE_MDS: "1",
  CLAUDE_CODE_DISABLE_AUTO_MEMORY: "1",
  CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS: "1",
};

/** Variables with which a login, a proxy, a plugin or an enclosing session could reach an agent. */
const poison = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "ANTHROPIC_BASE_URL",
  "ANTHROPIC_CUSTOM_HEADERS",
  "CLAUDE_CODE_OAUTH_TOKEN",
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CONFIG_DIR",
  "CLAUDECODE",
  "AWS_ACCESS_KEY_ID",
  "AWS_PROFILE",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "AZURE_CLIENT_SECRET",
  "OPENAI_API_KEY",
  "GITHUB_TOKEN",
  "NPM_TOKEN",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "https_proxy",
  "ALL_PROXY",
  "NODE_OPTIONS",
  "NODE_EXTRA_CA_CERTS",
  "LD_PRELOAD",
  "BASH_ENV",
  "SSH_AUTH_SOCK",
  "XDG_CONFIG_HOME",
  "CYBERDECK_HOME",
];

describe("the ordinary environment", () => {
  test("drops every mark of an enclosing session or deck", () => {
    const markers = {
      CLAUDECODE: "1",
      CLAUDE_EFFORT: "max",
      CLAUDE_PID: "1",
      CLAUDE_ENV_FILE: "/x",
      AI_AGENT: "x",
      CLAUDE_CODE_ENTRYPOINT: "cli",
      CLAUDE_CODE_SSE_PORT: "1",
      CLAUDE_CODE_SESSION_ID: "x",
      CLAUDE_CODE_SOMETHING_OF_TOMORROW: "x",
      CYBERDECK_CONSTRUCT: "cx-00000001",
      CYBERDECK_CLAUDE_BIN: "/x",
    };
    expect(inheritedEnvironment(markers)).toEqual(isolated);
  });

  test("keeps the netrunner's own provider and login, and everything that is not the agent's", () => {
    const own = {
      PATH: "/bin",
      HOME: "/home/n",
      ANTHROPIC_API_KEY: "k",
      ANTHROPIC_BASE_URL: "https://proxy.example",
      CLAUDE_CODE_USE_BEDROCK: "1",
      CLAUDE_CODE_OAUTH_TOKEN: "t",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      CLAUDE_CONFIG_DIR: "/c",
      AWS_PROFILE: "work",
      HTTPS_PROXY: "http://p",
      EMPTY: "",
    };
    expect(inheritedEnvironment(own)).toEqual({ ...own, ...isolated });
  });

  test("cannot be talked out of the isolation from memory files", () => {
    const around = { CLAUDE_CODE_DISABLE_CLAUDE_MDS: "0", CLAUDE_CODE_DISABLE_AUTO_MEMORY: "", PATH: undefined };
    expect(inheritedEnvironment(around)).toEqual(isolated);
  });
});

describe("the offline environment", () => {
  test("lets none of the caller's logins, proxies and markers through", () => {
    const caller = Object.fromEntries(poison.map((name) => [name, `poison of ${name}`]));
    const environment = offlineEnvironment(caller, "/deck/home", "http://127.0.0.1:1");
    expect(Object.values(environment).filter((value) => value.includes("poison"))).toEqual([]);
  });

  test("has a HOME of its own and the scripted model, whatever the caller's are", () => {
    const caller = { HOME: "/home/n", PATH: "/bin", LANG: "C.UTF-8", TMPDIR: "/t", ANTHROPIC_BASE_URL: "https://x" };
    expect(offlineEnvironment(caller, "/deck/home", "http://127.0.0.1:1")).toMatchObject({
      HOME: "/deck/home",
      PATH: "/bin",
      LANG: "C.UTF-8",
      TMPDIR: "/t",
      ANTHROPIC_BASE_URL: "http://127.0.0.1:1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      ...isolated,
    });
  });

  test("invents no variable that the caller does not have", () => {
    expect(offlineEnvironment({}, "/h", "http://127.0.0.1:1")).not.toHaveProperty("PATH");
  });
});
