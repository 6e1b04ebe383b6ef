import { readFile } from "node:fs/promises";
import { z } from "zod";
import { errnoOf, messageOf } from "../base/fault.ts";
import { writeWhole } from "../base/files.ts";
import { modelListSchema } from "../protocol/models.ts";

/** What an agent once said of its models. */
const cachedSchema = z.object({
  /** Which agent it was, with which provider behind it: another one may have others. */
  identity: z.string(),
  /** Milliseconds since the epoch. */
  asked_at: z.number(),
  catalogue: modelListSchema,
});
export type CachedModels = z.infer<typeof cachedSchema>;

/** The catalogue in a file; `none` where there is no file. Never rejects. */
export async function readCaliberCache(
  path: string,
): Promise<{ cached: CachedModels } | { none: true } | { problem: string }> {
  try {
    const parsed = cachedSchema.safeParse(JSON.parse(await readFile(path, "utf8")));
    return parsed.success ? { cached: parsed.data } : { problem: "it does not have the form that this deck writes" };
  } catch (error) {
    const code = errnoOf(error);
    return code === "ENOENT" || code === "ENOTDIR" ? { none: true } : { problem: messageOf(error) };
  }
}

export async function writeCaliberCache(path: string, cached: CachedModels): Promise<void> {
  await writeWhole(path, `${JSON.stringify(cached, null, 2)}\n`);
}
