import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { hubOf, until } from "../kit/hub.ts";
import { startNats, theServer } from "../kit/nats.ts";

/** The rights that docs/hub.md has netrunners set, for a node n1 and another one. */
function documented(): string {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/hub.md"), "utf8");
  const block = /```\n(authorization \{[^`]*)```/.exec(text)?.[1] ?? "";
  const filled = block.replaceAll("FLEET", "test").replaceAll("…", "right");
  const node = /\{ user: "NODE"[\s\S]*?true\s*\} \}/.exec(filled)?.[0] ?? "";
  return filled.replace(node, `${node.replaceAll("NODE", "n1")}\n${node.replaceAll("NODE", "n2")}`);
}

const as = (user: string) => ({ settings: { user, password: "env:PASS" }, env: { PASS: "right" } });
const anything = z.unknown();

describe.each(theServer("the documented permissions"))("with the documented permissions of %s", () => {
  test("a node can do all that it has to", async () => {
    await using server = await startNats(documented());
    await using host = await hubOf(server, "host", as("host"));
    await using node = await hubOf(server, "n1", as("n1"));
    const atHost: unknown[] = [];
    const atNode: unknown[] = [];
    const told: string[] = [];
    host.hub.letters.listen(anything, (letter) => atHost.push(letter));
    node.hub.letters.listen(anything, (letter) => atNode.push(letter));
    host.hub.asking.answer("renew", anything, () => "yes");
    node.hub.asking.answer("drain", anything, () => "done");
    await host.hub.registry(anything).watch((change) => told.push(`${change.name} ${change.type}`));
    await host.hub.jobs.offer("n_n1", { id: "a", body: 1 });
    const entry = await node.hub.registry(anything).enter("b1", 1);
    entry.set(2);
    await until(() => told.includes("n1 changed"));
    node.hub.letters.send("host", "up");
    host.hub.letters.send("n1", "down");
    await until(() => atHost.length === 1 && atNode.length === 1);
    const question = { id: "q", body: {}, timeoutMs: 5000 };
    expect(await node.hub.asking.ask("host", { what: "renew", ...question }, anything)).toBe("yes");
    expect(await host.hub.asking.ask("n1", { what: "drain", ...question }, anything)).toBe("done");
    const taking = await node.hub.jobs.take("n_n1", anything, 1);
    for await (const job of taking.jobs) {
      job.working();
      expect(await job.done()).toBe(true);
      break;
    }
    const file = join(server.folder, "file");
    writeFileSync(file, "a".repeat(300_000));
    const put = await node.hub.things.put("result", file);
    expect(await node.hub.things.get("result", join(server.folder, "copy"))).toEqual(put);
    expect(await node.hub.things.remove("result")).toBe(true);
    await entry.leave();
    await until(() => told.includes("n1 went"));
    expect([host.troubles, node.troubles]).toEqual([[], []]);
  });

  test("a node cannot come in under the name of another", async () => {
    await using server = await startNats(documented());
    await using host = await hubOf(server, "host", as("host"));
    expect(host.hub.link).toBe("up");
    await expect(hubOf(server, "n2", as("n1"))).rejects.toMatchObject({ code: "hub.not_permitted" });
    await expect(hubOf(server, "host", as("n1"))).rejects.toMatchObject({ code: "hub.not_permitted" });
  });

  test("a node cannot offer work, or take that of another pool", async () => {
    await using server = await startNats(documented());
    await using host = await hubOf(server, "host", as("host"));
    await using node = await hubOf(server, "n1", { ...as("n1"), bounds: { answerMs: 500 } });
    const refused = { code: expect.stringMatching(/^hub\.(not_permitted|no_answer)$/) };
    await expect(node.hub.jobs.offer("n_n1", { id: "a", body: 1 })).rejects.toMatchObject(refused);
    await expect(node.hub.jobs.take("n_n2", anything, 1)).rejects.toMatchObject(refused);
    expect((await host.hub.health()).queue.waiting).toBe(0);
  });

  test.each([
    ["speak for another", "cd.test.host.n2"],
    ["ask for another", "cd.test.ask.host.n2.renew"],
    ["speak for the host", "cd.test.node.n2"],
    ["stand in the registry for another", "$KV.cd_test_registry.n2"],
    ["empty the queue", "$JS.API.STREAM.PURGE.CD_test_JOBS"],
    ["remove what lies there", "$JS.API.STREAM.DELETE.OBJ_cd_test_things"],
    ["remove the queue", "$JS.API.STREAM.DELETE.CD_test_JOBS"],
    ["answer the host what it was not asked", "_INBOX.cd.test.host.x.y"],
  ])("a node with a program of its own cannot %s", async (_, subject) => {
    await using server = await startNats(documented());
    const thief = await connect({ servers: `127.0.0.1:${server.port}`, user: "n1", pass: "right" });
    const status = thief.status();
    thief.publish(subject, "{}");
    const told = await firstOf(status, ({ type }) => type === "error");
    expect(told).toMatchObject({ error: expect.objectContaining({ operation: "publish", subject }) });
    await thief.close();
  });

  test.each(["cd.test.node.n2", "cd.test.node.*", "cd.test.host.*", ">", "_INBOX.>"])(
    "a node with a program of its own cannot listen to %s",
    async (subject) => {
      await using server = await startNats(documented());
      const thief = await connect({ servers: `127.0.0.1:${server.port}`, user: "n1", pass: "right" });
      const status = thief.status();
      thief.subscribe(subject, { callback: () => undefined });
      const told = await firstOf(status, ({ type }) => type === "error");
      expect(told).toMatchObject({ error: expect.objectContaining({ operation: "subscription", subject }) });
      await thief.close();
    },
  );
});

async function firstOf<T>(all: AsyncIterable<T>, fits: (one: T) => boolean): Promise<T | undefined> {
  for await (const one of all) if (fits(one)) return one;
  return undefined;
}
