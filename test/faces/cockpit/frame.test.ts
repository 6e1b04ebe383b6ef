import { describe, expect, test } from "vitest";
import { frameOf, tabAt, type Chrome } from "../../../src/faces/cockpit/frame.ts";
import { newModel } from "../../../src/faces/cockpit/model/deck-model.ts";

const titles = ["Fleet", "Construct", "Inbox", "Daemon", "Watchdog", "Timeline", "Queue", "Limits", "Rules", "Runs"];
const tabs = [...titles, "Replay", "Catalogues"].map((title) => ({
  name: title.toLowerCase(),
  title,
  badge: () => (title === "Inbox" ? 3 : 0),
}));
const model = newModel(0);
const chromeOf = (front: string): Chrome => ({ tabs, front, word: null, hints: [] });

/** The row of tabs as it is drawn, without blanks at its end. */
function tabRow(front: string, columns: number): string {
  const { parts } = frameOf(model, chromeOf(front), { parts: [] }, [], { columns, rows: 24 });
  const head = parts.find(({ y, height }) => y === 0 && height > 1);
  return (
    head?.lines
      .at(-1)
      ?.spans.map(({ text }) => text)
      .join("") ?? ""
  );
}

describe("the row of tabs", () => {
  test("has all where they fit, and no mark", () => {
    const row = tabRow("runs", 200);
    for (const { title } of tabs) expect(row).toContain(title);
    expect(row).not.toMatch(/[‹›]/);
  });

  test.each(tabs.map(({ name }) => name))(
    "never goes past the edge, and has %s in front with its neighbours",
    (front) => {
      const at = tabs.findIndex(({ name }) => name === front);
      const row = tabRow(front, 80);
      expect(row.length).toBeLessThanOrEqual(80);
      expect(row).toContain(`▌${tabs[at]?.title ?? ""} `);
      expect(row).toContain(tabs[at + 1]?.title ?? "");
      expect(row).toContain(tabs[at - 1]?.title ?? "");
      expect(row.startsWith("‹")).toBe(!row.includes("Fleet"));
      expect(row.endsWith("›")).toBe(!row.includes("Catalogues"));
    },
  );

  test("shows the front one where there is room for no other", () => {
    expect(tabRow("catalogues", 14)).toContain("▌Catalogues");
  });

  test("a click means the tab that is seen there, on a mark the first one that is not", () => {
    const row = tabRow("replay", 80);
    const click = (x: number) => tabAt(chromeOf("replay"), model, x, 80);
    expect(click(row.indexOf("Runs"))).toBe("runs");
    expect(row.startsWith("‹")).toBe(true);
    expect(row).not.toContain(tabs.find(({ name }) => name === click(0))?.title);
    expect(click(79)).toBeUndefined();
  });
});
