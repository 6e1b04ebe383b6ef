import { beforeEach, describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { conversations } from "../../src/nodes/node/conversations.ts";
import type { Outbox } from "../../src/nodes/node/outbox.ts";
import type { FromNode } from "../../src/nodes/wire/letters.ts";
import { eventually } from "../kit/deck.ts";
import { handClock } from "../kit/hand-clock.ts";
import { judging } from "./kit/finds.ts";
import { temporaryOutbox } from "./kit/outbox.ts";
import { puppet } from "./kit/puppet.ts";

const to = { session: "cx-1", epoch: 1, boot: "b" };

let outbox: Outbox;
beforeEach(() => {
  outbox = temporaryOutbox();
});

const never = new Promise<never>(() => undefined);

/** An outbox whose disk may be full, with the types of what was refused then. */
function fillable() {
  const disk = {
    ...outbox,
    isFull: false,
    refused: [] as string[],
    keep(letters: Parameters<Outbox["keep"]>[0]) {
      if (!disk.isFull) return outbox.keep(letters);
      disk.refused.push(...letters.map(({ body }) => body.type));
      throw new Fault("storage", "storage.full", "the disk is full");
    },
  };
  return disk;
}

describe("the conversations of a node whose disk is full", () => {
  test("keep what could not be kept as soon as that is possible, in order and without a hole, and warn once", async () => {
    const clock = handClock();
    const disk = fillable();
    const sent: FromNode[] = [];
    const warned: string[] = [];
    const own = conversations({
      outbox: disk,
      send: (letter) => sent.push(letter),
      warn: (code) => warned.push(code),
      clock,
    });
    const agent = puppet();
    own.open(to, { ...judging(), open: agent.open });
    const sayings = (): string[] => sent.flatMap((letter) => ("saying" in letter ? [letter.saying.type] : []));
    await eventually(() => sayings().includes("opened"), "it is open");
    disk.isFull = true;
    agent.does({ type: "said", text: "one" });
    await eventually(() => agent.told.includes("stop hard"), "it is stopped");
    await eventually(() => disk.refused.includes("did"), "it was tried");
    for (const _ of [1, 2, 3]) clock.pass(1000);
    expect(new Set(sayings())).toEqual(new Set(["opened"]));
    expect(warned).toEqual(["node.outbox_failed"]);
    disk.isFull = false;
    clock.pass(5000);
    const said = sent.flatMap((letter) => ("n" in letter && letter.asks === undefined ? [letter.n] : []));
    expect(said).toEqual(said.map((_, index) => index + 1));
    expect(outbox.left(to).map(({ n }) => n)).toEqual(said);
    expect(outbox.left(to).map(({ body }) => body.type)).toEqual(["opened", "unread", "did", "exited"]);
    own.close();
  });

  test("tell once that nothing can be kept when that has lasted for ten seconds, and keep nothing in memory then", async () => {
    const clock = handClock();
    const disk = fillable();
    let told = 0;
    const own = conversations({
      outbox: disk,
      send: (letter) => expect("saying" in letter).toBe(false),
      warn: () => undefined,
      onMute: () => (told += 1),
      clock,
    });
    const agent = puppet();
    disk.isFull = true;
    own.open(to, { ...judging(), open: agent.open });
    await eventually(() => disk.refused.length > 0, "it was tried");
    clock.pass(9999);
    expect(told).toBe(0);
    const tries = disk.refused.length;
    expect(tries).toBeLessThan(20);
    clock.pass(1);
    expect(told).toBe(1);
    disk.isFull = false;
    clock.pass(60_000);
    expect(await own.endAll()).toEqual({ proven: true });
    expect([told, outbox.conversations()]).toEqual([1, []]);
    own.close();
  });

  test("tell at once that nothing can be kept when more would have to wait than memory is meant for", async () => {
    const disk = fillable();
    let told = 0;
    const own = conversations({
      outbox: disk,
      send: (letter) => expect("saying" in letter).toBe(false),
      warn: () => undefined,
      onMute: () => (told += 1),
      clock: handClock(),
    });
    const agent = puppet();
    disk.isFull = true;
    // It goes on when it is told to stop.
    own.open(to, { ...judging(), open: async (owner) => ({ ...(await agent.open(owner)), stop: () => never }) });
    const text = "x".repeat(8_000_000);
    for (let n = 0; n < 9; n += 1) agent.does({ type: "said", text });
    await eventually(() => told === 1, "it is told");
    own.close();
  });
});
