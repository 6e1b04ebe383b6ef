import { resolve } from "node:path";
import { oneLine } from "../../../base/text.ts";
import { count, showBytes } from "../../../base/units.ts";
import type { DeckEvent } from "../../../protocol/event.ts";
import type { ReadFile } from "../../../protocol/run-files.ts";
import { clock } from "../../words/amounts.ts";
import type { Entry, Paragraph } from "../draw/entries.ts";
import { diffBody, diffLook, diffSum } from "../transcript/diff-look.ts";

/** The most lines of a file that are shown. */
const mostLines = 20_000;

/** Columns beside the text: those of the highest number of a line, and two. */
export const numberColumns = (entries: readonly Entry[]): number => Math.max(3, String(entries.length).length) + 2;

/** Columns beside a change, for its time. */
export const timeColumns = 10;

/** The lines of a file with their numbers. Empty for what has no text. */
export function textEntries({ path, text, cut, bytes }: ReadFile, wraps: boolean): Entry[] {
  if (text === "") return [];
  const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split(/\r?\n/, mostLines + 1);
  const shown = lines.slice(0, mostLines);
  const width = Math.max(3, String(shown.length).length);
  const layout = wraps ? ("chopped" as const) : ("cut" as const);
  const isDiff = /\.(?:diff|patch)$/.test(path);
  const entries = shown.map((one, index): Entry => ({
    seq: index + 1,
    head: [{ text: `${String(index + 1).padStart(width)}  `, look: "faint" }],
    paragraphs: [{ text: one, layout, ...(isDiff ? { look: diffLook(one) } : {}) }],
  }));
  if (!cut && lines.length <= mostLines) return entries;
  const rest = cut ? `the file has ${showBytes(bytes)}` : `only ${mostLines} lines are shown`;
  const note = { text: `… ${rest}: this is its beginning`, look: "key" as const };
  return [...entries, { seq: shown.length + 1, head: [], paragraphs: [note] }];
}

/** Of events, oldest first, the calls that wanted to change a file, and their returns. */
export function changesOf(events: readonly DeckEvent[], path: string, workspace: string): DeckEvent[] {
  const calls = new Set<string>();
  return events.filter((event) => {
    if (event.type === "construct.tool_returned") return calls.has(keyOf(event.body));
    if (event.type !== "construct.tool_called") return false;
    const { input, change } = event.body;
    const isIt = change !== undefined && resolve(workspace, input) === path;
    if (isIt) calls.add(keyOf(event.body));
    return isIt;
  });
}

/** What calls wanted to change in a file, oldest first; `seq` of an entry: of its call. */
export function changeEntries(events: readonly DeckEvent[]): Entry[] {
  const returned = new Map(
    events.flatMap((event) =>
      event.type === "construct.tool_returned" ? [[keyOf(event.body), event.body.failed] as const] : [],
    ),
  );
  return events.flatMap((event): Entry[] => {
    if (event.type !== "construct.tool_called") return [];
    const { construct, tool, change } = event.body;
    if (change === undefined) return [];
    const failed = returned.get(keyOf(event.body));
    const parts = (change.kind === "diff" ? diffBody(change.text) : change.text).replace(/\n$/, "").split("\n");
    const sum = change.kind === "text" ? count(parts.length, "line") : diffSum(change.text);
    const end =
      failed === true ? "  ✗ it did not come to this" : failed === undefined ? "  … no result is on record" : "";
    const head: Paragraph = {
      text: ` ${construct}  ${change.kind === "text" ? "wrote all of it" : "edited it"}: ${sum}${end}`,
      indent: oneLine(tool, 40).length + 2,
      mark: { text: `▸ ${oneLine(tool, 40)}`, look: "busy" },
      look: failed === true ? "bad" : "strong",
    };
    const looks = change.kind === "diff" ? { lookOf: diffLook } : { look: "added" as const };
    return [
      {
        seq: event.seq,
        head: [{ text: ` ${clock(event.at)} `, look: "faint" }],
        paragraphs: [
          head,
          { text: parts.join("\n"), indent: 2, layout: "chopped", ...looks },
          ...(change.omitted > 0
            ? [{ text: `… ${showBytes(change.omitted)} are not on record`, indent: 2, look: "key" as const }]
            : []),
          { text: "" },
        ],
      },
    ];
  });
}

const keyOf = ({ construct, call }: { construct: string; call: string }): string => `${construct} ${call}`;
