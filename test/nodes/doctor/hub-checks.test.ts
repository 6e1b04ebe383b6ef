import { readFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { runChecks } from "../../../src/engine/doctor/check.ts";
import { hubChecks } from "../../../src/nodes/doctor/hub-checks.ts";
import { hubBounds } from "../../../src/nodes/hub/bounds.ts";
import { readHubAccess, type HubSettings } from "../../../src/nodes/hub/settings.ts";
import { nodeWireVersion } from "../../../src/nodes/wire/letters.ts";
import type { NodeTells } from "../../../src/nodes/wire/node-state.ts";
import type { Finding } from "../../../src/protocol/finding.ts";
import { secured } from "../kit/certificates.ts";
import { hubOf } from "../kit/hub.ts";
import { startNats, theServer, type NatsServer } from "../kit/nats.ts";

interface Looked {
  settings?: Partial<HubSettings>;
  env?: Record<string, string>;
  me?: string;
  open?: string[];
}

/** What the doctor says of this server, by the names of its checks. */
async function findings(server: Pick<NatsServer, "url">, looked: Looked = {}): Promise<Record<string, Finding>> {
  const { settings = {}, env = {}, me = "host", open = [] } = looked;
  await using hub = hubChecks({
    given: async () => ({
      access: await readHubAccess({ urls: [server.url], fleet: "test", ...settings }, (name) => env[name]),
      from: "a test",
      open,
    }),
    me,
    version: "1.0.0",
  });
  const all = await runChecks(hub.checks);
  return Object.fromEntries(all.map((finding) => [finding.check, finding]));
}

const states = (all: Record<string, Finding>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([name, { state }]) => [name.replace("hub-", ""), state]));

const withNext = (state: string, text: RegExp, next: RegExp) => ({
  state,
  text: expect.stringMatching(text),
  next: expect.stringMatching(next),
});

