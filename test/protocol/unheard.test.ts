import { describe, expect, test } from "vitest";
import type { EventBody } from "../../src/protocol/event.ts";
import type { Unheard } from "../../src/protocol/view.ts";
import { scriptedDeck } from "../faces/cli/scripted-deck.ts";

const [onA, onB, here, later] = ["cx-0000000a", "cx-0000000b", "cx-0000000c", "cx-0000000d"] as const;

/** A run with a construct on each of two nodes, one on this machine, and one in the queue. */
async function fleet() {
  const deck = scriptedDeck();
  await deck.port.send({ type: "spawn", tasks: ["task"], settings: {}, command_line: [] });
  const stage = deck.stage();
  for (const id of [onA, onB, here, later]) stage.queue(id, "task");
  stage.emit("construct.started", { construct: onA, pid: 1, command: "agent", place: "node-a" });
  stage.emit("construct.started", { construct: onB, pid: 1, command: "agent", place: "node-b" });
  stage.start(here);
  const went = (why: EventBody<"node.went">["why"]): void =>
    stage.emit("node.went", { node: "node-a", boot: "b", why, agents: 1 });
  const came = (node: string): void => stage.emit("node.came", { node, boot: "b", pool: "p", labels: [], slots: 2 });
  const link = (state: "up" | "down"): void => stage.emit("hub.link", { link: state });
  const unheard = async (): Promise<Record<string, Unheard["why"]>> => {
    const { view } = await deck.port.send({ type: "run.show", run: stage.run });
    return Object.fromEntries(
      Object.values(view.constructs).flatMap((one) =>
        one.unheard === undefined ? [] : [[one.id, one.unheard.why] as const],
      ),
    );
  };
  return { deck, stage, went, came, link, unheard };
}

describe("a construct of whose place nothing is heard", () => {
  test("is one that is on the silent node, and no other", async () => {
    const { went, unheard } = await fleet();
    went("silent");
    expect(await unheard()).toEqual({ [onA]: "node" });
  });

  test("is heard again when that node is, and not when another one is", async () => {
    const { went, came, unheard } = await fleet();
    went("silent");
    came("node-b");
    expect(await unheard()).toEqual({ [onA]: "node" });
    came("node-a");
    expect(await unheard()).toEqual({});
  });

  test("is not one whose node said farewell, or whose lease is over: of these it is told how they end", async () => {
    const { went, unheard } = await fleet();
    went("left");
    went("given_up");
    went("begun_anew");
    expect(await unheard()).toEqual({});
  });

  test("is each that is on a node while the way to all of them is down", async () => {
    const { link, unheard } = await fleet();
    link("down");
    expect(await unheard()).toEqual({ [onA]: "link", [onB]: "link" });
    link("up");
    expect(await unheard()).toEqual({});
  });

  test("stays one when the way is back and its node was silent before, or is now", async () => {
    const before = await fleet();
    before.went("silent");
    before.link("down");
    before.link("up");
    expect(await before.unheard()).toEqual({ [onA]: "node" });
    const meanwhile = await fleet();
    meanwhile.link("down");
    meanwhile.went("silent");
    meanwhile.link("up");
    expect(await meanwhile.unheard()).toEqual({ [onA]: "node" });
  });

  test("is known to be so since the first word of it", async () => {
    const { deck, stage, went, link } = await fleet();
    link("down");
    const { at } = deck.events.at(-1) ?? { at: 0 };
    went("silent");
    const { view } = await deck.port.send({ type: "run.show", run: stage.run });
    expect(view.constructs[onA]?.unheard).toEqual({ since: at, why: "node" });
  });

  test("is not one any more when it is suspended, starts elsewhere or has ended", async () => {
    const { stage, went, unheard } = await fleet();
    went("silent");
    stage.emit("construct.started", { construct: onA, pid: 1, command: "agent", place: "node-b" });
    expect(await unheard()).toEqual({});
    stage.emit("construct.started", { construct: onA, pid: 1, command: "agent", place: "node-a" });
    went("silent");
    stage.end(onA);
    expect(await unheard()).toEqual({});
    // What has ended is not marked anew.
    went("silent");
    expect(await unheard()).toEqual({});
  });
});
