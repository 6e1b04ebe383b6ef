import { readFileSync } from "node:fs";
import { z } from "zod";
import { errnoOf, Fault, messageOf } from "../base/fault.ts";
import { writeWhole } from "../base/files.ts";
import { blacklistEntrySchema, type BlacklistEntry } from "../protocol/blacklist.ts";
import { homePaths } from "./home.ts";

/**
 * The forbidden work of a home. A file that cannot be read is a fault: without it, what is forbidden would be let
 * through without a word.
 */
export function readBlacklist(home: string): BlacklistEntry[] {
  const path = homePaths(home).blacklist;
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8"))).entries;
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return [];
    const why = error instanceof z.ZodError ? "it does not have the form that this deck writes" : messageOf(error);
    throw new Fault("storage", "blacklist.unreadable", `${path} cannot be read: ${why}.`, {
      facts: { path },
      hint: "Correct it, or delete it: then nothing is forbidden.",
      cause: error,
    });
  }
}

/** Replaces the list. */
export async function writeBlacklist(home: string, entries: readonly BlacklistEntry[]): Promise<void> {
  await writeWhole(homePaths(home).blacklist, `${JSON.stringify({ entries }, null, 2)}\n`);
}

const schema = z.object({ entries: z.array(blacklistEntrySchema) });
