import { unreachable } from "../../../base/fault.ts";
import { line, type Line, type Span } from "../draw/block.ts";
import type { Look } from "../draw/look.ts";
import type { CallEntry, Entry } from "./entry.ts";
import { changeLines } from "./diff.ts";
import { headOf } from "./lines.ts";

/** How an entry is laid out. */
export interface Layout {
  columns: number;
  /** All of it, not only the first lines of what is long. */
  isOpen: boolean;
  /** As little of it as tells what it is: without a word on what is left out. */
  isShort?: boolean;
}

/** The rows of an entry. What is folded away is named. */
export function layoutOf(entry: Entry, { columns, isOpen, isShort = false }: Layout): Line[] {
  const room: Room = (closed, short = 1) => (isShort ? { most: short, isShort } : { most: isOpen ? mostOpen : closed });
  switch (entry.kind) {
    case "task":
      return block("task", entry.text, { mark: "≡ ", look: "strong", columns, ...room(4) });
    case "said":
      return block("", entry.text, { mark: "▌ ", look: "plain", columns, ...room(16, 3) });
    case "thought":
      return block("", entry.text, { mark: "▒ ", look: "faint", columns, ...room(2) });
    case "told":
      return block(`${entry.from}:`, entry.text, { mark: "≫ ", look: "strong", columns, ...room(8, 2) });
    case "note":
      return block(entry.word, entry.text, {
        mark: "· ",
        look: entry.style === "plain" ? "faint" : entry.style,
        columns,
        ...room(2),
      });
    case "outcome":
      return [
        line([`${entry.word}  `, entry.style], [entry.facts, "faint"]),
        ...block("", entry.text, { mark: "  ", look: "plain", columns, ...room(24, 4) }),
      ];
    case "call":
      return callLines(entry, columns, room);
    default:
      return unreachable(entry);
  }
}

/** The most rows of one part of an entry. */
const mostOpen = 2000;
const closedInput = 4;
const closedResult = 6;
const closedChange = 12;

/** The most rows of a part, by what it is: `closed` and `short` are what is shown of one that is not open. */
type Room = (closed: number, short?: number) => { most: number; isShort?: boolean };

function callLines(
  { tool, input, change, tripwires, denied, held, result }: CallEntry,
  columns: number,
  room: Room,
): Line[] {
  const lines = block(tool, input, { mark: "▸ ", look: "busy", columns, ...room(closedInput), textLook: "plain" });
  const inner = { columns, mark: "    " };
  if (change !== undefined) lines.push(...shownChange(change, columns, room(closedChange, 4)));
  for (const text of tripwires)
    lines.push(...block("TRIPWIRE", text, { columns, mark: "  ⚠ ", look: "warning", ...room(2) }));
  if (held !== undefined) {
    const isWaiting = held.end === null;
    const word = isWaiting ? "HELD, it waits for you" : `held: ${heldWords[held.end ?? ""] ?? held.end}`;
    const look: Look = isWaiting ? "act" : "faint";
    const text = `${held.reason} (${held.rule})${held.note === null ? "" : `, with the note: ${held.note}`}`;
    lines.push(...block(word, text, { columns, mark: "  ! ", look, ...room(3) }));
  }
  // That the netrunner has denied it is told with the hold.
  if (denied !== undefined && held?.end !== "deny")
    lines.push(
      ...block("denied", `${denied.reason} (${denied.rule})`, { columns, mark: "  ✗ ", look: "warning", ...room(3) }),
    );
  if (result !== undefined && denied === undefined) {
    const mark = result.failed ? "  ✗ " : "  ◂ ";
    const look: Look = result.failed ? "bad" : "faint";
    const text = result.text.trim() === "" ? "(nothing)" : result.text;
    lines.push(...block("", text, { ...inner, mark, look, ...room(closedResult, 2) }));
  }
  return lines;
}

const heldWords: Record<string, string> = {
  allow: "you allowed it",
  allow_pattern: "you allowed its pattern",
  deny: "you denied it",
  kill: "you killed the construct",
  expired: "nobody answered in time",
  ended: "the construct had ended",
};

/** A text under a mark, its first word apart. */
function block(
  word: string,
  text: string,
  at: { mark: string; look: Look; textLook?: Look; columns: number; most: number; isShort?: boolean },
): Line[] {
  const { mark, look, columns, most } = at;
  const inner = Math.max(8, columns - mark.length);
  const blanks = " ".repeat(mark.length);
  // The word takes its room in the first row: blanks stand in for it while the text is broken.
  const start = word === "" ? "" : `${"\u00a0".repeat(word.length)}  `;
  const { lines, rest } = headOf(`${start}${text}`, inner, most);
  const rows = lines.map((one, index): Line => {
    const spans: Span[] = [{ text: index === 0 ? mark : blanks, look }];
    if (index === 0 && word !== "")
      spans.push({ text: word, look }, { text: one.slice(word.length), look: at.textLook ?? lookBeside(look) });
    else spans.push({ text: one, look: at.textLook ?? (word === "" ? look : lookBeside(look)) });
    return { spans };
  });
  return rest === 0 || at.isShort === true ? rows : [...rows, foldLine(blanks, rest)];
}

/** A text beside a word that stands out is plain. */
const lookBeside = (look: Look): Look => (look === "faint" ? "faint" : "plain");

const foldLine = (blanks: string, rest: number): Line =>
  line(blanks, [`… ${rest} more ${rest === 1 ? "line" : "lines"} · Enter`, "key"]);

function shownChange(
  change: Required<CallEntry>["change"],
  columns: number,
  { most, isShort }: ReturnType<Room>,
): Line[] {
  const blanks = "    ";
  const { lines, rest } = changeLines(change, Math.max(8, columns - blanks.length), most);
  const rows = lines.map((one): Line => ({ ...one, spans: [{ text: blanks }, ...one.spans] }));
  if (isShort === true) return rows;
  if (rest > 0) return [...rows, foldLine(blanks, rest)];
  return change.omitted === 0
    ? rows
    : [...rows, line(blanks, [`… ${change.omitted} bytes are not on record`, "faint"])];
}
