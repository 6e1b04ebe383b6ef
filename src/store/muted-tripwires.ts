import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { errnoOf, Fault, messageOf } from "../base/fault.ts";
import { writeWhole } from "../base/files.ts";

/** The shipped tripwires that the netrunner of this home does not want to hear of. They stay muted over a restart. */
export function readMuted(home: string): string[] {
  const path = fileIn(home);
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8"))).muted;
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return [];
    const why = error instanceof z.ZodError ? "it does not have the form that this deck writes" : messageOf(error);
    throw new Fault("storage", "tripwires.unreadable", `${path} cannot be read: ${why}.`, {
      hint: "Correct it, or delete it: then no tripwire is muted.",
      cause: error,
    });
  }
}

/** Replaces the list. */
export async function writeMuted(home: string, muted: Iterable<string>): Promise<void> {
  await writeWhole(fileIn(home), `${JSON.stringify({ muted: [...muted].sort() }, null, 2)}\n`);
}

const fileIn = (home: string): string => join(home, "tripwires.json");

const schema = z.object({ muted: z.array(z.string()) });
