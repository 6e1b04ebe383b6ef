import { createReadStream } from "node:fs";
import { appendFile, mkdir, rename, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { errnoOf, Fault } from "../base/fault.ts";
import { type DeckEvent, flatEvent } from "../protocol/event.ts";
import type { EventReader } from "./event-reader.ts";
import { storageFault } from "./storage-fault.ts";

/** The `events.ndjson` of one run: a copy of the record that follows it, for people and their tools. */
export interface EventFile {
  /** An event that is in the database already. */
  add(event: DeckEvent): void;
  /** Makes the file equal to the record, if it was not looked at yet. */
  complete(): void;
  /** Resolves when all that was added is in the file, or has failed and was reported. */
  settled(): Promise<void>;
}

/** Lines that may wait in memory for a slow disk, characters; beyond it they are taken from the database again. */
const mostWaiting = 16_000_000;
/** Lines that are written at a time, characters. */
const chunk = 1_000_000;

/**
 * Begins by making the file equal to the record: a torn last line is cut off, missing lines are added, and a file
 * that does not match is put aside, as `.replaced`, and written anew. The same is done after a failure, so a failure costs no line in the end.
 */
export function eventFile(path: string, run: string, store: EventReader, onFault: (fault: Fault) => void): EventFile {
  let lines: { seq: number; text: string }[] = [];
  let size = 0;
  let written = 0;
  let behind = true;
  let failed = false;
  let work: Promise<void> | undefined;

  const append = async (batch: { seq: number; text: string }[]): Promise<void> => {
    const fresh = batch.filter((line) => line.seq > written);
    const end = fresh.at(-1);
    if (end === undefined) return;
    await appendFile(path, fresh.map((line) => line.text).join(""), { mode: 0o600 });
    written = end.seq;
  };

  const catchUp = async (): Promise<void> => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    written = await repair(path, run, store, onFault);
    let batch: { seq: number; text: string }[] = [];
    let held = 0;
    for (const event of store.eventsOf(run, written)) {
      const line = lineOf(event);
      batch.push(line);
      held += line.text.length;
      if (held < chunk) continue;
      await append(batch);
      batch = [];
      held = 0;
    }
    await append(batch);
  };

  const pump = async (): Promise<void> => {
    try {
      while (behind || lines.length > 0) {
        const batch = lines;
        const lagging = behind;
        lines = [];
        size = 0;
        behind = false;
        await (lagging ? catchUp() : append(batch));
      }
      failed = false;
    } catch (error) {
      behind = true;
      // Once for a series of failures: a full disk would report twenty times a second.
      if (!failed) onFault(storageFault(error, "could not write", path));
      failed = true;
    } finally {
      work = undefined;
    }
  };

  return {
    add(event) {
      if (!behind) {
        const line = lineOf(event);
        lines.push(line);
        size += line.text.length;
        if (size > mostWaiting) {
          behind = true;
          lines = [];
        }
      }
      work ??= pump();
    },
    complete() {
      if (behind) work ??= pump();
    },
    async settled() {
      if (failed) work ??= pump();
      await work;
    },
  };
}

const lineOf = (event: DeckEvent): { seq: number; text: string } => ({
  seq: event.seq,
  text: `${JSON.stringify(flatEvent(event))}\n`,
});

/** Leaves only whole lines that match the record; returns the sequence number of the last. */
async function repair(path: string, run: string, store: EventReader, onFault: (fault: Fault) => void): Promise<number> {
  const { lines, lastLine, end, size } = await survey(path);
  const seq = lines === 0 ? 0 : seqOf(lastLine);
  // The last line is compared by its text and those before it by their number: a whole reading would cost a resume
  // of a long run seconds, and what damages a file in practice (a crash, an editor) shows in one of the two.
  const recorded = seq === undefined || seq === 0 ? undefined : store.eventsOf(run, seq - 1).next().value;
  const matches =
    lines === 0 ||
    (recorded !== undefined && lineOf(recorded).text === lastLine && store.countOf(run, recorded.seq) === lines);
  if (!matches) {
    await rename(path, `${path}.replaced`);
    onFault(replaced(path));
    return 0;
  }
  if (end < size) await truncate(path, end);
  return seq ?? 0;
}

/** What the disk has lost of the record may still stand there. */
const replaced = (path: string): Fault =>
  new Fault("storage", "events.replaced", `${path} did not match the record, and was written anew`, {
    facts: { path },
    hint: `What stood there is in ${path}.replaced. If it has events that the record lacks, keep it; otherwise remove it.`,
  });

/** Counts the whole lines of a file. `end` is the position behind the last of them. */
async function survey(path: string): Promise<{ lines: number; lastLine: string; end: number; size: number }> {
  let lines = 0;
  let size = 0;
  let end = 0;
  let start = 0;
  try {
    for await (const part of createReadStream(path)) {
      const bytes: Buffer = part;
      for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) {
        lines += 1;
        start = end;
        end = size + at + 1;
      }
      size += bytes.length;
    }
    if (lines === 0) return { lines, lastLine: "", end, size };
    const last: Buffer[] = [];
    for await (const part of createReadStream(path, { start, end: end - 1 })) last.push(part);
    return { lines, lastLine: Buffer.concat(last).toString("utf8"), end, size };
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { lines: 0, lastLine: "", end: 0, size: 0 };
    throw error;
  }
}

function seqOf(line: string): number | undefined {
  try {
    return z.object({ seq: z.int() }).safeParse(JSON.parse(line)).data?.seq;
  } catch {
    // Not JSON: the line is damaged, and its caller writes the file anew.
    return undefined;
  }
}
