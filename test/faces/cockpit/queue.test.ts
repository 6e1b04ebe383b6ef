import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import type { Size } from "../../../src/faces/cockpit/screen/size.ts";
import { scriptedDeck, type Script } from "../cli/scripted-deck.ts";
import { openDesk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet, id } from "./kit/scenes.ts";

const has = (text: string) => (rows: string[]) => rows.some((row) => row.includes(text));

/** The busy fleet with three more that wait: 8, 9, 10 and 11, the last of them for the eighth. */
async function openQueue(script: Script = {}, size?: Size) {
  const deck = scriptedDeck(script);
  await busyFleet(deck);
  const stage = deck.stage();
  for (const n of [9, 10]) stage.queue(id(n), `Translate page ${n} into Japanese, 数える`);
  stage.emit("construct.queued", {
    construct: id(11),
    task: "Bind the book",
    origin: "daemon",
    parent: null,
    caliber: { model: "haiku", effort: "low" },
    after: [id(8)],
    profile: "default",
    plugins: null,
  });
  const desk = await openDesk(deck, size === undefined ? {} : { size });
  await desk.press("ctrl+p");
  await desk.write("show: queue");
  await desk.press("enter");
  await desk.until(has("slots"));
  return { deck, desk };
}

const moves = (deck: { commands: readonly { type: string }[] }) =>
  deck.commands.filter(({ type }) => type === "queue.move");
const order = (rows: string[]): string[] => rows.flatMap((row) => /^[▸ ]\d (cx-\d{8})/.exec(row)?.[1] ?? []);

describe("the queue", () => {
  test.each(sizes)("shows what waits and for what, and the slots, at $columns x $rows", async (size) => {
    const { desk } = await openQueue({}, size);
    await expect(picture(await desk.press("down"))).toMatchFileSnapshot(keptFrame("queue", size));
    await desk.close();
  });

  test("says that nothing waits where no run is open", async () => {
    const desk = await openDesk(scriptedDeck());
    await desk.press("ctrl+p");
    await desk.write("show: queue");
    await desk.press("enter");
    expect(await desk.until(has("No run is open, so nothing waits."))).toBeDefined();
    expect((await desk.press("W")).at(-1)).toContain("nothing to act on");
    await desk.close();
  });

  test("moves one up, down, to the front and to the end, and the cursor goes with it", async () => {
    const { deck, desk } = await openQueue();
    await desk.press("down", "down");
    expect(order(await desk.press("W"))).toEqual([id(8), id(10), id(9), id(11)]);
    expect(order(await desk.press("f"))).toEqual([id(10), id(8), id(9), id(11)]);
    expect(order(await desk.press("S"))).toEqual([id(8), id(10), id(9), id(11)]);
    expect(order(await desk.press("F"))).toEqual([id(8), id(9), id(11), id(10)]);
    expect(moves(deck)).toEqual([
      { type: "queue.move", construct: id(10), before: id(9) },
      { type: "queue.move", construct: id(10), before: id(8) },
      { type: "queue.move", construct: id(10), before: id(9) },
      { type: "queue.move", construct: id(10), before: null },
    ]);
    await desk.close();
  });

  test("moves neither the first one up nor the last one down", async () => {
    const { deck, desk } = await openQueue();
    expect((await desk.press("W")).at(-1)).toContain("nothing to act on");
    await desk.press("end");
    expect((await desk.press("]")).at(-1)).toContain("nothing to act on");
    expect(moves(deck)).toEqual([]);
    await desk.close();
  });

  test("stays as it is where the deck refuses, and tells why", async () => {
    const refuse: Script["refuse"] = ({ type }) =>
      type === "queue.move" ? new Fault("refused", "queue.gone", "it has started already") : undefined;
    const { desk } = await openQueue({ refuse });
    await desk.press("down", "W");
    expect(order(await desk.until(has("it has started already")))).toEqual([id(8), id(9), id(10), id(11)]);
    await desk.close();
  });

  test("cancels nothing before it was asked once more", async () => {
    const { deck, desk } = await openQueue();
    await desk.press("down", "k");
    await desk.until(has("Cancel it?"));
    await desk.press("escape");
    expect(deck.commands.some(({ type }) => type === "queue.cancel" || type === "construct.kill")).toBe(false);
    await desk.press("delete");
    await desk.until(has("Cancel it?"));
    await desk.press("enter");
    await desk.until(has(`${id(9)} does not start any more`));
    expect(deck.commands.at(-1)).toEqual({ type: "queue.cancel", construct: id(9) });
    await desk.close();
  });

  test("tells that all wait for the account while that is held", async () => {
    const { deck, desk } = await openQueue();
    deck.stage().emit("account.held", aHold);
    expect((await desk.until(has("the account, which is held"))).some((row) => row.includes("a slot"))).toBe(false);
    await desk.close();
  });
});

const aHold = {
  kind: "usage_limit" as const,
  since: 0,
  resets_at: null,
  retry_at: null,
  reason: "the limit is reached",
  evidence: [],
  tries: 0,
};
