import { describe, expect, test } from "vitest";
import { runChecks, type Check } from "../../../src/engine/doctor/check.ts";
import { nodesCheck, paceCheck } from "../../../src/nodes/doctor/fleet-checks.ts";
import type { HubState } from "../../../src/nodes/doctor/hub-state.ts";
import { serverCheck, tlsCheck } from "../../../src/nodes/doctor/link-checks.ts";
import type { ServerLook } from "../../../src/nodes/doctor/server-look.ts";
import type { HubProbe } from "../../../src/nodes/hub/probe.ts";
import type { Finding } from "../../../src/protocol/finding.ts";

const nobody = (): Promise<never> => Promise.reject(new Error("nobody asks"));

/** What a check says of a hub that no machine here has: far away, old, or with another clock. */
async function found(check: (state: HubState) => Check, state: Partial<HubState>): Promise<Finding> {
  const access = { urls: ["nats://hub:4222"], fleet: "main", login: { by: "nothing" as const }, tls: undefined };
  const given = () => Promise.resolve({ access, from: "here", open: [] });
  const usual: HubState = {
    me: "host",
    version: "1.0.0",
    given,
    looks: nobody,
    probe: nobody,
    probeIfAny: () => Promise.resolve(undefined),
    ...state,
  };
  const [finding] = await runChecks([check(usual)]);
  if (finding === undefined) throw new Error("it says nothing");
  return finding;
}

const server = (url: string, { version = "2.12.0", payload = 1_048_576, tls = false } = {}) => ({
  url,
  look: {
    kind: "server",
    info: { version, max_payload: payload },
    tls: tls ? { kind: "verified", untilMs: Date.now() + 90 * 86_400_000 } : { kind: "none" },
  } satisfies ServerLook,
});

describe("the look at a server", () => {
  test.each([
    ["2.9.0", "ok", /2\.12 with sync_interval/],
    ["2.12.3", "ok", /with sync_interval: always it repeats less/],
    ["3.0.0", "ok", /nats-server 3\.0\.0/],
    ["2.8.4", "problem", /2\.8\.4 is too old: Install 2\.9 or newer/],
    ["1.4.0", "problem", /1\.4\.0 is too old: Install 2\.9 or newer/],
  ])("of version %s is %s", async (version, state, text) => {
    const looks = () => Promise.resolve([server("nats://hub:4222", { version })]);
    const finding = await found(serverCheck, { looks });
    expect(finding.state).toBe(state);
    expect(`${finding.text}: ${finding.next ?? ""}`).toMatch(text);
  });

  test.each([
    [599_999, "warning"],
    [600_000, "ok"],
  ])("that carries %i bytes in a message is %s, as a long policy needs more", async (payload, state) => {
    const looks = () => Promise.resolve([server("nats://hub:4222", { payload })]);
    const finding = await found(serverCheck, { looks });
    expect(finding.state).toBe(state);
    expect(finding.next ?? "").toMatch(state === "ok" ? /^$/ : /max_payload: 1MB/);
  });

  test("of several is as good as the worst of them", async () => {
    const looks = () => Promise.resolve([server("nats://a:4222"), server("nats://b:4222", { version: "2.8.0" })]);
    expect(await found(serverCheck, { looks })).toMatchObject({ state: "problem" });
  });
});

describe("the way to a server", () => {
  test.each([
    ["nats://127.0.0.1:4222", "ok"],
    ["nats://localhost:4222", "ok"],
    ["nats://[::1]:4222", "ok"],
    ["nats://127.0.0.1.example.org:4222", "warning"],
    ["nats://10.0.0.1:4222", "warning"],
  ])("to %s without TLS is %s", async (url, state) => {
    expect(await found(tlsCheck, { looks: () => Promise.resolve([server(url)]) })).toMatchObject({ state });
  });

  test("of which one of several is not encrypted is a warning, whichever comes first", async () => {
    const all = [server("tls://a:4222", { tls: true }), server("nats://b:4222")];
    for (const there of [all, all.toReversed()])
      expect(await found(tlsCheck, { looks: () => Promise.resolve(there) })).toMatchObject({
        state: "warning",
        text: expect.stringContaining("b:4222"),
      });
  });
});

describe("the pace of a hub", () => {
  const pace = async (trips: number[], aheadMs?: number): Promise<Finding> => {
    const entries = aheadMs === undefined ? [] : [{ name: "n1", writtenAt: Date.now() + aheadMs, why: "", raw: 1 }];
    const probe: Pick<HubProbe, "roundTrips" | "entries"> = {
      roundTrips: () => Promise.resolve(trips),
      entries: () => Promise.resolve({ count: entries.length, entries }),
    };
    // The rest of a probe is not asked for.
    return found(paceCheck, { probeIfAny: () => Promise.resolve(probe as HubProbe) });
  };

  test("goes by the middle one of its round trips, so that one slow one is no warning", async () => {
    expect(await pace([1, 2, 3, 4, 5, 6, 9000])).toMatchObject({ state: "ok", text: "4.0 ms there and back" });
    expect((await pace([0.04, 0.04, 0.04, 0.04, 1, 1, 1])).text).toBe("less than 0.1 ms there and back");
    expect((await pace([0.1, 0.1, 0.1, 0.1, 1, 1, 1])).text).toBe("0.1 ms there and back");
    const slow = await pace([1, 2, 3, 400, 500, 600, 900]);
    expect(slow).toMatchObject({ state: "warning", text: expect.stringContaining("400.0 ms") });
    expect(slow.next).toContain("nearer");
  });

  test("is a warning where the clock of the server is another one, and says which way", async () => {
    const trips = [1, 1, 1, 1, 1, 1, 1];
    expect((await pace(trips, 60_000)).text).toMatch(/clock of the server is (?:59|60) s ahead of/);
    expect((await pace(trips, -60_000)).text).toMatch(/clock of the server is 60 s behind/);
    expect(await pace(trips, -4000)).toMatchObject({ state: "ok" });
    expect(await pace(trips)).toMatchObject({ state: "ok" });
  });
});

describe("the nodes of a hub", () => {
  test("are not its host, which may have an entry there, too", async () => {
    const host = { name: "host", writtenAt: Date.now(), why: "it is none", raw: 1 };
    const probe: Pick<HubProbe, "entries"> = { entries: () => Promise.resolve({ count: 1, entries: [host] }) };
    // The rest of a probe is not asked for.
    const finding = await found(nodesCheck, { probeIfAny: () => Promise.resolve(probe as HubProbe) });
    expect(finding).toMatchObject({ state: "warning", text: "no node is there" });
  });
});
