import { describe, expect, test } from "vitest";
import { readFilter } from "../../../../src/faces/cockpit/fleet/filter.ts";
import { fleetRows } from "../../../../src/faces/cockpit/fleet/row.ts";
import { scriptedDeck } from "../../cli/scripted-deck.ts";
import { modelOf } from "../kit/model.ts";
import { busyFleet } from "../kit/scenes.ts";

/** The last digits of the constructs that a filter lets through. */
async function found(text: string): Promise<string> {
  const deck = scriptedDeck();
  await busyFleet(deck);
  const model = modelOf(deck);
  const filter = readFilter(text);
  const rows = fleetRows(model).filter((row) => filter.has(row, model.now));
  return rows.map(({ construct }) => construct.id.at(-1)).join("");
}

describe("a filter", () => {
  test.each([
    ["", "12345678"],
    ["   ", "12345678"],
    ["eject", "4"],
    ["EJECT", "4"],
    ["docs/ unit", "5"],
    ["cx-00000007", "7"],
    ["running", "4567"],
    ["state:held", "3"],
    ["state:queued", "8"],
    ["run:a1b2", "12345678"],
    ["run:nothing", ""],
    ["is:ended", "12"],
    ["is:live", "345678"],
    ["is:needing", "3"],
    ["!is:ended", "345678"],
    ["is:live !running", "38"],
    ["cost>0.005", "12"],
    ["cost>$0.005", "12"],
    ["cost<0.005", "345678"],
    ["files>0", "1"],
    ["age>1m", "34567"],
    ["model:sonnet", "12345678"],
    ["model:opus", ""],
    ["profile:default", "12345678"],
  ])("%j lets through %j", async (text, ids) => {
    expect(await found(text)).toBe(ids);
  });

  test("keeps a word with a colon that names nothing as a word", async () => {
    expect(await found("settings.md:")).toBe("5");
    expect(await found("constructor:x")).toBe("");
  });

  test.each([
    ["cost>", "cost> takes dollars: cost>0.5"],
    ["cost>much", "cost> takes dollars: cost>0.5"],
    ["age>5", "age> takes a duration: age>5m"],
    ["tokens<-1", "tokens< takes a number: tokens>10000"],
    ["held !cost>x", "cost> takes dollars: cost>0.5"],
  ])("says of %j what is missing, and goes by the rest", (text, problem) => {
    expect(readFilter(text).problem).toBe(problem);
  });

  test("that is being written hides nothing for its unfinished part", async () => {
    expect(await found("cost>")).toBe("12345678");
    expect(await found("!")).toBe("");
  });

  test("tells whether the time alone can change what it lets through", () => {
    expect(readFilter("age>5m").isTimed).toBe(true);
    expect(readFilter("cost>5").isTimed).toBe(false);
  });
});
