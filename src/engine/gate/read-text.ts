import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** The largest script that is looked at, bytes. */
const mostBytes = 256 * 1024;

/**
 * The `readText` of the brake's context, on this machine's disk: the text of a small ordinary file, or undefined. It never
 * waits (a pipe is not opened for reading in earnest) and remembers nothing: the file may have been written a moment ago.
 */
export function readText(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const facts = fstatSync(file);
    if (!facts.isFile() || facts.size > mostBytes) return undefined;
    const bytes = Buffer.alloc(facts.size);
    return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, 0));
  } catch {
    // What cannot be read is judged by its name alone.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
