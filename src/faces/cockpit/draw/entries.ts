import { inert } from "../../../base/text.ts";
import { chopped, clip, widthOf, wrap } from "../../words/width.ts";
import type { Line, Span } from "./block.ts";
import { fit } from "./box.ts";
import type { Look } from "./look.ts";
import { shownOf, type Content, type Scroll } from "./scroll.ts";

/** A text that is wrapped as it is; a line feed begins a new row. */
export interface Paragraph {
  text: string;
  look?: Look;
  /** By the line: such as those of a diff. */
  lookOf?: (line: string) => Look;
  /** Columns. */
  indent?: number;
  /** Before the first row, within the indent. */
  mark?: Span;
  /** The indent of all rows but the first, where the mark is too long to leave the room below it empty. */
  hang?: number;
  /** In one row, its end cut. */
  isOneRow?: boolean;
  /** With all its blanks, as in a file: broken where the edge is, or cut there. */
  layout?: "chopped" | "cut";
}

/** Something that was said or done, in a transcript. The same object stands for it as long as it is the same. */
export interface Entry {
  /** The number of its event. */
  seq: number;
  /** In the margin beside its first row: such as the time and who it was. */
  head: readonly Span[];
  paragraphs: readonly Paragraph[];
  /** What is shown in place of them while it is folded; without it, it does not fold. */
  brief?: readonly Paragraph[];
  /** Under all its rows. */
  fill?: Look;
}

/** How a reader has left a transcript. */
export interface Reading {
  scroll: Scroll;
  /** Numbers of entries that are not as they begin: a folded one is open. */
  turned: ReadonlySet<number>;
  /** Entries that fold are open unless they are turned. */
  isOpen: boolean;
  /** What is looked for; "" when nothing is. */
  search: string;
  /** It is being written just now: keys go to that line. */
  isTyped: boolean;
  layouts: Layouts;
}

/** The rows of entries as they were wrapped last: kept with the page, by the entry's object. */
export interface Layouts {
  width: number;
  open: WeakMap<Entry, readonly Line[]>;
  folded: WeakMap<Entry, readonly Line[]>;
}

export const newReading = (): Reading => ({
  scroll: { follows: true },
  turned: new Set(),
  isOpen: false,
  search: "",
  isTyped: false,
  layouts: { width: 0, open: new WeakMap(), folded: new WeakMap() },
});

/** @param margin columns beside the text, for the heads */
export interface Pane {
  width: number;
  height: number;
  margin: number;
}

/** Entries as rows; wrapped are only those that are asked for. */
export function contentOf(entries: readonly Entry[], reading: Reading, pane: Pane): Content {
  return {
    count: entries.length,
    seqAt: (place) => entries[place]?.seq ?? 0,
    rowsAt: (place) => {
      const entry = entries[place];
      return entry === undefined ? 0 : rowsOf(entry, reading, pane).length;
    },
  };
}

/** The part of a transcript that is in view, exactly as many lines as the pane has rows. `target` of a line: its entry's number. */
export function drawTranscript(entries: readonly Entry[], reading: Reading, pane: Pane): Line[] {
  const shown = shownOf(contentOf(entries, reading, pane), reading.scroll, pane.height);
  return shown.rows.map(({ place, row }, index): Line => {
    const entry = entries[place];
    const found = entry === undefined ? undefined : rowsOf(entry, reading, pane)[row];
    if (entry === undefined || found === undefined) return { spans: [] };
    const fill = index === shown.cursor ? "cursor" : entry.fill;
    return {
      spans: reading.search === "" ? found.spans : marked(found.spans, reading.search),
      target: String(entry.seq),
      ...(fill === undefined ? {} : { fill }),
    };
  });
}

/** Whether an entry has this text, in whatever case. */
export function hasText({ paragraphs }: Entry, search: string): boolean {
  const wanted = search.toLowerCase();
  return paragraphs.some(({ text, mark }) =>
    [mark?.text ?? "", text].some((part) => part.toLowerCase().includes(wanted)),
  );
}

/** The whole text of an entry, for the clipboard. */
export const wordsOf = ({ paragraphs }: Entry): string => paragraphs.map(({ text }) => inert(text)).join("\n");

