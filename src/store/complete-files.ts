import { open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { errnoOf } from "../base/fault.ts";
import type { EventReader } from "./event-reader.ts";
import { homePaths } from "./home.ts";
import type { Recorder } from "./recorder.ts";

/**
 * Has the `events.ndjson` of each run completed that lacks what the record has: a deck that was killed may have written the
 * one and not the other. Returns at once what is whole; a folder that is gone is not made again.
 */
export async function completeEventFiles(
  reader: Pick<EventReader, "home" | "runs" | "eventsOf">,
  recorder: Pick<Recorder, "complete">,
  signal?: AbortSignal,
): Promise<void> {
  for await (const run of incompleteFiles(reader, signal)) recorder.complete(run);
}

/** The runs whose `events.ndjson` lacks something that the record has, or has a torn end. */
export async function* incompleteFiles(
  reader: Pick<EventReader, "home" | "runs" | "eventsOf">,
  signal?: AbortSignal,
): AsyncGenerator<string, void> {
  for (const run of reader.runs()) {
    if (signal?.aborted === true) return;
    const last = await lastSeqIn(join(homePaths(reader.home).runs, run, "events.ndjson"));
    if (last === "no folder") continue;
    if (last === undefined || reader.eventsOf(run, last).next().done !== true) yield run;
  }
}

/** As much of the end of a file as is looked at. A longer line is looked for by the completion itself. */
const tailBytes = 64 * 1024;

/** The number of the last whole line; undefined when that cannot be told, or the last line is torn. */
async function lastSeqIn(path: string): Promise<number | "no folder" | undefined> {
  try {
    await using file = await open(path, "r");
    const { size } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const bytes = Buffer.alloc(size - from);
    await file.read(bytes, 0, bytes.length, from);
    const text = bytes.toString("utf8");
    if (!text.endsWith("\n")) return undefined;
    const start = text.lastIndexOf("\n", text.length - 2) + 1;
    return start === 0 && from > 0 ? undefined : seqOf(text.slice(start));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return (await isFolder(join(path, ".."))) ? undefined : "no folder";
    // What is wrong with it is told when it is completed.
    return undefined;
  }
}

function seqOf(line: string): number | undefined {
  try {
    return z.object({ seq: z.int() }).safeParse(JSON.parse(line)).data?.seq;
  } catch {
    // Not JSON: the line is damaged.
    return undefined;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    await using folder = await open(path, "r");
    return (await folder.stat()).isDirectory();
  } catch {
    // It is gone, or cannot be looked into: nothing can be written there.
    return false;
  }
}
