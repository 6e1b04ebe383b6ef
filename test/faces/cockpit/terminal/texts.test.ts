import { array, assert, asyncProperty, property, record, tuple, type Arbitrary } from "fast-check";
import xterm from "@xterm/headless";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import { describe, expect, test } from "vitest";
import type { Drawing } from "../../../../src/faces/cockpit/draw/block.ts";
import { boxed } from "../../../../src/faces/cockpit/draw/box.ts";
import { looks, gridOf, type Grid } from "../../../../src/faces/cockpit/screen/grid.ts";
import { changesOf } from "../../../../src/faces/cockpit/screen/changes.ts";
import { tame } from "../../../../src/faces/cockpit/draw/tame.ts";
import { widthOf } from "../../../../src/faces/words/width.ts";
import { themeOf } from "../../../../src/faces/cockpit/screen/theme.ts";
import { anyText } from "../kit/texts.ts";

const size = { columns: 64, rows: 8 };
const theme = themeOf("dark");
const widths = [15, 20, 29];

/** Three boxes side by side, as panes are, with texts in them, in their titles and beside each other. */
const anyPicture: Arbitrary<Drawing> = array(
  record({ title: anyText(3), lines: array(tuple(anyText(8), anyText(4)), { maxLength: 7 }) }),
  {
    minLength: 3,
    maxLength: 3,
  },
).map((boxes) => ({
  parts: boxes.map(({ title, lines }, index) => {
    const x = widths.slice(0, index).reduce((sum, width) => sum + width, 0);
    const at = { x, y: 0, width: widths[index] ?? 0, height: size.rows };
    const rows = lines.map(([one, other], row) => ({
      spans: [{ text: one }, { text: other, look: looks[row % looks.length] ?? "plain" }],
      ...(row === 2 ? { fill: "cursor" as const } : {}),
    }));
    return boxed(rows, at, { title });
  }),
}));

type Watched = xterm.Terminal & { acts: string[] };

/** A terminal that keeps what a text has made it do beside showing cells. */
const graphemes = "15-graphemes" as const;

function open(unicode: "6" | "11" | typeof graphemes): Watched {
  const terminal = new xterm.Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true, scrollback: 0 });
  if (unicode === graphemes) terminal.loadAddon(new UnicodeGraphemesAddon());
  if (unicode === "11") terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = unicode;
  const acts: string[] = [];
  terminal.onBell(() => acts.push("bell"));
  terminal.onTitleChange((title) => acts.push(`title ${title}`));
  terminal.onData((data) => acts.push(`answer ${data}`));
  terminal.onLineFeed(() => acts.push("line feed"));
  for (const code of [4, 7, 8, 9, 10, 11, 52, 104, 133, 777, 1337])
    terminal.parser.registerOscHandler(code, (data) => acts.push(`OSC ${code} ${data}`) > 0);
  return Object.assign(terminal, { acts });
}

const write = (terminal: xterm.Terminal, text: string): Promise<void> =>
  new Promise((resolve) => {
    // As the screen sets it: nothing wraps.
    terminal.write(`\u001b[?7l${text}`, resolve);
  });

/** All cells as the terminal has them: text, width, colours. */
const cellsOf = (terminal: xterm.Terminal): string[] =>
  Array.from({ length: size.rows * size.columns }, (_, at) => {
    const cell = terminal.buffer.active.getLine(Math.floor(at / size.columns))?.getCell(at % size.columns);
    const chars = cell?.getChars() === "" && cell.getWidth() === 1 ? " " : cell?.getChars();
    return `${chars}|${cell?.getWidth()}|${cell?.getFgColor()}|${cell?.getBgColor()}|${cell?.isBold()}`;
  });

const borders = [0, 14, 15, 34, 35, 63];
const shownBorders = (terminal: xterm.Terminal): string[] =>
  Array.from({ length: size.rows }, (_, row) =>
    borders.map((column) => terminal.buffer.active.getLine(row)?.getCell(column)?.getChars()).join(""),
  );
const straight = ["┌┐┌┐┌┐", ...Array.from({ length: size.rows - 2 }, () => "││││││"), "└┘└┘└┘"];

/** Everything that a frame may send: moves, colours, the cursor, a synchronised update, erasing all at the beginning. */
const harmless = new RegExp(String.raw`\u001b\[(?:\d+;\d+H|\d+G|[\d;]*m|\?2026[hl]|\?25[hl]|2J)`, "g");

