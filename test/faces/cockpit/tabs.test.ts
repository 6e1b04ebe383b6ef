import { describe, expect, test } from "vitest";
import { newModel } from "../../../src/faces/cockpit/model/deck-model.ts";
import { tabAt, tabLine } from "../../../src/faces/cockpit/tabs.ts";

const titles = ["Fleet", "Construct", "Inbox", "Daemon", "Watchdog", "Timeline", "Queue", "Limits", "Rules", "Runs"];
const tabs = [...titles, "Replay", "Catalogues"].map((title) => ({
  name: title.toLowerCase(),
  title,
  badge: () => (title === "Inbox" ? 3 : 0),
}));
const model = newModel(0);
const rowOf = (front: string) => ({ tabs, front });

const textOf = (front: string, columns: number): string =>
  tabLine(rowOf(front), model, columns)
    .spans.map(({ text }) => text)
    .join("");

describe("the row of tabs", () => {
  test("has all where they fit, and no mark", () => {
    const row = textOf("runs", 200);
    for (const { title } of tabs) expect(row).toContain(title);
    expect(row).not.toMatch(/[‹›]/);
  });

  test.each(tabs.map(({ name }) => name))(
    "never goes past the edge, and has %s in front with its neighbours",
    (front) => {
      const at = tabs.findIndex(({ name }) => name === front);
      const row = textOf(front, 80);
      expect(row.length).toBeLessThanOrEqual(80);
      expect(row).toContain(`▌${tabs[at]?.title ?? ""} `);
      expect(row).toContain(tabs[at + 1]?.title ?? "");
      expect(row).toContain(tabs[at - 1]?.title ?? "");
      expect(row.startsWith("‹")).toBe(!row.includes("Fleet"));
      expect(row.endsWith("›")).toBe(!row.includes("Catalogues"));
    },
  );

  test("shows the front one where there is room for no other", () => {
    expect(textOf("catalogues", 14)).toContain("▌Catalogues");
  });

  test("a click means the tab that is seen there, on a mark the first one that is not", () => {
    const row = textOf("replay", 80);
    const click = (x: number) => tabAt(rowOf("replay"), model, x, 80);
    expect(click(row.indexOf("Runs"))).toBe("runs");
    expect(row.startsWith("‹")).toBe(true);
    expect(row).not.toContain(tabs.find(({ name }) => name === click(0))?.title);
    expect(click(79)).toBeUndefined();
  });
});
