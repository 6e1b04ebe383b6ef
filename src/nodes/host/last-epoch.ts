import { readFile } from "node:fs/promises";
import { z } from "zod";
import { writeWhole } from "../../base/files.ts";

/** So many openings may one life of a host offer. */
const mostEpochs = 1_000_000;

/**
 * An epoch larger than any that an earlier life of the host has given, and as many above it as a life can need. The wall clock goes back
 * at times, so what may have been given is kept in a file, written before it is used.
 */
export async function reserveEpochs(file: string, now: number): Promise<number> {
  const first = Math.max(now, await reservedIn(file));
  await writeWhole(file, `${JSON.stringify({ reserved: first + mostEpochs })}\n`, 0o600);
  return first;
}

async function reservedIn(file: string): Promise<number> {
  try {
    return schema.parse(JSON.parse(await readFile(file, "utf8"))).reserved;
  } catch {
    // There was no earlier life, or its file is lost: then the clock alone tells.
    return 0;
  }
}

const schema = z.object({ reserved: z.int().nonnegative() });
