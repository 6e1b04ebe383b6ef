import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { hubOf, until } from "../kit/hub.ts";
import { startNats, theServer } from "../kit/nats.ts";

const claimSchema = z.object({ session: z.string() });
const grantSchema = z.object({ epoch: z.int() });
const question = { what: "claim", id: "q1", body: { session: "cx-1" }, timeoutMs: 5000 };

describe.each(theServer("questions between host and nodes"))("questions over %s", () => {
  test("are answered once, to who has asked, in both directions", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    host.hub.asking.answer("claim", claimSchema, async ({ session }, { from, id }) => ({
      epoch: 3,
      by: `${from} ${id} ${session}`,
    }));
    node.hub.asking.answer("drain", z.object({}), () => undefined);
    await Promise.all([host.hub.health(), node.hub.health()]);
    const schema = grantSchema.extend({ by: z.string() });
    expect(await node.hub.asking.ask("host", question, schema)).toEqual({ epoch: 3, by: "n1 q1 cx-1" });
    const drained = await host.hub.asking.ask("n1", { what: "drain", id: "d", body: {}, timeoutMs: 5000 }, z.null());
    expect(drained).toBeNull();
  });

  test("that nobody is there for are refused at once", async () => {
    await using server = await startNats();
    await using node = await hubOf(server, "n1");
    await expect(node.hub.asking.ask("host", { ...question, timeoutMs: 600_000 }, grantSchema)).rejects.toMatchObject({
      code: "hub.nobody",
      hint: expect.stringContaining("same fleet"),
    });
  });

  test("that are not answered in time are rejected", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    host.hub.asking.answer("claim", claimSchema, () => new Promise(() => undefined));
    await host.hub.health();
    await expect(node.hub.asking.ask("host", { ...question, timeoutMs: 50 }, grantSchema)).rejects.toMatchObject({
      code: "hub.no_answer",
    });
  });

  test("of other words are refused with the reason, and told", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    let isCalled = false;
    host.hub.asking.answer("claim", claimSchema, () => {
      isCalled = true;
    });
    await host.hub.health();
    await expect(node.hub.asking.ask("host", { ...question, body: { session: 7 } }, grantSchema)).rejects.toMatchObject(
      {
        code: "hub.refused_question",
        message: expect.stringContaining("not of our words"),
      },
    );
    expect([isCalled, host.strange.map(({ from }) => from)]).toEqual([false, ["n1"]]);
  });

  test("whose answer throws are rejected with what it has thrown", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await using node = await hubOf(server, "n1");
    host.hub.asking.answer("claim", claimSchema, () => Promise.reject(new Error("that session has an owner")));
    await host.hub.health();
    await expect(node.hub.asking.ask("host", question, grantSchema)).rejects.toMatchObject({
      code: "hub.refused_question",
      message: expect.stringContaining("that session has an owner"),
    });
  });

  test.each([
    ["is not JSON", "yes"],
    ["does not fit", '{"id":"q1","ok":true,"body":{"epoch":"three"}}'],
    ["is one to another question", '{"id":"q2","ok":true,"body":{"epoch":3}}'],
  ])("whose answer %s are rejected", async (_, answer) => {
    await using server = await startNats();
    await using node = await hubOf(server, "n1");
    const stranger = await connect({ servers: `127.0.0.1:${server.port}` });
    stranger.subscribe("cd.test.ask.host.n1.claim", { callback: (_error, message) => void message.respond(answer) });
    await stranger.flush();
    await expect(node.hub.asking.ask("host", question, grantSchema)).rejects.toMatchObject({
      code: "hub.strange_answer",
    });
    await stranger.close();
  });

  test("that are larger than what the server carries are refused before they are sent", async () => {
    await using server = await startNats("max_payload: 65536");
    await using node = await hubOf(server, "n1");
    const large = { ...question, body: { session: "a".repeat(65_536) } };
    await expect(node.hub.asking.ask("host", large, grantSchema)).rejects.toMatchObject({
      code: "hub.question_too_large",
      hint: expect.stringContaining("max_payload"),
    });
  });

  test("that are refused as there is no link are not said to be asked again: who asks does that", async () => {
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    await server.kill();
    await until(() => host.hub.link === "down");
    await expect(host.hub.asking.ask("n1", question, grantSchema)).rejects.toMatchObject({
      code: "hub.down",
      hint: expect.stringMatching(/^Try it again when the link is back/),
    });
  });

  test("are not kept for later while there is no link", async () => {
    await using server = await startNats();
    await using node = await hubOf(server, "n1");
    await server.kill();
    await expect(node.hub.asking.ask("host", question, grantSchema)).rejects.toMatchObject({
      code: expect.stringMatching(/^hub\.(down|closed|unreachable|no_answer)$/),
    });
  });
});
