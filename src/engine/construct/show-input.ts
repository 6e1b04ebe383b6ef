import { headAndTail } from "../../base/text.ts";
import { surfaceTool } from "../../protocol/surfaced.ts";

/** The most bytes of a tool call's input that the record keeps; the transcript has all of it. */
const recordedBytes = 4096;

const telling: Record<string, string[]> = {
  Bash: ["command"],
  Read: ["file_path"],
  Write: ["file_path"],
  Edit: ["file_path"],
  Glob: ["pattern", "path"],
  Grep: ["pattern", "path", "glob"],
  WebFetch: ["url"],
  WebSearch: ["query"],
  [surfaceTool]: ["kind", "title", "path", "text"],
};

/** A tool call's input as a person would read it: the command, the path, the pattern; otherwise its JSON. */
export function showInput(tool: string, input: unknown): string {
  return headAndTail(plain(tool, input), recordedBytes).text;
}

/** The same without a bound, for the netrunner who decides on the call. */
export const wholeInput = (tool: string, input: unknown): string =>
  tool in whole ? plain(tool, input) : JSON.stringify(input, null, 2);

/** Tools whose telling fields say all that matters for a decision. */
const whole: Record<string, true> = { Bash: true, Read: true, Glob: true, Grep: true, WebFetch: true, WebSearch: true };

function plain(tool: string, input: unknown): string {
  const fields = telling[tool];
  if (fields !== undefined && typeof input === "object" && input !== null) {
    const values = fields
      .map((field): unknown => Reflect.get(input, field))
      .filter((value) => typeof value === "string");
    if (values.length > 0) return values.join(" ");
  }
  return JSON.stringify(input) ?? String(input);
}
