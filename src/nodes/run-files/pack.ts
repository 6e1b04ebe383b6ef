import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { Fault, messageOf } from "../../base/fault.ts";
import type { TravellingFile } from "../wire/run-files.ts";
import type { RunFileBounds } from "./bounds.ts";
import { tooLarge, type LeftFile } from "./look.ts";
import { bytesOf } from "./hash.ts";
import type { Content } from "./put-file.ts";
import { left, openBelow } from "./same-folder.ts";

/**
 * Writes files into one, one behind the other: many small ones travel as one thing. What they are is what was read, whatever they were when they
 * were looked at. One that cannot be read, or has grown too large, is left behind.
 * @param path a new file, which only its owner may read
 */
export async function packInto<T extends { name: string }>(
  path: string,
  root: string,
  wanted: readonly T[],
  { fileBytes }: RunFileBounds,
): Promise<{ packed: (T & TravellingFile)[]; left: LeftFile[]; bytes: number }> {
  const packed: (T & TravellingFile)[] = [];
  const behind: LeftFile[] = [];
  let bytes = 0;
  await using pack = await open(path, "wx", 0o600);
  for (const one of wanted)
    try {
      const { size, sha256 } = await append(pack, bytes, root, one.name, fileBytes);
      packed.push({ ...one, bytes: size, sha256 });
      bytes += size;
    } catch (error) {
      behind.push({ name: one.name, why: messageOf(error) });
    }
  // What was written of one that was left behind in the middle.
  await pack.truncate(bytes);
  return { packed, left: behind, bytes };
}

async function append(
  pack: FileHandle,
  at: number,
  root: string,
  name: string,
  most: number,
): Promise<{ size: number; sha256: string }> {
  const { file } = await openBelow(root, name);
  try {
    const hash = createHash("sha256");
    let size = 0;
    for await (const chunk of file.createReadStream({ autoClose: false })) {
      const bytes = bytesOf(chunk);
      if (size + bytes.length > most) throw left(tooLarge(size + bytes.length, most));
      hash.update(bytes);
      await pack.write(bytes, 0, bytes.length, at + size);
      size += bytes.length;
    }
    return { size, sha256: hash.digest("hex") };
  } finally {
    await file.close();
  }
}

/** Gives the files of a pack one by one, each with what gives its bytes, from the first one, as often as it is asked. Throws before the first one where they are not as many bytes as it has. */
export async function unpack<T extends TravellingFile>(
  path: string,
  files: readonly T[],
  take: (file: T, content: Content) => Promise<void>,
): Promise<void> {
  await using pack = await open(path, "r");
  const { size } = await pack.stat();
  if (files.reduce((sum, { bytes }) => sum + bytes, 0) !== size)
    throw new Fault("refused", "run_files.malformed", "the files are not what was said of them", {
      hint: "Run the same cyberdeck on all machines.",
    });
  let at = 0;
  for (const file of files) {
    const from = at;
    await take(file, () => part(pack, from, file.bytes));
    at += file.bytes;
  }
}

async function* part(pack: FileHandle, from: number, bytes: number): AsyncGenerator<Buffer> {
  const chunk = Buffer.allocUnsafe(Math.min(bytes, 65_536));
  for (let done = 0; done < bytes;) {
    const { bytesRead } = await pack.read(chunk, 0, Math.min(chunk.length, bytes - done), from + done);
    if (bytesRead === 0) return;
    done += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
