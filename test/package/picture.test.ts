import xterm from "@xterm/headless";
import { describe, expect, test } from "vitest";
import { animate } from "../../scripts/picture/animate.ts";
import { drawRow } from "../../scripts/picture/draw.ts";
import { readScreen, type Screen } from "../../scripts/picture/screen.ts";

describe("a picture of the terminal", () => {
  test("puts what follows a wide character where the terminal puts it", async () => {
    const [row = []] = await shown("日本 ok");
    expect(row.map(({ column, cells, text }) => ({ column, cells, text }))).toEqual([
      { column: 0, cells: 2, text: "日" },
      { column: 2, cells: 2, text: "本" },
      { column: 5, cells: 2, text: "ok" },
    ]);
  });

  test("never takes text for markup", async () => {
    const [row = []] = await shown('<script>alert("&")</script>');
    expect(drawRow(row)).not.toMatch(/<script|<\/script|"&"/);
  });

  test("keeps colours, bold and inverse, also of blanks", async () => {
    const [row = []] = await shown("\u001b[31mred\u001b[0m \u001b[1;7;33m WAITING \u001b[0m");
    expect(row[0]).toMatchObject({ text: "red", color: 1 });
    expect(row[1]).toMatchObject({ text: " WAITING ", color: 3, bold: true, inverse: true, cells: 9 });
    expect(drawRow(row)).toContain("<rect");
  });

  test("that moves has no script, and draws a row once however often it is shown", async () => {
    const screens = [await shown("one\r\nsame"), await shown("two\r\nsame"), await shown("same\r\nthree")];
    const frames = screens.map((screen, index) => ({ at: index * 500, screen }));
    const picture = animate({ frames, columns: 40, rows: 3 }, "title", 0.5);
    expect(picture.match(/>same</g)).toHaveLength(1);
    expect(picture.match(/<use /g)).toHaveLength(6);
    expect(picture).not.toContain("<script");
  });

  test("that moves does not show what was replaced at once, and cuts long waits", async () => {
    const texts = ["start", "flash", "stays", "end"];
    const times = [0, 1000, 1020, 60_000];
    const frames = await Promise.all(
      texts.map(async (text, index) => ({ at: times[index] ?? 0, screen: await shown(text) })),
    );
    const picture = animate({ frames, columns: 40, rows: 3 }, "title", 0);
    expect(picture).not.toContain("flash");
    const seconds = Number(/animation:play ([\d.]+)s/.exec(picture)?.[1]);
    expect(seconds).toBeLessThan(10);
  });
});

function shown(text: string): Promise<Screen> {
  const terminal = new xterm.Terminal({ cols: 40, rows: 3, allowProposedApi: true });
  const done = Promise.withResolvers<Screen>();
  terminal.write(text, () => {
    done.resolve(readScreen(terminal));
    terminal.dispose();
  });
  return done.promise;
}
