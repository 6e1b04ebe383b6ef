import { expect, test } from "vitest";
import { call, failing, say, type Answerer } from "../../../src/offline/reply.ts";
import { leftOf, of, openTestDeck, outcomesOf } from "../../kit/deck.ts";
import { shortTimes } from "../account/times.ts";
import type { DeckNodes, NodesWorld } from "../../../src/host/deck-nodes.ts";
import { farPlaces } from "./far.ts";

/** Nobody tries by itself. */
const patient = { ...shortTimes, backoff: { ...shortTimes.backoff, credential: { firstMs: 1e8, mostMs: 1e8 } } };

/** The nodes of a deck that are told of by its places alone, and what they are given. */
function worldOf(): { nodes: DeckNodes; heldUp: NodesWorld["heldUp"] } {
  let world: NodesWorld | undefined;
  const none = { hub: null, nodes: [] };
  const nodes: DeckNodes = {
    hub: { urls: [], fleet: "test" },
    serve(given) {
      world = given;
      return Promise.resolve();
    },
    list: () => none,
    drain: () => Promise.reject(new Error("nobody asks")),
    farewell: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
  return { nodes, heldUp: (node) => world?.heldUp(node) };
}

test("a place without a login keeps waiting what is there alone, once an agent on another one is answered; all else goes on", async () => {
  const held = Promise.withResolvers<undefined>();
  let isLoggedIn = false;
  const answer: Answerer = async ({ firstUserText, messages }) => {
    if (firstUserText.includes("Task there.") && !isLoggedIn) return failing(401);
    if (!firstUserText.includes("Task here.") || messages.some(({ results }) => results.length > 0))
      return say("Done.");
    await held.promise;
    return call("Bash", { command: "echo here" });
  };
  const { nodes, heldUp } = worldOf();
  const far = farPlaces([{ name: "node-b", pool: "big", slots: 1, isUp: true }], { here: 1 });
  await using kit = await openTestDeck({
    answer,
    accountTimes: patient,
    settings: { max_concurrent: 2, max_starting: 2 },
    places: far.places,
    nodes,
    driver: far.driver,
  });
  const { deck } = kit;
  const { afterSeq } = await kit.startTasks(["Task here.", "Task there.", "Task after that."]);
  const before = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.parked");
  expect(of(before, "account.held").map(({ body }) => [body.kind, body.place])).toEqual([["credential", "node-b"]]);
  expect(of(before, "attention.raised").map(({ body }) => body.next)).toEqual([
    expect.stringContaining("Log in on node-b"),
  ]);
  held.resolve(undefined);
  let ends = 0;
  const others = await kit.eventsUntil(afterSeq, ({ type }) => {
    ends += type === "construct.ended" ? 1 : 0;
    return ends === 2;
  });
  expect(outcomesOf(others).map(({ task, state }) => `${state} ${task}`)).toEqual([
    "done Task here.",
    "done Task after that.",
  ]);
  const view = await deck.snapshot();
  expect(Object.values(view?.constructs ?? {}).map(({ task, state }) => [task, state])).toContainEqual([
    "Task there.",
    "parked",
  ]);
  expect(view?.account).toBeNull();
  // Nothing new is to go there.
  expect([heldUp("node-b"), heldUp("node-a")]).toEqual([
    expect.stringMatching(/^The login is not accepted on node-b/),
    undefined,
  ]);
  expect(Object.values(view?.attention ?? {}).map(({ kind }) => kind)).toEqual(["account.credential"]);
  isLoggedIn = true;
  expect(await deck.send({ type: "account.release" })).toMatchObject({ hold: null, on_nodes: [{ place: "node-b" }] });
  const events = await kit.untilClosed(afterSeq);
  expect(heldUp("node-b")).toBeUndefined();
  expect(outcomesOf(events).map(({ state }) => state)).toEqual(["done", "done", "done"]);
  expect(of(events, "account.released").map(({ body }) => body.how)).toEqual(["tried"]);
  expect(of(events, "attention.closed").length).toBe(2);
  expect(leftOf(events)).toEqual([]);
});
