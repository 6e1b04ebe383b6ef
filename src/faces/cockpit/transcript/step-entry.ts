import { unreachable } from "../../../base/fault.ts";
import { count, showBytes } from "../../../base/units.ts";
import type { RunView } from "../../../protocol/view.ts";
import { near } from "../../cli/near.ts";
import type { Look } from "../draw/look.ts";
import type { Entry, Paragraph } from "../draw/entries.ts";
import { shortTime } from "../fleet/figures.ts";
import { diffBody, diffLook } from "./diff-look.ts";
import type { CallStep, Step } from "./step.ts";
import { toYou } from "../../words/to-you.ts";

/** Columns beside the text, for the time. */
export const margin = 7;

/** Where a transcript is from. */
export interface Origin extends Pick<RunView, "folder" | "workspace"> {
  /** When the construct was queued: times are told from there. */
  since: number;
}

/** A step as an entry of a transcript: what is long is folded until it is opened, paths are told as they are seen in the workspace. */
export function entryOf(step: Step, origin: Origin): Entry {
  const parts = partsOf(step).map(({ paragraph, most }) => ({
    paragraph: { ...paragraph, text: near(paragraph.text, origin) },
    most,
  }));
  const shortened = parts.map(({ paragraph, most }) => headOf(paragraph, most));
  const isFolding = shortened.some(({ isCut }) => isCut);
  return {
    seq: step.seq,
    head: [{ text: `${shortTime(step.at - origin.since).padStart(5)}  `, look: "faint" }],
    paragraphs: parts.map(({ paragraph }) => paragraph),
    ...(isFolding ? { brief: shortened.flatMap(({ paragraphs }) => paragraphs) } : {}),
  };
}

/** A paragraph, and how many of its lines are shown while it is folded. */
interface Part {
  paragraph: Paragraph;
  most: number;
}

function partsOf(step: Step): Part[] {
  switch (step.kind) {
    case "task":
      return [marked("≡", "strong", step.text, "plain", 6)];
    case "said":
      return [marked("▌", "busy", step.text, "plain", 16)];
    case "thought":
      return [marked("▒", "faint", step.text, "faint", 2)];
    case "told":
      return [marked(`≫ ${step.from}:`, "strong", step.text, "plain", 8)];
    case "note": {
      const look: Look = step.style === "plain" ? "faint" : step.style;
      return [marked(`· ${step.word}`, look, step.text, step.style === "plain" ? "faint" : "plain", 3)];
    }
    case "outcome":
      return [
        marked(step.word, step.style, step.facts, "faint", 2),
        ...(step.text === "" ? [] : [{ paragraph: { text: step.text, indent: 2 }, most: 30 }]),
      ];
    case "call":
      return callParts(step);
    default:
      return unreachable(step);
  }
}

function callParts({ tool, input, change, tripwires, denied, held, result }: CallStep): Part[] {
  const parts = [marked(`▸ ${tool}`, "busy", input, "plain", 4)];
  if (change !== undefined) {
    const { kind, text, omitted } = change;
    const lookOf = kind === "diff" ? { lookOf: diffLook } : { look: "added" as const };
    parts.push({
      paragraph: { text: (kind === "diff" ? diffBody(text) : text).replace(/\n+$/, ""), indent: 4, ...lookOf },
      most: 14,
    });
    if (omitted > 0)
      parts.push({
        paragraph: { text: `… ${showBytes(omitted)} are not on record`, indent: 4, look: "faint" },
        most: 1,
      });
  }
  for (const text of tripwires) parts.push(marked("  ⚠ tripwire", "warning", text, "plain", 3));
  if (held !== undefined) {
    const isWaiting = held.end === null;
    const word = isWaiting ? "  ⚑ HELD, it waits for you:" : `  ! held, ${heldWords[held.end ?? ""] ?? held.end}:`;
    const note = held.note === null ? "" : `, with the note: ${held.note}`;
    parts.push(marked(word, isWaiting ? "act" : "faint", `${toYou(held.reason)} (${held.rule})${note}`, "faint", 4));
  }
  // That the netrunner has denied it is told with the hold.
  if (denied !== undefined && held?.end !== "deny")
    parts.push(marked("  ✗ denied:", "warning", `${toYou(denied.reason)} (${denied.rule})`, "plain", 4));
  if (result !== undefined && denied === undefined) {
    const look: Look = result.failed ? "bad" : "faint";
    const text = result.text.trim() === "" ? "(it returned nothing)" : result.text.trimEnd();
    parts.push(marked(result.failed ? "  ✗" : "  ◂", look, text, look, 6));
  }
  return parts;
}

/** What became of a call that was held, in words. */
const heldWords: Record<string, string> = {
  allow: "you allowed it",
  allow_pattern: "you allowed its pattern",
  deny: "you denied it",
  kill: "you killed it",
  expired: "nobody answered in time",
  ended: "it had ended",
};

/** The indent of what is told of a call. */
const below = 4;

/** A text beside a mark; further rows stand under the first where the mark is short. */
function marked(mark: string, markLook: Look, text: string, look: Look, most: number): Part {
  const indent = mark.length + (mark.length > 3 && !mark.endsWith(":") ? 2 : 1);
  const hang = mark.endsWith(":") ? { hang: below } : {};
  return { paragraph: { text, look, mark: { text: mark, look: markLook }, indent, ...hang }, most };
}

/** So many characters stand for a row where a text is folded before its rows are known. */
const rowCharacters = 160;

/** The beginning of a paragraph, and what tells that there is more. */
function headOf(paragraph: Paragraph, most: number): { paragraphs: Paragraph[]; isCut: boolean } {
  const lines = paragraph.text.split("\n");
  const kept = lines
    .slice(0, most)
    .join("\n")
    .slice(0, most * rowCharacters);
  // To fold away a single row would only put another one in its place.
  if (lines.length <= most + 1 && paragraph.text.length <= (most + 1) * rowCharacters)
    return { paragraphs: [paragraph], isCut: false };
  const rest = lines.length - kept.split("\n").length;
  const more = rest > 0 ? count(rest, "more line") : `${paragraph.text.length - kept.length} more characters`;
  const end: Paragraph = { text: `… ${more} · Enter shows all`, look: "key", indent: paragraph.indent ?? 0 };
  return { paragraphs: [{ ...paragraph, text: kept }, end], isCut: true };
}
