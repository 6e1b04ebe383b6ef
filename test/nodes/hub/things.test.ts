import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createHash, randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { jetstreamManager } from "@nats-io/jetstream";
import { headers } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { hubOf, until } from "../kit/hub.ts";
import { startNats, theServer, type NatsServer } from "../kit/nats.ts";

/** A file of random bytes; its path. */
function fileOf(server: NatsServer, name: string, bytes: number): string {
  const path = join(server.folder, name);
  writeFileSync(path, randomBytes(bytes));
  return path;
}

const hashOf = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

describe.each(theServer("the store of things"))("the store of things on %s", () => {
  test.each([0, 1, 131_072, 131_073, 5_000_000])("brings a file of %i bytes over as it was", async (bytes) => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    const file = fileOf(server, "a", bytes);
    const put = await host.hub.things.put("bundle a/b ü", file);
    expect(put).toEqual({ name: "bundle a/b ü", bytes, sha256: hashOf(file) });
    const copy = join(server.folder, "copy");
    expect(await node.hub.things.get("bundle a/b ü", copy, { sha256: put.sha256 })).toEqual(put);
    expect(hashOf(copy)).toBe(put.sha256);
  });

  test("gives what was put last under a name, and nothing after it was removed", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    const [one, two, copy] = [fileOf(server, "1", 1000), fileOf(server, "2", 500_000), join(server.folder, "copy")];
    await host.hub.things.put("a", one);
    await host.hub.things.put("a", two);
    await host.hub.things.get("a", copy);
    expect(hashOf(copy)).toBe(hashOf(two));
    expect(await host.hub.things.remove("a")).toBe(true);
    expect(await host.hub.things.remove("a")).toBe(false);
    await expect(host.hub.things.get("a", copy)).rejects.toMatchObject({ code: "hub.no_thing" });
    expect((await host.hub.health()).things.usedBytes).toBeLessThan(1000);
  });

  test("refuses a file over the bound before a byte of it is sent, and one that is not there", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host", { bounds: { thingBytes: 1000 } });
    await expect(host.hub.things.put("a", fileOf(server, "a", 1001))).rejects.toMatchObject({
      code: "hub.thing_too_large",
      hint: expect.any(String),
    });
    await expect(host.hub.things.put("a", join(server.folder, "none"))).rejects.toMatchObject({ code: "hub.file" });
    await expect(host.hub.things.put("a", server.folder)).rejects.toMatchObject({ code: "hub.file" });
    expect((await host.hub.health()).things.usedBytes).toBe(0);
  });

  test("says when it is full and what to do, keeps nothing of what did not fit, and takes more when there is room", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host", { bounds: { thingsBytes: 3_000_000 } });
    const file = fileOf(server, "a", 2_000_000);
    await host.hub.things.put("a", file);
    const before = (await host.hub.health()).things.usedBytes;
    await expect(host.hub.things.put("b", file)).rejects.toMatchObject({
      kind: "storage",
      code: "hub.full",
      hint: expect.stringContaining("room"),
    });
    expect((await host.hub.health()).things.usedBytes).toBe(before);
    await host.hub.things.remove("a");
    await host.hub.things.put("b", file);
  });

  test("refuses what is not what was expected, and leaves no file", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await host.hub.things.put("a", fileOf(server, "a", 300_000));
    await mkdir(join(server.folder, "in"));
    const copy = join(server.folder, "in", "copy");
    await expect(host.hub.things.get("a", copy, { sha256: "00" })).rejects.toMatchObject({ code: "hub.thing_corrupt" });
    await expect(host.hub.things.get("a", copy, { mostBytes: 1000 })).rejects.toMatchObject({
      code: "hub.thing_too_large",
    });
    await expect(host.hub.things.get("b", copy)).rejects.toMatchObject({ code: "hub.no_thing" });
    await expect(host.hub.things.get("a", join(server.folder, "none", "x"))).rejects.toMatchObject({
      code: "hub.file",
    });
    expect(readdirSync(join(server.folder, "in"))).toEqual([]);
  });

  test("refuses what was changed on the way, and leaves no file", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await host.hub.things.put("a", fileOf(server, "a", 300_000));
    const stranger = await connect({ servers: `127.0.0.1:${server.port}` });
    const manager = await jetstreamManager(stranger);
    const stream = "OBJ_cd_test_things";
    const meta = await manager.streams.getMessage(stream, { last_by_subj: "$O.cd_test_things.M.>" });
    const head = headers();
    head.set("Nats-Rollup", "sub");
    const forged = meta?.string().replace(/SHA-256=.{4}/, "SHA-256=aaaa") ?? "";
    await manager.jetstream().publish(meta?.subject ?? "", forged, { headers: head });
    await stranger.close();
    const copy = join(server.folder, "copy");
    await expect(host.hub.things.get("a", copy)).rejects.toMatchObject({ code: "hub.thing_corrupt" });
    expect(readdirSync(server.folder).filter((name) => name.startsWith("copy"))).toEqual([]);
  });

  test("drops things when they are old", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host", { bounds: { thingAgeMs: 500 } });
    await host.hub.things.put("a", fileOf(server, "a", 300_000));
    await until(async () => (await host.hub.health()).things.usedBytes === 0);
    await expect(host.hub.things.get("a", join(server.folder, "copy"))).rejects.toMatchObject({ code: "hub.no_thing" });
  });

  test("a thing whose server is killed while it is fetched comes whole, or not at all with a reason", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host", { bounds: { answerMs: 1000 } });
    const file = fileOf(server, "a", 5_000_000);
    await host.hub.things.put("a", file);
    const copy = join(server.folder, "copy");
    const fetched = host.hub.things.get("a", copy).then(
      () => "whole",
      (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "?"),
    );
    await until(() => readdirSync(server.folder).some((name) => name.endsWith(".tmp")) || existsSync(copy));
    await server.kill();
    await server.restart();
    const outcome = await fetched;
    expect(existsSync(copy) ? hashOf(copy) : outcome).toBe(outcome === "whole" ? hashOf(file) : outcome);
    expect(readdirSync(server.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    await until(() => host.hub.link === "up");
    await host.hub.things.get("a", copy);
    expect(hashOf(copy)).toBe(hashOf(file));
  });
});
