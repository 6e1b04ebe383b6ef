import { describe, expect, test } from "vitest";
import { misfitOf, providerDigest } from "../../src/bin/host-fit.ts";
import { hostEnvironment } from "../../src/drivers/claude/environment.ts";
import type { DeckOptions } from "../../src/host/deck-options.ts";
import type { HostStatus } from "../../src/protocol/host.ts";

const env = { PATH: "/bin", HOME: "/home/ana", ANTHROPIC_API_KEY: "one" };
const around = { env, cwd: "/w", homeDir: "/home/ana", version: "1.0.0" };
const options: DeckOptions = { workspace: "/w", home: "/w/.cyberdeck", mode: "host", offline: false };

const status: HostStatus = {
  pid: 4711,
  started: 1,
  kind: "host",
  home: "/w/.cyberdeck",
  workspace: "/w",
  since: 0,
  version: "1.0.0",
  agent: { path: null, version: null },
  offline: false,
  claude_bin: null,
  provider: providerDigest(false, env),
  pool: { ready: 0, starting: 0 },
  runs: [],
  faces: 1,
  seq: 0,
  closing: false,
  today_usd: 0,
  idle_ms: 900_000,
};
const atWork: HostStatus["runs"] = [{ run: "run-1", goal: "g", status: "running", at_work: 1, queued: 0, waiting: 0 }];

describe("a host", () => {
  test("fits who wants the same", () => {
    expect(misfitOf(status, options, around)).toBeUndefined();
  });

  test.each<[string, Partial<HostStatus>, string]>([
    ["another version", { version: "0.9.0" }, "host.other_version"],
    ["another mode", { offline: true }, "host.other_mode"],
    ["another workspace", { workspace: "/v" }, "host.other_workspace"],
    ["another agent", { claude_bin: "/opt/claude" }, "host.other_agent"],
    ["another login", { provider: "other" }, "host.other_provider"],
    ["a run of its own process", { kind: "embedded" }, "home.locked"],
  ])("of %s does not fit, and who it is and what to do is told", (_what, change, code) => {
    const fault = misfitOf({ ...status, ...change }, options, around);
    expect(fault).toMatchObject({ code, message: expect.stringContaining("pid 4711") });
    expect(fault?.hint).toMatch(/--home/);
  });

  test("at work is named with its runs, and joined under another login all the same", () => {
    expect(misfitOf({ ...status, runs: atWork, offline: true }, options, around)?.message).toContain("run-1");
    expect(misfitOf({ ...status, runs: atWork, provider: "other" }, options, around)).toBeUndefined();
  });

  test("goes by the variable for the agent as by the flag", () => {
    const named = { ...around, env: { ...env, CYBERDECK_CLAUDE_BIN: "/opt/claude" } };
    expect(misfitOf({ ...status, claude_bin: "/opt/claude" }, options, named)).toBeUndefined();
    expect(misfitOf(status, { ...options, claudeBin: "/else/claude" }, named)?.code).toBe("host.other_agent");
  });
});

describe("the digest of a login", () => {
  test("is another one for another key or HOME, the same for what does not matter, and nothing offline", () => {
    const digest = providerDigest(false, env);
    expect(providerDigest(false, { ...env, ANTHROPIC_API_KEY: "two" })).not.toBe(digest);
    expect(providerDigest(false, { ...env, HOME: "/home/ben" })).not.toBe(digest);
    expect(providerDigest(false, { ...env, PATH: "/usr/bin", TERM: "dumb" })).toBe(digest);
    expect(providerDigest(true, env)).toBe(providerDigest(true, {}));
    expect(digest).not.toContain("one");
  });
});

test("an offline host gets no variable that says anything of providers, logins or clouds", () => {
  const caller = { ...env, AWS_SECRET_ACCESS_KEY: "s", CLAUDE_CODE_OAUTH_TOKEN: "t", HTTPS_PROXY: "p", GH_TOKEN: "g" };
  expect(Object.keys(hostEnvironment(caller, true)).sort()).toEqual(["HOME", "PATH"]);
  expect(hostEnvironment(caller, false)).toEqual(caller);
});
