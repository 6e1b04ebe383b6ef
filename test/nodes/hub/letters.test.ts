import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { hubOf, until } from "../kit/hub.ts";
import { startNats, theServer } from "../kit/nats.ts";
import { startRelay } from "../kit/relay.ts";

const letterSchema = z.object({ n: z.int(), text: z.string().default("") });

describe.each(theServer("letters between host and nodes"))("letters over %s", () => {
  test("come from a node to its host and back, in order, with who has said them", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    await using other = await hubOf(server, "n2");
    const atHost: string[] = [];
    const atNode: string[] = [];
    host.hub.letters.listen(letterSchema, ({ n }, from) => atHost.push(`${from} ${n}`));
    node.hub.letters.listen(letterSchema, ({ n }, from) => atNode.push(`${from} ${n}`));
    other.hub.letters.listen(letterSchema, ({ n }) => atNode.push(`not mine ${n}`));
    await Promise.all([host.hub.health(), node.hub.health(), other.hub.health()]);
    for (let n = 1; n <= 100; n += 1) expect(node.hub.letters.send("host", { n })).toBe("sent");
    expect(host.hub.letters.send("n1", { n: 7 })).toBe("sent");
    await until(() => atHost.length === 100 && atNode.length === 1);
    expect(atHost).toEqual(Array.from({ length: 100 }, (_, at) => `n1 ${at + 1}`));
    expect(atNode).toEqual(["host 7"]);
  });

  test("that are larger than what the server carries at once arrive whole", async () => {
    await using server = await startNats("max_payload: 65536");
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    const got: string[] = [];
    host.hub.letters.listen(letterSchema, ({ text }) => got.push(text));
    await host.hub.health();
    const texts = [65_000, 65_280, 65_536, 1_000_000, 5_000_000].map((length) => "ä€😀".repeat(length / 9));
    for (const text of texts) {
      expect(node.hub.letters.send("host", { n: 1, text })).toBe("sent");
      await node.hub.health();
    }
    await until(() => got.length === texts.length);
    expect(got.map((text, at) => text === texts[at])).toEqual(texts.map(() => true));
    expect(host.strange).toEqual([]);
  });

  test("that are longer than the bound are not sent, and it is said", async () => {
    await using server = await startNats();
    await using node = await hubOf(server, "n1", { bounds: { letterBytes: 1000 } });
    expect(node.hub.letters.send("host", { n: 1, text: "a".repeat(1000) })).toBe("too_large");
    expect(node.hub.letters.send("host", { n: 1 })).toBe("sent");
  });

  test("are not taken when too much is under way, and are again when the server has it", async () => {
    await using server = await startNats();
    await using node = await hubOf(server, "n1", { bounds: { outboundBytes: 100_000 } });
    const text = "a".repeat(30_000);
    const said = Array.from({ length: 10 }, (_, n) => node.hub.letters.send("host", { n, text }));
    expect(said).toEqual(["sent", "sent", "sent", ...said.slice(3).map(() => "full")]);
    await until(() => node.hub.letters.send("host", { n: 11, text }) === "sent");
  });

  test("of other words, versions or programs are told and not taken", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    const got: unknown[] = [];
    host.hub.letters.listen(letterSchema, (letter) => got.push(letter));
    const stranger = await connect({ servers: `127.0.0.1:${server.port}` });
    await host.hub.health();
    stranger.publish("cd.test.host.n1", "not JSON");
    stranger.publish("cd.test.host.n1", '{"n":"one"}');
    stranger.publish("cd.test.host.n1", new Uint8Array([0xff, 0xfe]));
    stranger.publish("cd.test.host.n1", "");
    stranger.publish("cd.test.host.n1", '{"n":1}');
    await stranger.drain();
    await until(() => got.length === 1);
    expect(got).toEqual([{ n: 1, text: "" }]);
    expect(host.strange.map(({ from, head }) => [from, head])).toEqual([
      ["n1", "not JSON"],
      ["n1", '{"n":"one"}'],
      ["n1", expect.any(String)],
      ["n1", ""],
    ]);
  });

  test("go on when their reader fails at one of them, and that is told", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    const got: number[] = [];
    host.hub.letters.listen(letterSchema, ({ n }) => {
      if (n === 1) throw new Error("no idea");
      got.push(n);
    });
    await host.hub.health();
    for (const n of [1, 2]) node.hub.letters.send("host", { n });
    await until(() => got.length === 1);
    expect([got, host.troubles.map(({ code }) => code)]).toEqual([[2], ["hub.reader_failed"]]);
  });

  test("over a link that is cut without a word are stopped at the bound, and flow when it is back", async () => {
    await using server = await startNats();
    await using relay = await startRelay(server.port);
    await using host = await hubOf(server, "host");
    const far = { bounds: { pingMs: 200, outboundBytes: 1_000_000 }, settings: { urls: [relay.url] } };
    await using node = await hubOf(server, "n1", far);
    const got: number[] = [];
    host.hub.letters.listen(letterSchema, ({ n }) => got.push(n));
    await host.hub.health();
    relay.cut();
    const text = "a".repeat(400_000);
    const said = [1, 2, 3, 4].map((n) => node.hub.letters.send("host", { n, text }));
    expect(said).toEqual(["sent", "sent", "full", "full"]);
    await until(() => node.hub.link === "down");
    expect(host.hub.link).toBe("up");
    relay.mend();
    await until(() => node.hub.link === "up");
    expect(node.hub.letters.send("host", { n: 5, text })).toBe("sent");
    await until(() => got.includes(5));
  });

  test("flow again after the server was killed; while it is away, it is said that there is no link", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    const got: number[] = [];
    host.hub.letters.listen(letterSchema, ({ n }) => got.push(n));
    await host.hub.health();
    await server.kill();
    await until(() => node.hub.link === "down" && host.hub.link === "down");
    expect(node.hub.letters.send("host", { n: 1 })).toBe("down");
    await server.restart();
    await until(() => node.hub.link === "up" && host.hub.link === "up");
    await host.hub.health();
    expect(node.hub.letters.send("host", { n: 2 })).toBe("sent");
    await until(() => got.includes(2));
    expect(got).toEqual([2]);
    expect(node.links).toEqual(["down", "up"]);
  });
});