/** The rights that docs/hub.md has netrunners set. */
function documented(): string {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/hub.md"), "utf8");
  const block = /```\n(authorization \{[^`]*)```/.exec(text)?.[1] ?? "";
  return block.replaceAll("FLEET", "test").replaceAll("NODE", "n1").replaceAll("…", "right");
}

const as = (user: string) => ({ settings: { user, password: "env:PASS" }, env: { PASS: "right" } });

/** A host that was there with the usual settings, and has left. */
async function broughtIn(server: NatsServer, looked: Looked = {}): Promise<void> {
  await using _host = await hubOf(server, "host", { bounds: hubBounds, ...looked });
}

const tells: NodeTells = {
  wire: nodeWireVersion,
  versions: { cyberdeck: "1.0.0", agent: "2.0.0" },
  pool: "builders",
  labels: [],
  slots: 4,
  used: 1,
  warm: 0,
  freeMb: 4000,
  isDraining: false,
  unfit: null,
  policy: "v1",
  workspace: "shared",
  hasWall: true,
  since: 0,
};
const anything = z.unknown();

describe.each(theServer("the doctor's look at a hub"))("the doctor's look at %s", () => {
  test("is content with a fleet that is as it should be, and leaves nothing there", async () => {
    await using server = await startNats(documented());
    await using host = await hubOf(server, "host", { bounds: hubBounds, ...as("host") });
    await using node = await hubOf(server, "n1", { bounds: hubBounds, ...as("n1") });
    const heard: unknown[] = [];
    host.hub.letters.listen(anything, (letter) => heard.push(letter));
    node.hub.letters.listen(anything, (letter) => heard.push(letter));
    await host.hub.jobs.offer("n_n1", { id: "a", body: 1 });
    const taking = await node.hub.jobs.take("n_n1", anything, 0);
    await node.hub.registry(anything).enter("b1", tells);
    const before = await host.hub.health();
    for (const me of ["host", "n1"]) {
      const all = await findings(server, { me, ...as(me) });
      expect(states(all)).toEqual({
        hub: "ok",
        server: "ok",
        tls: "ok",
        login: "ok",
        rights: "ok",
        store: "ok",
        streams: "ok",
        pace: "ok",
        nodes: "ok",
      });
      expect(all["hub-nodes"]?.text).toContain("1 node, 1 of 4 slots taken: n1 (builders, 1/4, agent 2.0.0)");
      expect(all["hub-server"]?.text).toContain("sync_interval");
    }
    // What was tried has not taken its queue from the node.
    taking.setSlots(1);
    for await (const job of taking.jobs) {
      job.back();
      break;
    }
    taking.stop();
    const after = await host.hub.health();
    expect([after.queue, after.things]).toEqual([before.queue, before.things]);
    expect([heard, host.strange, node.strange, host.troubles, node.troubles]).toEqual([[], [], [], [], []]);
  });

  test("before the first host has been there finds nothing wrong, and makes nothing", async () => {
    await using server = await startNats();
    const all = await findings(server);
    expect(all["hub-streams"]).toMatchObject({
      state: "ok",
      text: expect.stringMatching(/3 streams .* host makes them/),
    });
    expect(all["hub-nodes"]).toMatchObject(withNext("warning", /no node/, /Start one/));
    expect((await findings(server, { me: "n1" }))["hub-streams"]).toMatchObject(
      withNext("warning", /not there yet/, /host of the fleet first/),
    );
    const nats = await connect({ servers: server.url });
    expect(await (await jetstreamManager(nats)).streams.names().next()).toEqual([]);
    await nats.close();
  });

  test("says where nobody listens, where no machine is known, and where something else answers", async () => {
    await using server = await startNats();
    await server.kill();
    expect(await findings(server)).toMatchObject({
      "hub-server": withNext("problem", /nothing listens/, /Start nats-server/),
      "hub-login": { state: "skipped" },
      "hub-nodes": { state: "skipped" },
    });
    const nowhere = { settings: { urls: ["nats://no-such-machine.invalid:4222"] } };
    expect((await findings(server, nowhere))["hub-server"]).toMatchObject(withNext("problem", /not known/, /spelling/));
    const other = createServer((socket) => void socket.end("SSH-2.0-OpenSSH\r\n")).listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const strange = { settings: { urls: [`nats://127.0.0.1:${port}`] } };
    expect((await findings(server, strange))["hub-server"]).toMatchObject(
      withNext("problem", /no NATS server: it says "SSH/, /4222/),
    );
    other.close();
  });

  test("of several addresses takes one that does not answer for a warning, and goes on by the others", async () => {
    await using server = await startNats();
    await using dead = await startNats();
    await dead.kill();
    const all = await findings(server, { settings: { urls: [dead.url, server.url] } });
    expect(all["hub-server"]).toMatchObject(withNext("warning", /1 other address answers/, /Start nats-server/));
    expect(all["hub-store"]?.state).toBe("ok");
  });

  test("tells settings and secrets that are not right, and goes no further with them", async () => {
    await using server = await startNats();
    const all = await findings(server, { settings: { token: "env:NOBODY" } });
    expect(all["hub"]).toMatchObject(withNext("problem", /empty/, /NOBODY/));
    expect(Object.values(all).filter(({ state }) => state === "problem").length).toBe(1);
    const open = await findings(server, { open: ["/etc/it's"] });
    expect(open["hub"]).toMatchObject({ state: "warning", command: String.raw`chmod 600 '/etc/it'\''s'` });
  });

  test("tells a login that is refused, and a server that asks for none", async () => {
    await using server = await startNats(documented());
    const all = await findings(server, { ...as("host"), env: { PASS: "wrong" } });
    expect(all["hub-login"]).toMatchObject(withNext("problem", /refused the login/, /user and password/));
    expect(Object.values(all).filter(({ state }) => state === "problem").length).toBe(1);
    await using open = await startNats();
    expect((await findings(open))["hub-login"]).toMatchObject(withNext("warning", /asks nobody/, /docs\/hub\.md/));
  });

  test("tells each right that a user lacks, and one that a node should not have", async () => {
    const narrow = `authorization { users: [ { user: "host", password: "right", permissions: {
      publish: ["$JS.API.>", "cd.test.node.*"], subscribe: ["_INBOX.>"] } } ] }`;
    await using server = await startNats(narrow);
    const { "hub-rights": rights } = await findings(server, as("host"));
    expect(rights).toMatchObject(
      withNext("problem", /to say cd\.test\.ask\.node\S*, to say cd\.test\.jobs/, /docs\/hub/),
    );
    await using wide = await startNats('authorization { users: [ { user: "n1", password: "right" } ] }');
    await broughtIn(wide, as("n1"));
    expect((await findings(wide, { me: "n1", ...as("n1") }))["hub-rights"]).toMatchObject(
      withNext("warning", /could also speak for the host/, /user with the permissions/),
    );
  });

  test("as a node whose permissions are for another one tells what it may not", async () => {
    await using server = await startNats(documented());
    await broughtIn(server, as("host"));
    const { "hub-rights": rights } = await findings(server, { me: "n2", ...as("n1") });
    expect(rights).toMatchObject(withNext("problem", /this node has to: to say cd\.test\.host\.n2/, /docs\/hub/));
  });

  test("tells that JetStream is off", async () => {
    await using server = await startNats("", "off");
    const all = await findings(server);
    expect(all["hub-store"]).toMatchObject(withNext("problem", /JetStream is off/, /-js/));
  });

  test("tells a stream with other settings, with the command that brings it in order", async () => {
    await using server = await startNats();
    await using _host = await hubOf(server, "host");
    expect((await findings(server))["hub-streams"]).toMatchObject({
      ...withNext("problem", /CD_test_JOBS has other settings .*max_bytes is 4000000, not 256000000/, /same version/),
      command: "nats stream rm CD_test_JOBS",
    });
  });

  test("tells an account without the room that the streams need", async () => {
    const settings = `accounts { FLEET: { jetstream: { max_file: 100MB }, users: [ { user: "host", password: "right" } ] } }`;
    await using server = await startNats(settings);
    expect((await findings(server, as("host")))["hub-store"]).toMatchObject(
      withNext("problem", /0 bytes of 10\d\.\d MB.* needs 4\.3 GB/, /max_file_store/),
    );
  });

  test("warns before the work queue is full", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host", { bounds: hubBounds });
    const text = "a".repeat(490_000);
    for (let n = 0; n < 440; n += 1) await host.hub.jobs.offer("p", { id: `j${n}`, body: text });
    expect((await findings(server))["hub-store"]).toMatchObject(
      withNext("warning", /work queue: 21\d\.\d MB of 256\.0 MB/, /no node takes/),
    );
  });

  test("verifies the certificate of the server, and says how long it holds", async () => {
    await using server = await startNats((folder) => secured(folder));
    const urls = [`tls://localhost:${server.port}`];
    const tls = { ca: join(server.folder, "ca.pem") };
    expect((await findings(server, { settings: { urls, tls } }))["hub-tls"]).toMatchObject({
      state: "ok",
      text: expect.stringMatching(/verified, and holds for (89|90) more days/),
    });
    const all = await findings(server, { settings: { urls } });
    expect(all["hub-tls"]).toMatchObject(withNext("problem", /no secure connection/, /tls\.ca/));
    expect(all["hub-login"]).toMatchObject({ state: "skipped", text: expect.stringContaining("proven") });
  });

  test("warns of a certificate that ends soon, and tells one that bears another name", async () => {
    const of = (server: NatsServer): Looked => ({
      settings: { urls: [`tls://localhost:${server.port}`], tls: { ca: join(server.folder, "ca.pem") } },
    });
    await using soon = await startNats((folder) => secured(folder, { days: 3 }));
    expect((await findings(soon, of(soon)))["hub-tls"]).toMatchObject(withNext("warning", /2 more days/, /Renew/));
    await using other = await startNats((folder) => secured(folder, { names: "DNS:hub.example.org" }));
    expect((await findings(other, of(other)))["hub-tls"]).toMatchObject(
      withNext("problem", /localhost/, /subjectAltName/),
    );
  });

  test("tells a server that speaks in the clear where TLS is wanted, and one that wants a certificate of ours", async () => {
    await using plain = await startNats();
    expect((await findings(plain, { settings: { urls: [`tls://127.0.0.1:${plain.port}`] } }))["hub-tls"]).toMatchObject(
      withNext("problem", /without TLS/, /certificate/),
    );
    await using mutual = await startNats((folder) => secured(folder, { more: ", verify: true" }));
    const [ca = "", cert = "", key = ""] = ["ca.pem", "cert.pem", "key.pem"].map((name) => join(mutual.folder, name));
    const urls = [`tls://localhost:${mutual.port}`];
    expect((await findings(mutual, { settings: { urls, tls: { ca } } }))["hub-tls"]).toMatchObject(
      withNext("problem", /wants a certificate of ours/, /tls\.cert and tls\.key/),
    );
    expect((await findings(mutual, { settings: { urls, tls: { ca, cert, key } } }))["hub-tls"]?.state).toBe("ok");
  });

  test.each([
    ["another wire version", { wire: nodeWireVersion + 1 }, "problem", /not of our words: n1/, /same version/],
    ["words of another version", { slots: "many" }, "problem", /not of our words: n1 \(Cyberdeck 1/, /same version/],
    ["no policy", { policy: null }, "warning", /n1 has no policy yet and denies/, /host/],
    ["its drain", { isDraining: true }, "warning", /n1 drains/, /undrain/],
    [
      "an agent that fails its trial",
      { unfit: "the agent does not keep to the gate" },
      "warning",
      /n1 takes no work: the agent does not/,
      /on its machine/,
    ],
    [
      "another version",
      { versions: { cyberdeck: "0.9.0", agent: null } },
      "warning",
      /Cyberdeck 0\.9\.0, here it is 1\.0\.0/,
      /same version/,
    ],
  ])("tells of a node %s, and what to do", async (_, odd, state, text, next) => {
    await using server = await startNats();
    await using node = await hubOf(server, "n1", { bounds: hubBounds });
    await node.hub.registry(anything).enter("b1", { ...tells, ...odd });
    expect((await findings(server))["hub-nodes"]).toMatchObject(withNext(state, text, next));
  });

  test("does not count a node that has left", async () => {
    await using server = await startNats();
    await using node = await hubOf(server, "n1", { bounds: hubBounds });
    const entry = await node.hub.registry(anything).enter("b1", tells);
    await entry.leave();
    expect((await findings(server))["hub-nodes"]).toMatchObject(withNext("warning", /no node/, /Start one/));
  });
});
