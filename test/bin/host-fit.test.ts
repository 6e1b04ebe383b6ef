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
  hub: null,
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

  test.each<[string, HostStatus["hub"], string[], string | undefined]>([
    ["none", null, ["nats://a:4222"], undefined],
    ["another server", { urls: ["nats://b:4222"], fleet: "main" }, ["nats://a:4222"], undefined],
    [
      "one server of several",
      { urls: ["nats://a:4222", "nats://b:4222"], fleet: "main" },
      ["nats://a:4222"],
      undefined,
    ],
    ["another fleet on it", { urls: ["nats://a:4222"], fleet: "lab" }, ["nats://a:4222"], "main"],
    ["the same without TLS", { urls: ["nats://a:4222"], fleet: "main" }, ["tls://a:4222"], undefined],
    ["another port", { urls: ["nats://a:4223"], fleet: "main" }, ["nats://a"], undefined],
  ])("with a hub of its own, %s, does not fit who names one", (_what, hub, urls, fleet) => {
    const named = { ...options, hub: { urls, ...(fleet === undefined ? {} : { fleet }) } };
    const fault = misfitOf({ ...status, hub, runs: atWork }, named, around);
    expect(fault).toMatchObject({ code: "host.other_hub", message: expect.stringMatching(/hub.*run-1/) });
    expect(fault?.hint).toContain("cyberdeck host stop");
  });

  test("with the hub that is named, however that is written, fits, and so does any for who names none", () => {
    const hub = { urls: ["nats://A.example:4222", "nats://b:4300"], fleet: "lab" };
    const urls = ["nats://b:4300", "nats://a.example"];
    expect(misfitOf({ ...status, hub }, { ...options, hub: { urls } }, around)).toBeUndefined();
    expect(misfitOf({ ...status, hub }, { ...options, hub: { urls, fleet: "lab" } }, around)).toBeUndefined();
    expect(misfitOf({ ...status, hub }, options, around)).toBeUndefined();
  });

  test("tells no login that somebody has written into the address of its hub", () => {
    const hub = { urls: ["nats://user:secret@a:4222"], fleet: "main" };
    const fault = misfitOf({ ...status, hub }, { ...options, hub: { urls: ["nats://b:1"] } }, around);
    expect(fault?.message).not.toContain("secret");
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
