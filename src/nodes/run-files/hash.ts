import { createHash } from "node:crypto";
import { openBelow } from "./same-folder.ts";

/** Hashes files below a folder; one that has not changed since is not read again. */
export interface Hashes {
  /** Hexadecimal. Rejects where it cannot be read, or must not be. */
  of(root: string, name: string, stamp: string): Promise<string>;
  /** What is not among these any more is forgotten. */
  keepOnly(names: ReadonlySet<string>): void;
}

export function hashes(): Hashes {
  const known = new Map<string, { stamp: string; sha256: string }>();
  return {
    async of(root, name, stamp) {
      const before = known.get(name);
      if (before?.stamp === stamp) return before.sha256;
      const read = await sha256Of(root, name);
      known.set(name, read);
      return read.sha256;
    },
    keepOnly(names) {
      for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    },
  };
}

/** The hash of a plain file below a folder, and the stamp that it had when it was read. */
export async function sha256Of(root: string, name: string): Promise<{ stamp: string; sha256: string }> {
  const { file, stamp } = await openBelow(root, name);
  try {
    const hash = createHash("sha256");
    for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(bytesOf(chunk));
    return { stamp, sha256: hash.digest("hex") };
  } finally {
    await file.close();
  }
}

/** A stream of a file gives bytes, which its type does not say. */
export const bytesOf = (chunk: unknown): Buffer => (Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