const isUnfolded = ({ seq }: Entry, { isOpen, turned }: Reading): boolean => isOpen !== turned.has(seq);

/** The most characters of a paragraph that are shown: what is longer is opened as a whole elsewhere. */
const mostCharacters = 16_000;

function rowsOf(entry: Entry, reading: Reading, { width, margin }: Pane): readonly Line[] {
  const { layouts } = reading;
  const text = Math.max(8, width - margin);
  if (layouts.width !== text) {
    layouts.width = text;
    layouts.open = new WeakMap();
    layouts.folded = new WeakMap();
  }
  const isFolded = entry.brief !== undefined && !isUnfolded(entry, reading);
  const kept = isFolded ? layouts.folded : layouts.open;
  const before = kept.get(entry);
  if (before !== undefined) return before;
  const rows = laid(entry, isFolded ? (entry.brief ?? []) : entry.paragraphs, text, margin);
  kept.set(entry, rows);
  return rows;
}

function laid(entry: Entry, paragraphs: readonly Paragraph[], width: number, margin: number): Line[] {
  const head = fit({ spans: entry.head }, margin);
  const rows = paragraphs.flatMap((paragraph) => wrapped(paragraph, width));
  return (rows.length === 0 ? [[]] : rows).map((spans, row): Line => ({
    spans: row === 0 ? [...head, ...spans] : [{ text: " ".repeat(margin) }, ...spans],
  }));
}

function wrapped(paragraph: Paragraph, width: number): Span[][] {
  const { text, look, lookOf, indent = 0, mark, isOneRow, layout } = paragraph;
  const isCut = text.length > mostCharacters;
  const shown = inert(isCut ? text.slice(0, mostCharacters) : text).replaceAll("\t", "    ");
  const lead = leadOf(paragraph, width);
  const base = indent - lead;
  const room = Math.max(4, width - base);
  const brokenIn = (columns: number, one: string): string[] => {
    if (isOneRow === true || layout === "cut") return [clip(one, columns)];
    return layout === "chopped" ? chopped(one, columns) : wrap(one, columns);
  };
  // Blanks that no line is broken at keep the room of the mark free while the text is wrapped.
  const led = "\u00a0".repeat(lead) + shown;
  const rows = (isOneRow === true ? [shown.replace(/\s+/g, " ")] : led.split("\n")).flatMap((one) => {
    const own = lookOf?.(one) ?? look;
    return brokenIn(room, one).map((row): Span => (own === undefined ? { text: row } : { text: row, look: own }));
  });
  if (isCut && isOneRow !== true)
    rows.push({ text: `… ${text.length - mostCharacters} more characters`, look: "faint" });
  return rows.map((row, index) => {
    if (indent === 0) return [row];
    if (index > 0 || mark === undefined) return [{ text: " ".repeat(base) }, row];
    const own = { ...row, text: row.text.slice(lead) };
    return [mark, { text: " ".repeat(Math.max(0, indent - widthOf(mark.text))) }, own];
  });
}

/** By how much the rows under the first stand further to the left than its text. */
function leadOf({ indent = 0, hang = indent, mark, isOneRow, layout }: Paragraph, width: number): number {
  const lead = indent - hang;
  return mark === undefined || isOneRow === true || layout !== undefined || lead * 2 > width ? 0 : Math.max(0, lead);
}

/** The pieces of a line with what is looked for marked in them. */
function marked(spans: readonly Span[], search: string): Span[] {
  const wanted = search.toLowerCase();
  return spans.flatMap((span) => {
    const lower = span.text.toLowerCase();
    // Where lower case has another length, places do not correspond.
    if (lower.length !== span.text.length || !lower.includes(wanted)) return [span];
    const pieces: Span[] = [];
    let from = 0;
    for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
      pieces.push({ ...span, text: span.text.slice(from, at) });
      pieces.push({ text: span.text.slice(at, at + wanted.length), look: "match" });
      from = at + wanted.length;
    }
    return [...pieces, { ...span, text: span.text.slice(from) }];
  });
}
