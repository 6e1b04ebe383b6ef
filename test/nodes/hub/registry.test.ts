import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { RegistryChange } from "../../../src/nodes/hub/hub.ts";
import { hubOf, until, type TestHub } from "../kit/hub.ts";
import { startNats, theServer } from "../kit/nats.ts";

const stateSchema = z.object({ slots: z.int() });
type State = z.infer<typeof stateSchema>;

/** What the registry tells one who watches, in short. */
async function watched({ hub }: TestHub): Promise<string[]> {
  const told: string[] = [];
  await hub.registry(stateSchema).watch((change: RegistryChange<State>) => {
    const what = change.type === "went" ? change.why : `${change.state.slots}`;
    told.push(`${change.name} ${change.boot} ${change.type} ${what}`);
  });
  return told;
}

const enter = ({ hub }: TestHub, boot: string, slots = 1) => hub.registry(stateSchema).enter(boot, { slots });

describe.each(theServer("the registry of nodes"))("the registry on %s", () => {
  test("tells of those who are there already, who come, change and leave", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using early = await hubOf(server, "early");
    await using late = await hubOf(server, "late");
    const first = await enter(early, "b1");
    const told = await watched(host);
    await until(() => told.length === 1);
    await enter(late, "b2", 5);
    await until(() => told.length === 2);
    first.set({ slots: 3 });
    await until(() => told.length === 3);
    await first.leave();
    await until(() => told.length === 4);
    expect(told).toEqual(["early b1 came 1", "late b2 came 5", "early b1 changed 3", "early b1 went left"]);
  });

  test("does not tell of renewals, and who renews stays for longer than an entry lasts", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    await using mute = await hubOf(server, "mute");
    const told = await watched(host);
    await enter(node, "b1");
    await enter(mute, "b2");
    await mute.hub.close();
    // By then an entry that is not renewed has gone.
    await until(
      () => told.includes("mute b2 went silent"),
      () => told,
    );
    expect(told.filter((one) => one.startsWith("n1"))).toEqual(["n1 b1 came 1"]);
  });

  test("refuses a second node with the name of one that lives as soon as that has shown it, and says what to do", async () => {
    await using server = await startNats();
    await using node = await hubOf(server, "n1");
    await using twin = await hubOf(server, "n1", { bounds: { answerMs: 600_000 } });
    const entry = await enter(node, "b1");
    await expect(enter(twin, "b2")).rejects.toMatchObject({
      code: "hub.name_taken",
      facts: { name: "n1", boot: "b1" },
      hint: expect.stringContaining("--name"),
    });
    entry.set({ slots: 2 });
    const told = await watched(twin);
    await until(() => told.includes("n1 b1 came 2") || told.includes("n1 b1 changed 2"));
  });

  test("refuses a second host of a fleet", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using other = await hubOf(server, "host");
    await enter(host, "b1");
    await expect(enter(other, "b2")).rejects.toMatchObject({
      code: "hub.name_taken",
      hint: expect.stringContaining("--fleet"),
    });
  });

  test("of two that come with one name in the same instant, one is refused", async () => {
    await using server = await startNats();
    const hubs = await Promise.all(["a", "b", "c"].map(() => hubOf(server, "n1")));
    const came = await Promise.allSettled(hubs.map((hub, at) => enter(hub, `b${at}`)));
    expect(came.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
    await Promise.all(hubs.map(({ hub }) => hub.close()));
  });

  test("lets a node in again whose earlier life has died, as soon as that entry is gone", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    const told = await watched(host);
    const dead = await hubOf(server, "n1");
    await enter(dead, "b1");
    await dead.hub.close();
    await using again = await hubOf(server, "n1");
    await enter(again, "b2");
    await until(() => told.includes("n1 b2 came 1"));
    expect(told).toEqual(["n1 b1 came 1", "n1 b1 went silent", "n1 b2 came 1"]);
  });

  test("lets a node in at once that has left properly", async () => {
    await using server = await startNats();
    await using node = await hubOf(server, "n1", { bounds: { entryMs: 600_000 } });
    const entry = await enter(node, "b1");
    await entry.leave();
    const next = await enter(node, "b2");
    const told = await watched(node);
    await until(() => told.length > 0);
    await next.leave();
    await until(() => told.length === 2);
    expect(told).toEqual(["n1 b2 came 1", "n1 b2 went left"]);
  });

  test("tells the bearer of a name when somebody else has it", async () => {
    await using server = await startNats();
    await using node = await hubOf(server, "n1");
    const entry = await enter(node, "b1");
    const thief = await connect({ servers: `127.0.0.1:${server.port}` });
    thief.publish("$KV.cd_test_registry.n1", JSON.stringify({ boot: "b9", state: { slots: 1 } }));
    await thief.drain();
    expect(await entry.lost).toEqual({ boot: "b9" });
  });

  test("passes an entry over that is not of our words, and tells of it", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    const told = await watched(host);
    const stranger = await connect({ servers: `127.0.0.1:${server.port}` });
    stranger.publish("$KV.cd_test_registry.n1", "hello");
    stranger.publish("$KV.cd_test_registry.n2", '{"boot":"b","state":{"slots":"many"}}');
    await stranger.drain();
    await until(() => host.strange.length === 2);
    expect([told, host.strange.map(({ from }) => from)]).toEqual([[], ["n1", "n2"]]);
  });

  test.each([["kept"], ["lost"]] as const)(
    "after a kill of its server whose store is %s, those who are there are there, and nobody was taken for gone",
    async (store) => {
      await using server = await startNats();
      await using host = await hubOf(server, "host");
      await using node = await hubOf(server, "n1");
      const told = await watched(host);
      const entry = await enter(node, "b1");
      await until(() => told.length === 1);
      await server.kill();
      await until(() => node.hub.link === "down" && host.hub.link === "down");
      await server.restart({ store });
      await until(() => node.hub.link === "up" && host.hub.link === "up");
      entry.set({ slots: 4 });
      await until(
        () => told.includes("n1 b1 changed 4"),
        () => [told, node.troubles.map(({ message }) => message)],
      );
      expect(told).toEqual(["n1 b1 came 1", "n1 b1 changed 4"]);
    },
  );
});
