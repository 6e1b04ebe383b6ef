import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { WrittenFile } from "../../protocol/outcome.ts";

/**
 * Looks at what is really on disk: size and hash of each path that a successful tool result named. What is not there,
 * or is not a plain file, is named as missing.
 */
export async function checkFiles(
  paths: Iterable<string>,
  cwd: string,
): Promise<{ files: WrittenFile[]; missing: string[] }> {
  const files: WrittenFile[] = [];
  const missing: string[] = [];
  for (const path of new Set([...paths].map((name) => resolve(cwd, name)))) {
    const file = await check(path);
    if (file === undefined) missing.push(path);
    else files.push(file);
  }
  return { files, missing };
}

async function check(path: string): Promise<WrittenFile | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return undefined;
    const hash = createHash("sha256");
    await pipeline(createReadStream(path), hash);
    return { path, size: found.size, sha256: hash.digest("hex") };
  } catch {
    // Not there or not readable: both mean that the claim cannot be confirmed.
    return undefined;
  }
}
