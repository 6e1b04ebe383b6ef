import { clip, widthOf } from "../../words/width.ts";
import { blank, line, type Line, type Placed, type Span } from "./block.ts";
import { tame } from "./tame.ts";
import type { Look } from "./look.ts";

export interface Frame {
  title?: string;
  /** At the right end of the upper border. */
  note?: string;
  /** In the lower border: which keys do what. */
  foot?: string;
  border?: Look;
}

/** Lines within a border, for a place of this size; what is too long or too many is cut. */
export function boxed(lines: readonly Line[], at: Omit<Placed, "lines">, frame: Frame = {}): Placed {
  const { width, height } = at;
  const border = frame.border ?? "border";
  const side: Span = { text: "│", look: border, isBare: true };
  const inner = Math.max(0, width - 2);
  const body = Array.from({ length: Math.max(0, height - 2) }, (_, row): Line => {
    const content = lines[row] ?? blank;
    return {
      ...content,
      spans: [side, fit(content, inner), side].flat(),
    };
  });
  const top = edge(["┌", "┐"], inner, border, frame.title ?? "", frame.note ?? "");
  const bottom = edge(["└", "┘"], inner, border, "", frame.foot ?? "");
  return { ...at, lines: [top, ...body, bottom].slice(0, height) };
}

/** The pieces of a line in exactly so many columns. */
export function fit({ spans, fill }: Line, columns: number): { text: string; look?: Look }[] {
  const pieces: { text: string; look?: Look }[] = [];
  let room = columns;
  for (const span of spans) {
    if (room <= 0) break;
    const text = clip(tame(span.text), room);
    room -= widthOf(text);
    pieces.push(span.look === undefined ? { text } : { text, look: span.look });
  }
  if (room > 0) pieces.push(fill === undefined ? { text: " ".repeat(room) } : { text: " ".repeat(room), look: fill });
  return pieces;
}

function edge([left, right]: [string, string], inner: number, border: Look, title: string, note: string): Line {
  const name = title === "" ? "" : ` ${clip(tame(title), Math.max(0, inner - 4))} `;
  const rest = inner - widthOf(name) - (name === "" ? 0 : 1);
  const end = note === "" || rest < 6 ? "" : ` ${clip(tame(note), rest - 4)} `;
  const bar = Math.max(0, inner - (name === "" ? 0 : 1) - widthOf(name) - widthOf(end) - (end === "" ? 0 : 1));
  return line(
    [`${left}${name === "" ? "" : "─"}`, border],
    [name, border === "border_act" ? "act" : "title"],
    ["─".repeat(bar), border],
    [end, "faint"],
    [`${end === "" ? "" : "─"}${right}`, border],
  );
}
