import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { nkeys } from "@nats-io/nats-core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openHub } from "../../../src/nodes/hub/open-hub.ts";
import { secured } from "../kit/certificates.ts";
import { hubOf, quick, until } from "../kit/hub.ts";
import { startNats, theServer, type NatsServer } from "../kit/nats.ts";

const login = 'authorization { users: [ { user: "deck", password: "right" } ] }';
const asDeck = (password: string) => ({ settings: { user: "deck", password: "env:PASS" }, env: { PASS: password } });

const tlsUrl = ({ port }: NatsServer, name = "localhost"): string => `tls://${name}:${port}`;

describe.each(theServer("opening a hub"))("opening a hub at %s", () => {
  test("where nobody listens is a fault with the address and the next step", async () => {
    await using server = await startNats();
    await server.kill();
    await expect(hubOf(server, "host")).rejects.toMatchObject({
      code: "hub.unreachable",
      message: expect.stringContaining(server.url),
      hint: expect.stringContaining("nats-server runs there"),
    });
  });

  test("where something listens that says nothing is a fault after a bounded time", async () => {
    const mute = createServer();
    mute.listen(0, "127.0.0.1");
    await once(mute, "listening");
    const address = mute.address();
    const port = typeof address === "object" ? address?.port : 0;
    const access = {
      urls: [`nats://127.0.0.1:${port}`],
      fleet: "f",
      login: { by: "nothing" as const },
      tls: undefined,
    };
    const opened = openHub({ me: "host", access, bounds: { ...quick, answerMs: 200 } });
    await expect(opened).rejects.toMatchObject({ code: expect.stringMatching(/^hub\.(no_answer|unreachable)$/) });
    mute.close();
  });

  test.each([
    ["a wrong password", asDeck("wrong")],
    ["no login", {}],
    ["a token where users have passwords", { settings: { token: "env:TOKEN" }, env: { TOKEN: "right" } }],
  ])("with %s is refused, and the fault has no secret in it", async (_, how) => {
    await using server = await startNats(login);
    const fault: unknown = await hubOf(server, "host", how).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: "hub.refused", kind: "setup", hint: expect.stringContaining("password") });
    expect(JSON.stringify(fault)).not.toMatch(/wrong|right/);
  });

  test("with the right password, token or nkey works", async () => {
    await using byPassword = await startNats(login);
    await using one = await hubOf(byPassword, "host", asDeck("right"));
    await using byToken = await startNats('authorization { token: "t0ken" }');
    await using two = await hubOf(byToken, "host", { settings: { token: "env:TOKEN" }, env: { TOKEN: "t0ken" } });
    const pair = nkeys.createUser();
    const seed = new TextDecoder().decode(pair.getSeed());
    await using byNkey = await startNats(`authorization { users: [ { nkey: "${pair.getPublicKey()}" } ] }`);
    await using three = await hubOf(byNkey, "host", { settings: { nkey: "env:SEED" }, env: { SEED: seed } });
    for (const { hub } of [one, two, three]) expect(hub.link).toBe("up");
    const other = new TextDecoder().decode(nkeys.createUser().getSeed());
    const refused = hubOf(byNkey, "host", { settings: { nkey: "env:SEED" }, env: { SEED: other } });
    await expect(refused).rejects.toMatchObject({ code: "hub.refused" });
  });

  test("without JetStream is refused with what to put into its settings", async () => {
    await using server = await startNats("", "off");
    await expect(hubOf(server, "host")).rejects.toMatchObject({
      code: "hub.jetstream_off",
      hint: expect.stringContaining("store_dir"),
    });
  });

  test("that has no room for our streams is refused with what to do", async () => {
    await using server = await startNats("", "max_file_store: 1MB");
    await expect(hubOf(server, "host")).rejects.toMatchObject({
      code: "hub.full",
      hint: expect.stringContaining("max_file_store"),
    });
  });

  test("twice changes nothing; with other bounds it is refused, and the stream stays as it was", async () => {
    await using server = await startNats();
    await using first = await hubOf(server, "host");
    await using second = await hubOf(server, "n1");
    await first.hub.jobs.offer("p", { id: "a", body: 1 });
    await expect(hubOf(server, "n2", { bounds: { queueBytes: 5_000_000 } })).rejects.toMatchObject({
      code: "hub.stream_differs",
      message: expect.stringContaining("max_bytes is 4000000, not 5000000"),
      hint: expect.stringContaining("nats stream rm CD_test_JOBS"),
    });
    expect((await second.hub.health()).queue).toMatchObject({ waiting: 1, limitBytes: 4_000_000 });
  });

  test("by several hosts and nodes at once puts the streams in place once", async () => {
    await using server = await startNats();
    const hubs = await Promise.all(Array.from({ length: 8 }, (_, at) => hubOf(server, `n${at}`)));
    expect(hubs.map(({ hub }) => hub.link)).toEqual(hubs.map(() => "up"));
    await Promise.all(hubs.map(({ hub }) => hub.close()));
  });

  test("of two fleets keeps their jobs and letters apart", async () => {
    await using server = await startNats();
    await using mine = await hubOf(server, "host", { settings: { fleet: "mine" } });
    await using other = await hubOf(server, "n1", { settings: { fleet: "other" } });
    await mine.hub.jobs.offer("p", { id: "a", body: 1 });
    expect(mine.hub.letters.send("n1", 1)).toBe("sent");
    expect((await other.hub.health()).queue.waiting).toBe(0);
    expect((await mine.hub.health()).queue.waiting).toBe(1);
  });

  test.each(["a.b", "*", "", "host.x"])("as a node called %j is refused", async (name) => {
    await using server = await startNats();
    await expect(hubOf(server, name)).rejects.toMatchObject({ code: "hub.bad_name" });
  });

  test("over TLS works with the authority of its certificate, by name and by number, and is refused without", async () => {
    await using server = await startNats((folder) => secured(folder));
    const tls = { ca: join(server.folder, "ca.pem") };
    for (const name of ["localhost", "127.0.0.1"]) {
      await using hub = await hubOf(server, "host", { settings: { urls: [tlsUrl(server, name)], tls } });
      expect(hub.hub.link).toBe("up");
    }
    await expect(hubOf(server, "host", { settings: { urls: [tlsUrl(server)] } })).rejects.toMatchObject({
      code: "hub.tls",
      hint: expect.stringContaining("tls.ca"),
    });
  });

  test("by tls:// at a server that has none is refused, not done in the clear", async () => {
    await using server = await startNats();
    await expect(hubOf(server, "host", { settings: { urls: [tlsUrl(server)] } })).rejects.toMatchObject({
      code: "hub.tls",
    });
  });

  test("of one that wants a certificate of ours works with it and is refused without", async () => {
    await using server = await startNats((folder) => secured(folder, { more: ", verify: true" }));
    const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => join(server.folder, name));
    const urls = [tlsUrl(server)];
    await using hub = await hubOf(server, "host", { settings: { urls, tls: { ca, cert, key } } });
    expect(hub.hub.link).toBe("up");
    await expect(
      hubOf(server, "host", { settings: { urls, tls: { ca } }, bounds: { answerMs: 1000 } }),
    ).rejects.toMatchObject({
      code: "hub.tls",
      hint: expect.stringContaining("tls.cert"),
    });
  });

  test("as a user who may not hear something is told as trouble, with the subject", async () => {
    const rights = 'permissions: { subscribe: { deny: ["cd.test.host.>"] } }';
    await using server = await startNats(`authorization { users: [ { user: "deck", password: "right", ${rights} } ] }`);
    await using host = await hubOf(server, "host", asDeck("right"));
    host.hub.letters.listen(z.unknown(), () => undefined);
    await until(() => host.troubles.length > 0);
    expect(host.troubles[0]).toMatchObject({
      code: "hub.not_permitted",
      message: expect.stringContaining("cd.test.host.*"),
    });
  });

  test("goes on trying when the server is away for long, hangs up, or refuses the login for a while", async () => {
    await using server = await startNats(login);
    await using host = await hubOf(server, "host", { ...asDeck("right"), bounds: { reconnectMs: 20 } });
    await server.kill();
    let calls = 0;
    const rude = createServer((socket) => {
      calls += 1;
      socket.destroy();
    });
    rude.listen(server.port, "127.0.0.1");
    await until(() => calls > 25);
    rude.close();
    await server.restart({ settings: login.replace("right", "changed") });
    await until(() => host.troubles.filter(({ code }) => code === "hub.refused").length > 4);
    await server.kill();
    await server.restart();
    await until(() => host.hub.link === "up");
    expect(host.links).toEqual(["down", "up"]);
    await host.hub.health();
  });

  test("tells how it is", async () => {
    await using server = await startNats("", "max_file_store: 100MB");
    await using host = await hubOf(server, "host", { bounds: { queueBytes: 1_000_000 } });
    expect(await host.hub.health()).toMatchObject({
      server: `127.0.0.1:${server.port}`,
      version: expect.stringMatching(/^\d+\.\d+/),
      queue: { waiting: 0, usedBytes: 0, limitBytes: 1_000_000 },
      things: { usedBytes: 0, limitBytes: 8_000_000 },
    });
  });

  test("and closing it ends what it does: nothing is sent, taken or asked any more", async () => {
    await using server = await startNats();
    const { hub } = await hubOf(server, "n1");
    const taking = await hub.jobs.take("p", z.unknown(), 1);
    await hub.registry(z.unknown()).enter("b1", {});
    await hub.close();
    await hub.close();
    expect([hub.signal.aborted, await hub.closed, hub.letters.send("host", 1)]).toEqual([true, undefined, "down"]);
    const left = [];
    for await (const job of taking.jobs) left.push(job);
    expect(left).toEqual([]);
    const question = { what: "a", id: "1", body: {}, timeoutMs: 1000 };
    await expect(hub.asking.ask("host", question, z.unknown())).rejects.toMatchObject({ code: "hub.down" });
  });
});
