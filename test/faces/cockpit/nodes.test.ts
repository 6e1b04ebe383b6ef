import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { scriptedDeck, type Script } from "../cli/scripted-deck.ts";
import { openDesk, toPage, type Desk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { aFleet } from "./kit/nodes-scene.ts";
import { spreadFleet } from "./kit/scenes.ts";

type Deck = ReturnType<typeof scriptedDeck>;
const has = (frame: readonly string[], text: string): boolean => frame.some((row) => row.includes(text));
const drains = (deck: Deck) => deck.commands.filter(({ type }) => type === "nodes.drain");
const looks = (deck: Deck): number => deck.commands.filter(({ type }) => type === "nodes.list").length;

/** A cockpit with the page of nodes in front. The script can be changed later. */
async function nodesDesk(
  script: Script = { fleet: aFleet() },
  size = { columns: 120, rows: 40 },
): Promise<{ deck: Deck; desk: Desk }> {
  const deck = scriptedDeck(script);
  await spreadFleet(deck);
  const desk = await openDesk(deck, { size });
  await desk.press("N");
  await desk.until((frame) => !has(frame, "The deck is asked"));
  return { deck, desk };
}

describe("the page of nodes", () => {
  test.each(sizes)("shows link, leases, slots, and why one gets no work, at $columns x $rows", async (size) => {
    const { desk } = await nodesDesk({ fleet: aFleet() }, size);
    await expect(picture(await desk.terminal.frame())).toMatchFileSnapshot(keptFrame("nodes", size));
    await expect(picture(await desk.press("3"))).toMatchFileSnapshot(keptFrame("nodes-drains", size));
    await expect(picture(await desk.press("5"))).toMatchFileSnapshot(keptFrame("nodes-silent", size));
    await desk.press("1");
    await expect(picture(await desk.press("D"))).toMatchFileSnapshot(keptFrame("nodes-drain", size));
    await desk.press("escape");
    await desk.close();
  });

  test.each(sizes)("says what to do where there is no hub, at $columns x $rows", async (size) => {
    const { desk } = await nodesDesk({}, size);
    await expect(picture(await desk.terminal.frame())).toMatchFileSnapshot(keptFrame("nodes-alone", size));
    await desk.close();
  });

  test("is in the palette and in the help", async () => {
    const deck = scriptedDeck({ fleet: aFleet() });
    const desk = await openDesk(deck, { size: { columns: 120, rows: 40 } });
    await desk.press("ctrl+p");
    await desk.write("show: nodes");
    await desk.press("enter");
    expect((await desk.until((frame) => frame[2]?.includes("▌Nodes") === true))[2]).toContain("▌Nodes");
    const help = await desk.press("?");
    expect(has(help, "On this page: Nodes")).toBe(true);
    expect(has(help, "drain it: no more work")).toBe(true);
    await desk.press("escape");
    await desk.close();
  });

  test.each([
    ["down", "THE LINK TO THE HUB IS DOWN"],
    ["left", "ANOTHER HOST HAS COME: this one has left the fleet"],
  ] as const)("says how to start a node where none is up, and how the link is: %s", async (link, says) => {
    const { desk } = await nodesDesk({ fleet: { hub: { fleet: "lab", link }, nodes: [] } });
    const frame = await desk.terminal.frame();
    expect(has(frame, "No node is up")).toBe(true);
    expect(has(frame, says)).toBe(true);
    await desk.close();
  });

  test("drains only after a yes, and says what goes on there", async () => {
    const { deck, desk } = await nodesDesk();
    expect(has(await desk.press("D"), "What is on it goes on: 2 agents")).toBe(true);
    await desk.press("escape");
    expect(drains(deck)).toEqual([]);
    await desk.press("D", "D", "y");
    expect(drains(deck)).toEqual([]);
    expect(has(await desk.press("enter"), "node-a takes no more work; 2 agents on it go on")).toBe(true);
    expect(drains(deck)).toEqual([{ type: "nodes.drain", name: "node-a", draining: true }]);
    await desk.close();
  });

  test("says of one agent that it goes on", async () => {
    const { desk } = await nodesDesk({ fleet: aFleet(), onNode: 1 });
    await desk.press("D", "y");
    expect(has(await desk.press("enter"), "takes no more work; 1 agent on it goes on")).toBe(true);
    await desk.close();
  });

  test("warns before the last node of a pool that takes work is drained, and not before another one", async () => {
    const fleet = aFleet();
    const script = { fleet };
    const { desk } = await nodesDesk(script);
    expect(has(await desk.press("D"), "No other node of the pool")).toBe(false);
    await desk.press("escape");
    // One of another pool does not help.
    const others = fleet.nodes.filter(({ node }) => node !== "node-b");
    script.fleet = {
      ...fleet,
      nodes: others.map((one) => (one.pool === "gpu" ? { ...one, draining: false, why_not: null } : one)),
    };
    await desk.press("enter");
    expect(has(await desk.press("D"), "No other node of the pool builders takes work now")).toBe(true);
    await desk.press("escape");
    await desk.close();
  });

  test("has one take work again after a yes, and only one that drains", async () => {
    const { deck, desk } = await nodesDesk();
    expect(has(await desk.press("U"), "has nothing to act on here")).toBe(true);
    await desk.press("3");
    expect(has(await desk.press("D"), "has nothing to act on here")).toBe(true);
    await desk.press("U", "enter");
    expect(drains(deck)).toEqual([{ type: "nodes.drain", name: "gpu-box-of-the-lab", draining: false }]);
    await desk.close();
  });

  test("asks nothing of a node that is not heard", async () => {
    const { deck, desk } = await nodesDesk();
    await desk.press("5");
    expect(has(await desk.press("D"), "has nothing to act on here")).toBe(true);
    expect(has(await desk.press("U"), "has nothing to act on here")).toBe(true);
    await desk.press("enter");
    expect(drains(deck)).toEqual([]);
    await desk.close();
  });

  test("tells a refusal, and shows the fleet as it was", async () => {
    const { desk } = await nodesDesk({
      fleet: aFleet(),
      refuse: ({ type }) =>
        type === "nodes.drain" ? new Fault("setup", "hub.silent", "it does not answer") : undefined,
    });
    const frame = await desk.press("D", "enter");
    expect(has(frame, "it does not answer")).toBe(true);
    expect(has(frame, "○ has room")).toBe(true);
    await desk.close();
  });

  test("says why the fleet cannot be told, and tells it when it can be again", async () => {
    let isBroken = true;
    const { desk } = await nodesDesk({
      fleet: aFleet(),
      refuse: ({ type }) =>
        isBroken && type === "nodes.list" ? new Fault("setup", "hub.gone", "the deck cannot say") : undefined,
    });
    expect(has(await desk.terminal.frame(), "the deck cannot say")).toBe(true);
    isBroken = false;
    expect(has(await desk.press("enter"), "node-b")).toBe(true);
    expect(has(await desk.terminal.frame(), "the deck cannot say")).toBe(false);
    await desk.close();
  });

  test("looks again when something happens to a node, once for many events, and not by itself", async () => {
    const fleet = aFleet();
    const script: Script = { fleet };
    const { deck, desk } = await nodesDesk(script);
    expect(looks(deck)).toBe(1);
    await desk.pass(60_000);
    expect(looks(deck)).toBe(1);
    script.fleet = { ...fleet, nodes: fleet.nodes.map((one) => ({ ...one, draining: true, why_not: "drains" })) };
    for (let n = 0; n < 5; n += 1) deck.stage().emit("node.draining", { node: "node-a", draining: true });
    const frame = await desk.until((rows) => rows.filter((row) => row.includes("◐ drains")).length > 2);
    expect(has(frame, "has room")).toBe(false);
    await desk.pass(5000);
    expect(looks(deck)).toBe(2);
    await desk.close();
  });

  test("says that it shows the past when the host has ended, and asks the next one by itself", async () => {
    const fleet = aFleet();
    const decks = [fleet, { ...fleet, nodes: [] }].map((one) => scriptedDeck({ fleet: one }));
    const [first, second] = decks;
    if (first === undefined || second === undefined) throw new Error("there are two");
    const openDeck = () => Promise.resolve(decks.shift() ?? second);
    const desk = await openDesk(first, { parts: { openDeck } });
    await desk.press("N");
    await desk.until((frame) => has(frame, "hub linked"));
    await first.close();
    const past = await desk.until((frame) => has(frame, "NO DECK"));
    expect(has(past, "the host that knows of it has ended: it is shown as it was")).toBe(true);
    expect([has(past, "hub linked"), has(past, "node-a")]).toEqual([false, true]);
    await desk.press("R");
    await desk.until((frame) => has(frame, "No node is up"));
    await desk.pass(5000);
    expect([looks(first), looks(second)]).toEqual([1, 1]);
    await desk.close();
  });

  test("asks nothing while another page is in front, and looks again when it comes to the front", async () => {
    const { deck, desk } = await nodesDesk();
    await toPage(desk, "Queue");
    deck.stage().emit("node.draining", { node: "node-a", draining: true });
    await desk.pass(1000);
    expect(looks(deck)).toBe(1);
    await desk.press("N");
    expect(looks(deck)).toBe(2);
    await desk.close();
  });

  test("counts the lease of a silent node down, and not that of one which renews it", async () => {
    const { desk } = await nodesDesk();
    const leftIn = (rows: string[]): number =>
      Number(/0:(\d\d)/.exec(rows.find((row) => row.includes("not heard")) ?? "")?.[1]);
    const before = leftIn(await desk.terminal.frame());
    const frame = await desk.pass(6000);
    expect(before - leftIn(frame)).toBeGreaterThan(3);
    expect(frame.filter((row) => row.includes("holds")).length).toBe(3);
    await desk.close();
  });

  test("does nothing to a terminal by what a node says of itself", async () => {
    const fleet = aFleet();
    fleet.nodes = fleet.nodes.map((one) => ({
      ...one,
      labels: ["a\u001b[2J"],
      versions: { cyberdeck: "\u001b[2J", agent: null },
    }));
    const { desk } = await nodesDesk({ fleet });
    expect(has(await desk.terminal.frame(), "node-b")).toBe(true);
    await desk.close();
  });
});
