import { describe, expect, test } from "vitest";
import { defaultSettings } from "../../../src/protocol/settings.ts";
import { scriptedDeck, type ScriptedDeck } from "../cli/scripted-deck.ts";
import { openDesk, type Desk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet } from "./kit/scenes.ts";
import type { Size } from "../../../src/faces/cockpit/screen/size.ts";

const has = (frame: readonly string[], text: string): boolean => frame.some((row) => row.includes(text));

/** A cockpit that was there when two more runs were opened. */
async function threeRuns(deck: ScriptedDeck, size?: Size): Promise<Desk> {
  await busyFleet(deck);
  const desk = await openDesk(deck, size === undefined ? {} : { size });
  for (const [run, goal] of [
    ["run-20261122-111500-0002", "Sort the photographs by year; 写真 and 📷 too"],
    ["run-20261122-121500-0003", "Find every dead link of the site"],
  ] as const) {
    const stage = deck.stage(run);
    const opened = { kind: "goal" as const, workspace: "/w", folder: `/w/${run}`, settings: defaultSettings(2) };
    stage.emit("run.opened", { ...opened, deck: "0.1.0", command_line: [] });
    stage.emit("goal.set", { goal });
  }
  deck.stage("run-20261122-121500-0003").queue("cx-00000021", "Ask each page of the site for its links");
  await desk.until((frame) => has(frame, "cx-00000021"));
  await desk.press("ctrl+r");
  await desk.until((frame) => has(frame, "3 of 3"));
  return desk;
}

describe("choosing a run", () => {
  test.each(sizes)("offers each with its state and its goal at $columns x $rows", async (size) => {
    const desk = await threeRuns(scriptedDeck(), size);
    await expect(picture(await desk.terminal.frame())).toMatchFileSnapshot(keptFrame("choice", size));
    await desk.press("escape");
    await desk.close();
  });

  test("is narrowed down by letters, and shows the daemon of the one that is chosen", async () => {
    const desk = await threeRuns(scriptedDeck());
    expect(has(await desk.write("photog"), "1 of 3")).toBe(true);
    await desk.press("enter");
    const frame = await desk.until((now) => has(now, "▌Daemon"));
    expect(frame[0]).toContain("Sort the photographs");
    await desk.close();
  });

  test("says when nothing has the letters, and Enter chooses nothing then", async () => {
    const desk = await threeRuns(scriptedDeck());
    expect(has(await desk.write("zzzz"), "nothing has these letters")).toBe(true);
    expect(has(await desk.press("enter"), "Which run?")).toBe(true);
    expect(has(await desk.press("escape"), "Which run?")).toBe(false);
    await desk.close();
  });

  test("stays within its list at both ends", async () => {
    const desk = await threeRuns(scriptedDeck());
    const cursor = (frame: string[]): string | undefined => frame.find((row) => row.includes("│ ▸"));
    expect(cursor(await desk.press("end", "down", "down"))).toContain("Write the manual");
    expect(cursor(await desk.press("home", "up"))).toContain("Find every dead link");
    await desk.press("escape");
    await desk.close();
  });

  test("is not offered where there is but one", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    expect(has(await desk.press("ctrl+r"), "has nothing to act on here")).toBe(true);
    await desk.close();
  });
});
