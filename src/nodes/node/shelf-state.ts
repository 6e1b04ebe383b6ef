import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { writeWhole } from "../../base/files.ts";

const mapOf = <T>(value: z.ZodType<T>) => z.array(z.tuple([z.string(), value])).transform((pairs) => new Map(pairs));

/** What is kept of the folder of a run over the lives of a node: beside it, where no agent can write behind a wall. */
const stateSchema = z.object({
  /** The life of the node that has written it. */
  life: z.string(),
  /** When the folder was used last, milliseconds since the epoch. */
  usedAt: z.number(),
  /** The host has all that was in it at that time. */
  isWhole: z.boolean(),
  /** Who has worked in it. */
  sessions: z.array(z.string()),
  /** By name here: the host's name of it, and the hash that its file there had when this node last knew of it. */
  files: mapOf(z.object({ as: z.string(), base: z.string() })),
  /** By name, the hash of what an earlier life has not brought. */
  strays: mapOf(z.string()),
});
export type ShelfState = z.infer<typeof stateSchema>;

/** Where it is kept on a node. */
export const statePath = (data: string, run: string): string => join(data, "run-files", `${run}.json`);

/** What is known of the folder of a run; undefined: nothing, or nothing that can be read. */
export async function readState(data: string, run: string): Promise<ShelfState | undefined> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(statePath(data, run), "utf8")));
  } catch {
    // Then what is there counts as new: nothing on the host is replaced by it.
    return undefined;
  }
}

export async function writeState(data: string, run: string, state: ShelfState): Promise<void> {
  const path = statePath(data, run);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeWhole(path, JSON.stringify({ ...state, files: [...state.files], strays: [...state.strays] }), 0o600);
}
