import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pause } from "../../../src/base/clock.ts";
import { theHost } from "../../../src/nodes/hub/subjects.ts";
import { openOutbox } from "../../../src/nodes/node/outbox.ts";
import { nodeWireVersion } from "../../../src/nodes/wire/letters.ts";
import { nodeStateSchema } from "../../../src/nodes/wire/node-state.ts";
import { eventually } from "../../kit/deck.ts";
import { aTurnEnd } from "../../kit/turn-end.ts";
import { openFleet, type Fleet } from "../kit/fleet.ts";
import { hubOf } from "../kit/hub.ts";
import { theServer } from "../kit/nats.ts";
import { puppetsAway } from "../kit/puppet.ts";
import { startRelay } from "../kit/relay.ts";
import { specOf } from "../kit/spec.ts";
import { tells } from "../kit/tells.ts";

/** The lives of a node of which something is in its outbox that nobody has acknowledged. */
function unacknowledged(fleet: Fleet, node: string): string[] {
  const outbox = openOutbox(join(fleet.folder, `${node}.db`));
  try {
    return outbox.conversations().map(({ to }) => to.boot);
  } finally {
    outbox.close();
  }
}

describe.each(theServer("a desk"))("the desk of a host, over %s", () => {
  test("acknowledges what a node has said when the record has it, and not before", async () => {
    await using fleet = await openFleet();
    const { opened, driver } = puppetsAway();
    const kept = Promise.withResolvers<void>();
    const desk = await fleet.desk({}, { kept: () => kept.promise });
    await fleet.node("one", driver);
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    const session = await desk.driver(driver).open(specOf("cx-1"));
    opened[0]?.agent.does({ type: "said", text: "one" });
    const events = session.events[Symbol.asyncIterator]();
    expect((await events.next()).value).toEqual({ type: "said", text: "one" });
    // Whoever asks for the next one has dealt with it.
    const next = events.next();
    await pause(300);
    expect(unacknowledged(fleet, "one").length).toBeGreaterThan(0);
    kept.resolve();
    await eventually(() => unacknowledged(fleet, "one").length === 0, "it is acknowledged");
    await session.stop("hard");
    await next;
  });

  test("gives a node whose account is held no work, and tells why, for as long as it is", async () => {
    await using fleet = await openFleet();
    let why: string | undefined;
    const desk = await fleet.desk({}, { heldUp: (node) => (node === "one" ? why : undefined) });
    await fleet.node("one", puppetsAway().driver);
    const look = (): unknown => [
      desk.list().nodes.map((node) => node.why_not),
      desk
        .places(
          () => ({ strategy: "here_first", hereSlots: 0 }),
          () => false,
        )
        .draw()({}),
    ];
    expect(look()).toEqual([[null], true]);
    why = "no login";
    expect(look()).toEqual([
      ["waits for its account: no login"],
      "no node takes any more: one waits for its account: no login",
    ]);
    why = undefined;
    expect(look()).toEqual([[null], true]);
  });

  test("takes no letter of a node whose agent has used less than nothing, and tells so", async () => {
    await using fleet = await openFleet();
    await fleet.desk();
    await using one = await hubOf(fleet.server, "one", { settings: { fleet: "test" } });
    one.hub.letters.send(theHost, {
      wire: nodeWireVersion,
      to: { session: "cx-1", epoch: 1, boot: "b-1" },
      n: 1,
      saying: { type: "did", event: { type: "turn.ended", turn: aTurnEnd({ costUsd: -1 }) } },
    });
    await eventually(() => fleet.toldOf("deck.warned").length > 0, "it is told");
    expect(fleet.toldOf("deck.warned")).toMatchObject([
      { code: "hub.strange", message: expect.stringContaining("one has said something that cannot be understood") },
    ]);
    // One whose words count would be told that its conversation is not known here.
    expect(fleet.toldOf("node.stranger")).toEqual([]);
  });

  test("counts on no node that is in the list and has not asked for a lease", async () => {
    await using fleet = await openFleet();
    const desk = await fleet.desk();
    await using ghost = await hubOf(fleet.server, "ghost", { settings: { fleet: "test" } });
    await ghost.hub.registry(nodeStateSchema).enter("b-1", tells);
    await eventually(() => desk.list().nodes.length === 1, "it is in the list");
    expect(desk.list().nodes).toMatchObject([{ node: "ghost", lease_ms: null, why_not: "has no lease yet" }]);
    expect(fleet.toldOf("node.came")).toEqual([]);
    expect(
      desk
        .places(
          () => ({ strategy: "here_first", hereSlots: 0 }),
          () => false,
        )
        .draw()({}),
    ).toContain("no lease yet");
  });

  test("ends a session to which something is said that no letter can carry, and tells why", async () => {
    await using fleet = await openFleet();
    const { driver } = puppetsAway();
    const desk = await fleet.desk();
    await fleet.node("one", driver);
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    const session = await desk.driver(driver).open(specOf("cx-1"));
    session.send("x".repeat(20_000_000));
    expect(await session.closed).toMatchObject({ how: "lost" });
    expect(fleet.toldOf("deck.warned")).toContainEqual({
      code: "nodes.too_large",
      message: expect.stringContaining("what was said to cx-1 on one is too large"),
    });
  });

  test("answers a life of a node that it has given up, so that its late words are not kept for ever", async () => {
    await using fleet = await openFleet();
    await using relay = await startRelay(fleet.server.port);
    const { opened, driver } = puppetsAway();
    const desk = await fleet.desk();
    const one = await fleet.node("one", driver, { url: relay.url });
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    const session = await desk.driver(driver).open(specOf("cx-1"));
    relay.cut();
    opened[0]?.agent.does({ type: "said", text: "nobody hears this" });
    expect(await session.closed).toMatchObject({ how: "lost" });
    await eventually(() => one.proofs.length === 1, "it has ended what it had");
    const [first] = one.lives;
    expect(unacknowledged(fleet, "one")).toContain(first?.boot);
    relay.mend();
    await eventually(() => fleet.toldOf("node.stranger").length > 0, "its late words have come");
    await eventually(() => !unacknowledged(fleet, "one").includes(first?.boot ?? ""), "they are kept no longer");
    // In its next life it has work again.
    const again = await desk.driver(driver).open(specOf("cx-2"));
    await again.stop("hard");
  });
});
