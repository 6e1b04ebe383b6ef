import { appendFile, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf, Fault } from "../base/fault.ts";
import { storageFault } from "./storage-fault.ts";

/** The raw stream of one construct, a line for each message of its agent. */
export interface Transcript {
  readonly path: string;
  /**
   * Adds a line (without its LF), behind those added before. Resolves at once while there is room in memory, otherwise
   * when the disk has caught up: whoever waits for it cannot run ahead of the disk. Rejects when the file failed or
   * the transcript is closed.
   */
  append(line: string | Uint8Array): Promise<void>;
  /** Writes what waits. Rejects when the file failed. */
  close(): Promise<void>;
}

/** Bytes that may wait for a slow disk. */
const defaultMostWaiting = 64 * 1024 * 1024;

/** @param mostWaiting bytes that may wait in memory before `append` waits for the disk */
export function openTranscript(path: string, mostWaiting = defaultMostWaiting): Transcript {
  let parts: Uint8Array[] = [];
  let held = 0;
  let begun = false;
  let closed = false;
  let fault: Fault | undefined;
  let work: Promise<void> | undefined;

  const pump = async (): Promise<void> => {
    try {
      if (!begun) await begin(path);
      begun = true;
      while (parts.length > 0) {
        const batch = Buffer.concat(parts);
        parts = [];
        await appendFile(path, batch, { mode: 0o600 });
        held -= batch.length;
      }
    } catch (error) {
      fault = storageFault(error, "could not write the transcript", path);
      parts = [];
      held = 0;
    } finally {
      work = undefined;
    }
  };

  const settled = async (): Promise<void> => {
    await work;
    if (fault !== undefined) throw fault;
  };

  return {
    path,
    async append(line) {
      if (fault !== undefined) throw fault;
      if (closed) throw new Fault("internal", "transcript.closed", `the transcript ${path} is closed already`);
      const bytes = Buffer.concat([Buffer.from(line), lineFeed]);
      parts.push(bytes);
      held += bytes.length;
      work ??= pump();
      if (held > mostWaiting) await work;
      if (fault !== undefined) throw fault;
    },
    async close() {
      closed = true;
      await settled();
    },
  };
}

const lineFeed = Buffer.from("\n");

/** A deck that was killed may have left half a line: it is ended, so that the next one stands alone. */
async function begin(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      if (size > 0 && last[0] !== lineFeed[0]) await appendFile(path, lineFeed);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}
