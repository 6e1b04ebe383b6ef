import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { pause } from "../../base/clock.ts";
import { errnoOf } from "../../base/fault.ts";
import { headAndTail } from "../../base/text.ts";
import { showBytes } from "../../base/units.ts";
import type { Effect } from "../../policy/brake/effect.ts";
import type { ToolCall } from "../../protocol/verdict.ts";
import { editCall, patchOf, replacementsOf, type EditCall, type Replacement } from "./edit-call.ts";

/** The most bytes of a file that are compared, and of the diff that is shown. */
const mostFile = 1_000_000;
const mostDiff = 16_384;

/** How long looking at the file may take, milliseconds: a network disk that hangs must not keep the question back. */
const patienceMs = 1000;

/** How long comparing may take, milliseconds, and how far the texts may differ: both are on the deck's own thread. */
const compare = { timeout: 100, maxEditLength: 4000 };

/**
 * What an edit would change, as a unified diff against the file on disk, or a remark in brackets why there is none;
 * null for a call that edits no file. Never rejects, reads only ordinary files, and keeps what holds secrets to itself.
 */
export async function editDiff(call: ToolCall, effects: readonly Effect[], workspace: string): Promise<string | null> {
  const edit = editCall(call.tool, call.input);
  if (edit === undefined) return null;
  if (effects.some((effect) => "secret" in effect && effect.secret)) return "(no diff: the file holds secrets)";
  const late = new AbortController();
  const tooLate = pause(patienceMs, late.signal).then(() => "(no diff: the file could not be read in time)");
  try {
    return await Promise.race([diffOf(edit, workspace), tooLate]);
  } catch (error) {
    return `(no diff: the file cannot be read, ${errnoOf(error) ?? "for an unknown reason"})`;
  } finally {
    late.abort();
  }
}

async function diffOf(edit: EditCall, workspace: string): Promise<string> {
  const path = resolve(workspace, edit.file_path);
  const before = await textOf(path);
  if (typeof before === "object") return `(no diff: ${before.why})`;
  const after = edited(before ?? "", edit);
  if (after === undefined) return "(no diff: the text to be replaced is not in the file, so this would fail)";
  if (after === before) return "(nothing would change)";
  if (Buffer.byteLength(after) > mostFile) return tooLarge(Buffer.byteLength(after));
  const patch = patchOf([before === undefined ? "/dev/null" : path, path], before ?? "", after, compare);
  if (patch === undefined) return "(no diff: too much would change; look at the whole input)";
  return headAndTail(patch, mostDiff).text;
}

/** The text of an ordinary file; undefined where there is none yet. */
async function textOf(path: string): Promise<string | undefined | { why: string }> {
  let file;
  try {
    // Without blocking: a pipe in the file's place would wait for a writer that never comes.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { size, isOrdinary } = await file.stat().then((stat) => ({ size: stat.size, isOrdinary: stat.isFile() }));
    if (!isOrdinary) return { why: "it is no ordinary file" };
    if (size > mostFile) return { why: `the file is larger than ${showBytes(mostFile)}` };
    const text = await file.readFile("utf8");
    return text.includes("\0") ? { why: "it is no text" } : text;
  } finally {
    await file.close();
  }
}

const tooLarge = (bytes: number): string => `(no diff: it would be ${showBytes(bytes)})`;

/** The text after the edits, as the tool would make them; undefined where one of them would fail. */
function edited(before: string, edit: EditCall): string | undefined {
  if (edit.tool === "Write") return edit.content;
  let text: string | undefined = before;
  for (const one of replacementsOf(edit)) text = text === undefined ? text : replaced(text, one);
  return text;
}

function replaced(text: string, { old_string, new_string, replace_all }: Replacement): string | undefined {
  // An empty text stands for a file that is made.
  if (old_string === "") return text === "" ? new_string : undefined;
  const parts = text.split(old_string);
  if (parts.length === 1 || (parts.length > 2 && replace_all !== true)) return undefined;
  return parts.join(new_string);
}
