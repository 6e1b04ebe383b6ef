import { z } from "zod";
import { headAndTail } from "../../base/text.ts";
import type { ShownChange } from "../../protocol/shown-change.ts";
import { editCall, patchOf, replacementsOf, type Replacement } from "../gate/edit-call.ts";

/** The most bytes of a change that the record keeps; the transcript has all of it. */
const recordedBytes = 4096;

/** The most characters of an edit that are compared, and how far: this is done beside the construct's work, on the deck's own thread. */
const mostCompared = 100_000;
const compare = { timeout: 20, maxEditLength: 1000 };

const notebookSchema = z.object({ new_source: z.string(), edit_mode: z.string().optional() });

/** What a call wants to change in a file, as far as its input alone tells; undefined for one that changes none. */
export function shownChange(tool: string, input: unknown): ShownChange | undefined {
  const text = writtenText(tool, input);
  if (text !== undefined) return { kind: "text", ...headAndTail(text, recordedBytes) };
  const edit = editCall(tool, input);
  if (edit === undefined || edit.tool === "Write") return undefined;
  const diff = replacementsOf(edit).map(diffOf).join("");
  return { kind: "diff", ...headAndTail(diff, recordedBytes) };
}

/** What a file, or a cell of a notebook, is to consist of. */
function writtenText(tool: string, input: unknown): string | undefined {
  if (tool === "NotebookEdit") {
    const cell = notebookSchema.safeParse(input);
    return cell.success && cell.data.edit_mode !== "delete" ? cell.data.new_source : undefined;
  }
  const edit = editCall(tool, input);
  return edit?.tool === "Write" ? edit.content : undefined;
}

/** Hunks without line numbers: where in the file the text stands is not known. */
function diffOf({ old_string: before, new_string: after }: Replacement): string {
  const isLong = before.length + after.length > mostCompared;
  const patch = isLong ? undefined : patchOf(["", ""], before, after, compare);
  if (patch === undefined) return `@@\n${marked("-", before)}${marked("+", after)}`;
  const hunks = patch.split("\n").slice(headerLines);
  const lines = hunks.filter((line) => !line.startsWith("\\"));
  return lines.map((line) => (line.startsWith("@@ ") ? "@@" : line)).join("\n");
}

/** The names of the files. */
const headerLines = 2;

const marked = (sign: "-" | "+", text: string): string =>
  text === "" ? "" : `${sign}${text.replace(/\n$/, "").replaceAll("\n", `\n${sign}`)}\n`;
