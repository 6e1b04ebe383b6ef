import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { Transform, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { errnoOf, Fault } from "../../base/fault.ts";

export interface Written {
  bytes: number;
  sha256: string;
}

/**
 * Writes a new file of what somebody puts into a stream, up to a size. Only its owner may read it. It is on the disk
 * when this resolves; after a fault it is not there.
 * @param tooLarge what is thrown at more than `mostBytes`
 */
export async function writeMeasured(
  path: string,
  mostBytes: number,
  tooLarge: () => Fault,
  put: (sink: Writable) => Promise<unknown>,
): Promise<Written> {
  const hash = createHash("sha256");
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(bytes > mostBytes ? tooLarge() : null, chunk);
    },
  });
  const file = await open(path, "wx", 0o600).catch((error: unknown) => {
    throw errnoOf(error) === "EEXIST" ? occupied(path) : noPlace(path, error);
  });
  try {
    const written = pipeline(measure, createWriteStream(path, { fd: file, flush: true }));
    // It is waited for below; a failure that the other side hears of first must not be one that nobody hears of.
    written.catch(() => undefined);
    await put(measure);
    await written;
    return { bytes, sha256: hash.digest("hex") };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close().catch(() => "the stream has closed it");
  }
}

const occupied = (path: string): Fault =>
  new Fault("usage", "workspace.file_there", `there is a file ${path} already`, {
    hint: "Nothing is overwritten. Choose another name.",
  });

const noPlace = (path: string, cause: unknown): Fault =>
  new Fault("storage", "workspace.no_place", `could not write to ${path}`, {
    hint: "Look whether its folder is there, may be written to, and has room.",
    cause,
  });