const parameters = { numRuns: 60 };

describe.each(["6", "11", graphemes] as const)("texts on a terminal that measures by unicode %s", (unicode) => {
  test("leave the borders beside them in their columns, whatever they are and were", async () => {
    await assert(
      asyncProperty(array(anyPicture, { minLength: 1, maxLength: 4 }), async (pictures) => {
        const terminal = open(unicode);
        let before: Grid | undefined;
        for (const picture of pictures) {
          const grid = gridOf(picture, size);
          await write(terminal, changesOf(before, grid, theme));
          before = grid;
          expect(shownBorders(terminal)).toEqual(straight);
        }
      }),
      parameters,
    );
  });

  test("look the same by changes as they do drawn from nothing", async () => {
    await assert(
      asyncProperty(array(anyPicture, { minLength: 2, maxLength: 4 }), async (pictures) => {
        const [changed, whole] = [open(unicode), open(unicode)];
        let before: Grid | undefined;
        for (const picture of pictures) {
          const grid = gridOf(picture, size);
          await write(changed, changesOf(before, grid, theme));
          before = grid;
        }
        if (before !== undefined) await write(whole, changesOf(undefined, before, theme));
        expect(cellsOf(changed)).toEqual(cellsOf(whole));
      }),
      parameters,
    );
  });

  test("make a terminal do nothing but show them", async () => {
    await assert(
      asyncProperty(anyPicture, anyPicture, async (one, other) => {
        const terminal = open(unicode);
        const grids = [gridOf(one, size), gridOf(other, size)] as const;
        const sent = changesOf(undefined, grids[0], theme) + changesOf(grids[0], grids[1], theme);
        const modes = JSON.stringify(terminal.modes);
        await write(terminal, sent);
        expect(terminal.acts).toEqual([]);
        expect(JSON.stringify({ ...terminal.modes, wraparoundMode: true })).toBe(modes);
        expect(sent.replace(harmless, "")).not.toMatch(/\p{Cc}/u);
      }),
      parameters,
    );
  });
});

test("a text is as wide as its graphemes together", () => {
  const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
  assert(
    property(anyText(), (any) => {
      const text = tame(any);
      const parts = Array.from(segmenter.segment(text), ({ segment }) => widthOf(segment));
      expect(widthOf(text)).toBe(parts.reduce((sum, width) => sum + width, 0));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["half of a Hangul syllable", "\u1160"],
  ["a mark without its letter", "\u0903"],
  ["a character that is never seen", "\uffa0"],
  ["one that is not assigned", "\u0378"],
])("%s, which has no column in some terminals, is shown by a sign that has one", (_, text) => {
  const { text: cells } = gridOf(
    { parts: [{ x: 0, y: 0, width: 5, height: 1, lines: [{ spans: [{ text: `a${text} ` }, { text }] }] }] },
    { columns: 5, rows: 1 },
  );
  expect(cells.join("").trimEnd()).toMatch(/\ufffd$/);
});

test("letters keep the marks and halves that belong to them", () => {
  const text = "e\u0301 \u1100\u1161\u11a8 का 👍🏽 \ue0b0";
  const { text: cells } = gridOf(
    { parts: [{ x: 0, y: 0, width: 30, height: 1, lines: [{ spans: [{ text }] }] }] },
    { columns: 30, rows: 1 },
  );
  expect(cells.join("").trimEnd()).toBe(text);
});

describe("a text that is written from right to left", () => {
  const mark = "\u200e";
  const rowOf = (...texts: string[]): string =>
    gridOf(
      { parts: [boxed([{ spans: texts.map((text) => ({ text })) }], { x: 0, y: 0, width: 20, height: 3 })] },
      { columns: 20, rows: 3 },
    )
      .text.slice(20, 40)
      .join("");

  test("ends in a mark, so that a terminal that turns it around does not take the border along", () => {
    expect(rowOf("שלום")).toBe(`│שלום${mark}              │`);
  });

  test("ends in a mark where it is cut at the edge", () => {
    expect(rowOf("שלום ".repeat(9))).toContain(`${mark}│`);
  });

  test("does not take the next piece of its line along", () => {
    expect(rowOf("مرحبا", " ", "مرحبا")).toMatch(new RegExp(`^│مرحبا${mark} مرحبا${mark} +│$`));
  });

  test("is the only one that has such a mark", () => {
    expect(rowOf("数える 🙂 naïve")).not.toContain(mark);
  });
});
