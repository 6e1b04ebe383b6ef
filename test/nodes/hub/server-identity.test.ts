import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { describe, expect, test } from "vitest";
import { lookAtServer } from "../../../src/nodes/doctor/server-look.ts";
import { serverIdentity } from "../../../src/nodes/hub/server-identity.ts";
import { secured } from "../kit/certificates.ts";
import { hubOf, until } from "../kit/hub.ts";
import { startNats, theServer, type NatsServer } from "../kit/nats.ts";

/** A server whose certificate bears only these names. */
const serverOf = (names: string): Promise<NatsServer> => startNats((folder) => secured(folder, { names }));

const tlsOf = ({ folder }: NatsServer): { ca: string } => ({ ca: join(folder, "ca.pem") });
const at = (server: NatsServer, ...urls: string[]) => ({ settings: { urls, tls: tlsOf(server) } });

/** What the doctor says of the certificate at this address. */
async function looked(server: NatsServer, url: string): Promise<string> {
  const look = await lookAtServer(new URL(url), tlsOf(server), AbortSignal.timeout(10_000));
  return look.kind === "server" ? look.tls.kind : look.kind;
}

/** The same server at another address. */
async function alsoAt(host: string, { port }: NatsServer): Promise<{ port: number } & Disposable> {
  const relay = createServer((socket) => {
    const there = connect(port, "127.0.0.1");
    socket.on("error", () => there.destroy()).on("close", () => there.destroy());
    there.on("error", () => socket.destroy()).on("close", () => socket.destroy());
    socket.pipe(there).pipe(socket);
  });
  relay.listen(0, host);
  await once(relay, "listening");
  const address = relay.address();
  return { port: typeof address === "object" ? (address?.port ?? 0) : 0, [Symbol.dispose]: () => relay.close() };
}

describe.each(theServer("whose certificate a server has"))("the certificate of %s", () => {
  test("that bears the address which is dialled, and no name of it, is accepted, by the doctor, too", async () => {
    await using server = await serverOf("DNS:hub.example.org,IP:127.0.0.1");
    const url = `tls://127.0.0.1:${server.port}`;
    await using host = await hubOf(server, "host", at(server, url));
    expect(host.hub.link).toBe("up");
    expect(await looked(server, url)).toBe("verified");
  });

  test("that bears the address is accepted again when the link has been down", async () => {
    await using server = await serverOf("IP:127.0.0.1");
    await using host = await hubOf(server, "host", at(server, `tls://127.0.0.1:${server.port}`));
    await server.kill();
    await until(() => host.hub.link === "down");
    await server.restart();
    await until(() => host.hub.link === "up");
    expect(host.troubles).toEqual([]);
  });

  test("that bears an address with colons is accepted there, and one without it is refused", async () => {
    await using server = await serverOf("IP:0:0:0:0:0:0:0:1");
    using there = await alsoAt("::1", server);
    const url = `tls://[::1]:${there.port}`;
    await using host = await hubOf(server, "host", at(server, url));
    expect(host.hub.link).toBe("up");
    expect(await looked(server, url)).toBe("verified");
    await using other = await serverOf("DNS:localhost,IP:127.0.0.1");
    using otherThere = await alsoAt("::1", other);
    const otherUrl = `tls://[::1]:${otherThere.port}`;
    await expect(hubOf(other, "host", at(other, otherUrl))).rejects.toMatchObject({ code: "hub.tls" });
    expect(await looked(other, otherUrl)).toBe("refused");
  });

  test.each([
    ["another address", "IP:127.0.0.2", "127.0.0.1"],
    ["a name alone, and that of this machine", "DNS:localhost", "127.0.0.1"],
    ["the address as if it were a name", "DNS:127.0.0.1", "127.0.0.1"],
    ["another name", "DNS:hub.example.org", "localhost"],
    ["the address behind the name, but not the name", "IP:127.0.0.1", "localhost"],
  ])("that bears %s is refused, by the doctor, too", async (_, names, host) => {
    await using server = await serverOf(names);
    const url = `tls://${host}:${server.port}`;
    await expect(hubOf(server, "host", at(server, url))).rejects.toMatchObject({
      code: "hub.tls",
      message: expect.stringContaining("does not match certificate's altnames"),
    });
    expect(await looked(server, url)).toBe("refused");
  });

  test("that bears the name which is dialled is accepted", async () => {
    await using server = await serverOf("DNS:localhost");
    const url = `tls://localhost:${server.port}`;
    await using host = await hubOf(server, "host", at(server, url));
    expect(host.hub.link).toBe("up");
    expect(await looked(server, url)).toBe("verified");
  });

  test("is compared with the address also where nobody has asked for TLS and the server wants it", async () => {
    await using server = await serverOf("IP:127.0.0.1");
    await using other = await serverOf("IP:127.0.0.2");
    const usual = getCACertificates("default");
    const authorities = [server, other].map((one) => readFileSync(tlsOf(one).ca, "utf8"));
    setDefaultCACertificates([...usual, ...authorities]);
    try {
      await using host = await hubOf(server, "host");
      expect(host.hub.link).toBe("up");
      await expect(hubOf(other, "host")).rejects.toMatchObject({ code: "hub.tls" });
    } finally {
      setDefaultCACertificates(usual);
    }
  });

  test("of several addresses is compared with the one that is dialled, not with the others", async () => {
    await using server = await serverOf("DNS:hub.example.org,IP:127.0.0.2");
    await using away = await startNats();
    await away.kill();
    const wrong = `tls://127.0.0.1:${server.port}`;
    const others = [`tls://127.0.0.2:${away.port}`, `tls://localhost:${away.port}`];
    await expect(hubOf(server, "host", at(server, wrong, ...others))).rejects.toMatchObject({
      code: expect.stringMatching(/^hub\.(tls|unreachable)$/),
    });
    using there = await alsoAt("127.0.0.2", server);
    await using host = await hubOf(server, "host", at(server, wrong, `tls://127.0.0.2:${there.port}`));
    expect(host.hub.link).toBe("up");
    expect((await host.hub.health()).server).toBe(`127.0.0.2:${there.port}`);
  });
});

test("a certificate is refused where it is not known who was dialled", () => {
  const { checkServerIdentity: check } = serverIdentity;
  const certificate = { subjectaltname: "DNS:localhost" } as Parameters<NonNullable<typeof check>>[1];
  expect(check?.call(undefined, "localhost", certificate)).toBeInstanceOf(Error);
  expect(check?.call({ socket: {} }, "localhost", certificate)).toBeInstanceOf(Error);
});
