import { array, assert, constantFrom, integer, oneof, property } from "fast-check";
import { describe, expect, test } from "vitest";
import {
  drawEditing,
  edited,
  editing,
  rowMoved,
  textOf,
  type Editing,
} from "../../../../src/faces/cockpit/edit/editor.ts";
import { writing, written, type Writing } from "../../../../src/faces/cockpit/edit/writing.ts";
import type { Input } from "../../../../src/faces/cockpit/screen/input.ts";
import { widthOf } from "../../../../src/faces/words/width.ts";

const press = (key: string, text = ""): Input => ({ type: "key", key, text });
const type = (text: string): Input => press(text === " " ? "space" : text, text);
const paste = (text: string): Input => ({ type: "paste", text });

/** Graphemes that do not join with their neighbours, so that a list of them is a model of a text. */
const graphemes = ["a", "B", " ", ".", "数", "え", "🙂", "👩‍💻", "é", "e\u0301", "ש", "ع", "한"];
const grapheme = constantFrom(...graphemes);
const moves = constantFrom("left", "right", "home", "end", "backspace", "delete", "alt+enter", "ctrl+k", "ctrl+u");
const steps = array(
  oneof(
    grapheme.map(type),
    moves.map((key) => press(key)),
    array(grapheme, { maxLength: 4 }).map((some) => paste(some.join("|"))),
  ),
  { maxLength: 60 },
);

/** A text as a plain list of its graphemes and line feeds, and where the cursor is in it. */
interface Model {
  list: string[];
  at: number;
}

function modelled({ list, at }: Model, input: Input): Model {
  const start = list.lastIndexOf("\n", at - 1) + 1;
  const feed = list.indexOf("\n", at);
  const end = feed === -1 ? list.length : feed;
  const lineStart = at === 0 ? 0 : start;
  const put = (some: string[]): Model => ({ list: list.toSpliced(at, 0, ...some), at: at + some.length });
  if (input.type === "paste") return put(graphemesOf(input.text));
  if (input.type !== "key") return { list, at };
  if (input.text !== "") return put([input.text]);
  switch (input.key) {
    case "left":
      return { list, at: Math.max(0, at - 1) };
    case "right":
      return { list, at: Math.min(list.length, at + 1) };
    case "home":
      return { list, at: lineStart };
    case "end":
      return { list, at: end };
    case "backspace":
      return at === 0 ? { list, at } : { list: list.toSpliced(at - 1, 1), at: at - 1 };
    case "delete":
      return { list: list.toSpliced(at, 1), at };
    case "alt+enter":
      return put(["\n"]);
    case "ctrl+k":
      return { list: list.toSpliced(at, end - at), at };
    case "ctrl+u":
      return { list: list.toSpliced(lineStart, at - lineStart), at: lineStart };
    default:
      throw new Error(`no model of ${input.key}`);
  }
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const graphemesOf = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment);

const play = (inputs: readonly Input[]): Editing =>
  inputs.reduce((state, input) => edited(state, input) ?? state, editing());

describe("a text that is being written", () => {
  test("changes as a list of its graphemes would, whatever is pressed and pasted", () => {
    assert(
      property(steps, (inputs) => {
        let state = editing();
        let model: Model = { list: [], at: 0 };
        for (const input of inputs) {
          state = edited(state, input) ?? state;
          model = modelled(model, input);
          expect(textOf(state)).toBe(model.list.join(""));
          const before = [...state.lines.slice(0, state.row), (state.lines[state.row] ?? "").slice(0, state.at)].join(
            "\n",
          );
          expect(before).toBe(model.list.slice(0, model.at).join(""));
        }
      }),
      { numRuns: 200 },
    );
  });

  test("is drawn within its width, nothing of it lost, the cursor behind what stands before it", () => {
    assert(
      property(steps, integer({ min: 4, max: 20 }), (inputs, width) => {
        const state = play(inputs);
        const { lines, cursor } = drawEditing(state, { width, height: 1000 });
        const rows = lines.map(({ spans }) => spans.map(({ text }) => text).join(""));
        for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(width);
        expect(rows.join("")).toBe(state.lines.join(""));
        const row = rows[cursor.y] ?? "";
        expect(cursor.x).toBeLessThanOrEqual(widthOf(row));
        const before = rows.slice(0, cursor.y).join("") + headOf(row, cursor.x);
        const wanted = [...state.lines.slice(0, state.row), (state.lines[state.row] ?? "").slice(0, state.at)].join("");
        expect(before).toBe(wanted);
      }),
      { numRuns: 200 },
    );
  });

  test("goes up and down by the rows that are shown, and never further than a row", () => {
    assert(
      property(steps, integer({ min: 4, max: 20 }), constantFrom(1 as const, -1 as const), (inputs, width, by) => {
        const state = play(inputs);
        const y = drawEditing(state, { width, height: 1000 }).cursor.y;
        const moved = rowMoved(state, width, by) ?? state;
        const total = drawEditing(state, { width, height: 1000 }).lines.length;
        const wanted = Math.max(0, Math.min(total - 1, y + by));
        expect(drawEditing(moved, { width, height: 1000 }).cursor.y).toBe(wanted);
        expect(textOf(moved)).toBe(textOf(state));
      }),
      { numRuns: 200 },
    );
  });

  test("shows the part with the cursor when it has more rows than there is room for", () => {
    const state = play([paste(Array.from({ length: 500 }, (_, n) => `line ${n}`).join("\n"))]);
    const { lines, cursor } = drawEditing(state, { width: 20, height: 5 });
    expect(lines).toHaveLength(5);
    expect(cursor).toEqual({ x: 8, y: 4 });
  });

  test("takes a paste as it is, less what a terminal would act on", () => {
    expect(textOf(play([paste("a\tb\n\u001b[31mred\u001b[0m\n\u0007")]))).toBe("a  b\nred\n");
  });

  test.each(["escape", "enter", "tab", "ctrl+q", "f5"])("leaves %s to whoever it is for", (key) => {
    expect(edited(editing("text"), press(key))).toBeUndefined();
  });
});

describe("undo", () => {
  const after = (state: Writing, ...inputs: Input[]): Writing =>
    inputs.reduce((now, input) => written(now, input) ?? now, state);

  test("leads back to the beginning from wherever the text has come to", () => {
    assert(
      property(steps, (inputs) => {
        let state = after(writing("begun"), ...inputs);
        for (let turn = 0; turn <= inputs.length; turn += 1) state = after(state, press("alt+z"));
        expect(textOf(state.text)).toBe("begun");
        expect(state.past).toEqual([]);
      }),
    );
  });

  test("takes a word back at a time, and a paste as one", () => {
    const state = after(writing(), ...Array.from("go on", type), paste("\nand\non"));
    const once = after(state, press("ctrl+_"));
    expect(textOf(once.text)).toBe("go on");
    expect(textOf(after(once, press("ctrl+_")).text)).toBe("go ");
    expect(textOf(after(once, press("ctrl+_"), press("ctrl+_"), press("ctrl+_")).text)).toBe("");
  });

  test("does nothing where nothing was written", () => {
    expect(textOf(after(writing("draft"), press("alt+z")).text)).toBe("draft");
  });
});

function headOf(row: string, columns: number): string {
  let head = "";
  for (const one of graphemesOf(row)) {
    if (widthOf(head) >= columns) break;
    head += one;
  }
  return head;
}
