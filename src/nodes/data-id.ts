import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeWhole } from "../base/files.ts";
import { homeMark } from "../store/home.ts";

/**
 * By which the data folder of a node, or the home of a host, is known: the same for all lives in it and for no other folder, also not for
 * a copy of it on another machine.
 * @param name of the file that is kept there for it
 */
export async function dataIdOf(data: string, name = "id.json"): Promise<string> {
  const file = join(data, name);
  const kept = await readFile(file, "utf8").then(idIn, () => undefined);
  const id = kept ?? randomUUID();
  if (kept === undefined) await writeWhole(file, `${JSON.stringify({ id })}\n`, 0o600);
  return createHash("sha256")
    .update(JSON.stringify([id, homeMark(data)]))
    .digest("hex")
    .slice(0, 32);
}

function idIn(text: string): string | undefined {
  try {
    return schema.parse(JSON.parse(text)).id;
  } catch {
    // Whatever stands there, a new id only costs the next life a wait.
    return undefined;
  }
}

const schema = z.object({ id: z.uuid() });
