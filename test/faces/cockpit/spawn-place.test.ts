import { describe, expect, test } from "vitest";
import { defaultSettings } from "../../../src/protocol/settings.ts";
import { runId, scriptedDeck, type Script } from "../cli/scripted-deck.ts";
import { openDesk, type Desk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { aFleet } from "./kit/nodes-scene.ts";
import { busyFleet } from "./kit/scenes.ts";

type Deck = ReturnType<typeof scriptedDeck>;
const has = (frame: readonly string[], text: string): boolean => frame.some((row) => row.includes(text));
const spawns = (deck: Deck) =>
  deck.commands.filter((one) => one.type === "construct.spawn" || (one.type === "spawn" && "tasks" in one));

/** The dialog for one more construct, with a task in it. The fields: task, profile, model, effort, place, labels. */
async function dialog(script: Script = { fleet: aFleet() }, size = { columns: 120, rows: 40 }) {
  const deck = scriptedDeck(script);
  await busyFleet(deck);
  const desk: Desk = await openDesk(deck, { size });
  await desk.press("n");
  await desk.write("Check every link");
  return { deck, desk };
}
const toPlace = ["tab", "tab", "tab", "tab"];
const toLabels = [...toPlace, "tab"];

describe("the place of one more construct", () => {
  test.each(sizes)("is asked for where there are nodes, at $columns x $rows", async (size) => {
    const { desk } = await dialog({ fleet: aFleet() }, size);
    await desk.press(...toPlace, "g", "tab");
    await expect(picture(await desk.write("cuda"))).toMatchFileSnapshot(keptFrame("new-construct-place", size));
    await desk.press("escape");
    await desk.close();
  });

  test("is not asked for where the deck has its own machine alone", async () => {
    const { desk } = await dialog({});
    expect(has(await desk.press("tab"), "labels")).toBe(false);
    await desk.press("escape");
    await desk.close();
  });

  test("is left to the deck unless something is chosen", async () => {
    const { deck, desk } = await dialog();
    await desk.press("enter");
    expect(spawns(deck).at(-1)).toEqual({ type: "construct.spawn", run: runId, task: "Check every link" });
    await desk.close();
  });

  test("is a pool of a node that is heard, or this machine, and nothing else", async () => {
    const { desk } = await dialog();
    const seen = new Set<string>();
    await desk.press(...toPlace);
    for (let n = 0; n < 8; n += 1) {
      const row = (await desk.press("right")).find((one) => one.includes("▸ place")) ?? "";
      seen.add(/‹ (\S+) ›/.exec(row)?.[1] ?? row);
    }
    expect(seen).toEqual(new Set(["any", "here", "builders", "gpu"]));
    await desk.press("escape");
    await desk.close();
  });

  test("goes with the construct: a pool, its labels, each once", async () => {
    const { deck, desk } = await dialog();
    await desk.press(...toPlace, "g", "tab");
    await desk.write("cuda,  large cuda");
    await desk.press("enter");
    expect(spawns(deck).at(-1)).toMatchObject({ on: { pool: "gpu", labels: ["cuda", "large"] } });
    await desk.close();
  });

  test("can be this machine, or labels alone", async () => {
    const { deck, desk } = await dialog();
    await desk.press(...toPlace, "h", "enter");
    expect(spawns(deck).at(-1)).toMatchObject({ on: { pool: "here" } });
    await desk.press("n");
    await desk.write("another");
    await desk.press(...toLabels);
    await desk.write("cuda");
    await desk.press("enter");
    expect(spawns(deck).at(-1)).toMatchObject({ task: "another", on: { labels: ["cuda"] } });
    await desk.close();
  });

  test.each([
    ["on this machine", "h", "cuda", "this machine has no labels"],
    ["that are no names", "g", "cu/da", '"cu/da" is no label'],
    ["that are too many", "g", Array.from({ length: 21 }, (_, n) => `l${n}`).join(" "), "too many labels"],
  ])("is refused with labels %s, and nothing that was written is lost", async (_what, pool, labels, problem) => {
    const { deck, desk } = await dialog();
    await desk.press(...toPlace, pool, "tab");
    await desk.write(labels);
    const frame = await desk.press("enter");
    expect(has(frame, problem)).toBe(true);
    expect(has(frame, "Check every link")).toBe(true);
    expect(has(frame, "▸ labels")).toBe(true);
    expect(spawns(deck)).toEqual([]);
    await desk.press("escape");
    await desk.close();
  });

  test("says when no node has a label now, and lets it wait for one", async () => {
    const { deck, desk } = await dialog();
    await desk.press(...toPlace, "b", "tab");
    expect(has(await desk.terminal.frame(), "no node has a label now")).toBe(true);
    expect(has(await desk.write("cuda"), "no node has cuda now: it waits for one")).toBe(true);
    await desk.press("enter");
    expect(spawns(deck).at(-1)).toMatchObject({ on: { pool: "builders", labels: ["cuda"] } });
    await desk.close();
  });

  test("goes with a run of its own where none is open", async () => {
    const deck = scriptedDeck({ fleet: aFleet() });
    const desk = await openDesk(deck);
    await desk.press("n");
    await desk.write("alone");
    await desk.press(...toPlace, "g", "enter");
    await desk.until(() => deck.commands.some(({ type }) => type === "spawn"));
    expect(deck.commands.at(-1)).toMatchObject({ type: "spawn", settings: { on: { pool: "gpu" } } });
    await desk.close();
  });

  test("says what the run has fixed for all of its constructs", async () => {
    const deck = scriptedDeck({ fleet: aFleet() });
    const settings = { ...defaultSettings(2), on: { pool: "gpu" } };
    await deck.port.send({ type: "goal.set", goal: "goal", settings, command_line: [] });
    const desk = await openDesk(deck);
    expect(has(await desk.press("n"), "as the run has it: the pool gpu")).toBe(true);
    await desk.press("escape");
    await desk.close();
  });
});
