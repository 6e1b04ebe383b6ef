import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeWhole } from "../../base/files.ts";
import { mutex } from "../../base/mutex.ts";
import { spaceManifestSchema } from "../workspace/manifest.ts";

const id = z.string().regex(/^\w[\w-]{0,99}$/);

const givenSchema = z.object({
  /** Our id of the session that works in it. */
  session: id,
  /** Of the copy. */
  space: id,
  manifest: spaceManifestSchema,
  /** The agent's own ids of the sessions that have worked in it. */
  agents: z.array(z.string().max(200)).max(20),
  /** What was brought back last. */
  last: z.object({ branch: z.string(), commit: z.string() }).nullable(),
  /** Milliseconds since the epoch. */
  at: z.number(),
});
/** A copy of the workspace that was given to a session on a node: by it, what comes back is judged. */
export type GivenCopyNote = z.infer<typeof givenSchema>;

/** The host's notes of the copies that it has given away; they outlive it. */
export interface GivenCopies {
  bySession(session: string): GivenCopyNote | undefined;
  /** The one in which that session of an agent has worked. */
  byAgent(agent: string): GivenCopyNote | undefined;
  /** Resolves when it is on disk. */
  keep(note: GivenCopyNote): Promise<void>;
  forget(session: string): Promise<void>;
}

/** A note that nobody has come back for goes after this time, milliseconds: so does its copy on the node, before that. */
const keptMs = 30 * 24 * 3_600_000;

const fileName = /^given-(\w[\w-]{0,99})\.json$/;

/** Reads the notes of earlier lives; what is none of ours, or too old, is no note. */
export async function givenCopies(folder: string, now: () => number): Promise<GivenCopies> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const notes = new Map<string, GivenCopyNote>();
  const fileOf = (session: string): string => join(folder, `given-${session}.json`);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const session = fileName.exec(entry.name)?.[1];
    if (session === undefined || !entry.isFile()) continue;
    const note = await noteIn(join(folder, entry.name));
    if (note?.session === session && note.at > now() - keptMs) notes.set(session, note);
    else await rm(join(folder, entry.name), { force: true });
  }
  // A note that is forgotten stays so.
  const oneByOne = mutex();
  return {
    bySession: (session) => notes.get(session),
    byAgent: (agent) => [...notes.values()].findLast(({ agents }) => agents.includes(agent)),
    async keep(note) {
      notes.delete(note.session);
      notes.set(note.session, note);
      await oneByOne(() => writeWhole(fileOf(note.session), JSON.stringify(note), 0o600));
    },
    async forget(session) {
      if (notes.delete(session)) await oneByOne(() => rm(fileOf(session), { force: true }));
    },
  };
}

async function noteIn(file: string): Promise<GivenCopyNote | undefined> {
  try {
    return givenSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    // It was not finished, or somebody else's: nothing can be judged by it.
    return undefined;
  }
}
