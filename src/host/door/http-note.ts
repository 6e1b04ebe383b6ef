import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { z } from "zod";
import { errnoOf } from "../../base/fault.ts";
import { writeWhole } from "../../base/files.ts";
import { homePaths } from "../../store/home.ts";
import { readJson } from "./wire.ts";

/** Where a deck listens on loopback, and what opens it. */
const httpNoteSchema = z.object({ url: z.string(), token: z.string(), pid: z.int() });
export type HttpNote = z.infer<typeof httpNoteSchema>;

/** A token that nobody guesses, new for each deck. */
export const newToken = (): string => randomBytes(32).toString("base64url");

/** Keeps the address and the token in the home, for its user alone. */
export const writeHttpNote = (home: string, note: HttpNote): Promise<void> =>
  writeWhole(homePaths(home).httpNote, `${JSON.stringify(note, null, 2)}\n`, 0o600);

/** Where the deck of a home listens on loopback; undefined when it does not. */
export async function readHttpNote(home: string): Promise<HttpNote | undefined> {
  try {
    return httpNoteSchema.safeParse(readJson(await readFile(homePaths(home).httpNote, "utf8"))).data;
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Removes what a deck has left there. For whoever holds the home's lock. */
export const clearHttpNote = (home: string): Promise<void> => rm(homePaths(home).httpNote, { force: true });
