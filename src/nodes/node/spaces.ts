import { randomUUID } from "node:crypto";
import { lstat, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { systemClock, type Clock } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import { writeWhole } from "../../base/files.ts";
import { mutex } from "../../base/mutex.ts";
import { oneLine } from "../../base/text.ts";
import type { Things } from "../hub/hub.ts";
import { resultName, type Brought, type Space } from "../wire/space.ts";
import type { GitTools } from "../workspace/git-environment.ts";
import { usualLimits } from "../workspace/limits.ts";
import { resultManifestSchema, spaceManifestSchema } from "../workspace/manifest.ts";
import { packResult } from "../workspace/pack-result.ts";
import { unpack } from "../workspace/unpack.ts";

export interface SpacesParts {
  /** A folder of the node's own, beside its data: what is in its data no agent may write. */
  folder: string;
  things: Pick<Things, "put" | "get">;
  /** PATH: where git is found. */
  path: string;
  clock?: Clock;
}

/** Copies of workspaces on a node, each in a folder of its own. */
export interface Spaces {
  /** The copy of an opening: fetched, checked and unpacked, or as an earlier session has left it. Rejects with a sentence. */
  open(space: Space, signal: AbortSignal): Promise<OpenSpace>;
}

export interface OpenSpace {
  /** Where its session works. */
  workspace: string;
  /** The work tree around that. */
  tree: string;
  /** Puts what is new in it into the store. Rejects where it cannot; then it stays here. */
  bring(): Promise<Brought>;
  /** Nothing works there any more. `mayGo`: nobody goes on there, and what was new has been taken. */
  leave(mayGo: boolean): Promise<void>;
}

/** A copy that nobody has come back for goes after this time, milliseconds, and the oldest when there are more than so many. */
const keptMs = 3 * 24 * 3_600_000;
const mostKept = 50;

const noteSchema = z.object({
  at: z.number(),
  folder: z.string(),
  manifest: spaceManifestSchema,
  /** What was brought back of it last, and is in `lastBundle`. */
  last: resultManifestSchema.optional(),
});
type SpaceNote = z.infer<typeof noteSchema>;
const lastBundle = "last.bundle";

export async function openSpaces({ folder, things, path, clock = systemClock }: SpacesParts): Promise<Spaces> {
  const temporary = join(folder, "git");
  await makeFolder(folder);
  await rm(temporary, { recursive: true, force: true });
  await makeFolder(temporary);
  /** By whom: one that goes on in a copy has it from then on. */
  const inUse = new Map<string, object>();
  /** Those that are being removed: who begins in one of them meanwhile would have it taken from under its agent. */
  const going = new Map<string, Promise<void>>();
  const oneByOne = mutex();
  const tools = (signal?: AbortSignal): GitTools => ({ path, temporary, signal });

  const removeAll = (name: string): Promise<void> => {
    const gone = rm(join(folder, `space-${name}`), { recursive: true, force: true, maxRetries: 3 }).finally(() =>
      going.delete(name),
    );
    going.set(name, gone);
    return gone;
  };
  /** Nothing of another name, and no link, is ours. */
  const sweep = async (): Promise<void> => {
    const kept: { name: string; at: number }[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const name = /^space-(\w[\w-]{0,99})$/.exec(entry.name)?.[1];
      if (name === undefined || !entry.isDirectory() || inUse.has(name)) continue;
      kept.push({ name, at: (await noteIn(join(folder, entry.name)))?.at ?? 0 });
    }
    const newestFirst = kept.toSorted((one, other) => other.at - one.at);
    const oldest = clock.now() - keptMs;
    for (const [index, { name, at }] of newestFirst.entries())
      if ((index >= mostKept || at < oldest) && !inUse.has(name)) await removeAll(name);
  };
  await sweep();

  const fetchInto = async (place: string, { thing, manifest }: Space, signal: AbortSignal): Promise<string> => {
    await rm(place, { recursive: true, force: true });
    await makeFolder(place);
    const bundle = join(place, "bundle");
    const { sha256 } = manifest;
    await things.get(thing ?? "", bundle, { sha256, mostBytes: usualLimits.bundleBytes });
    const { workspace } = await unpack(bundle, manifest, join(place, "tree"), tools(signal));
    await rm(bundle);
    await keepNote(place, { at: clock.now(), folder: workspace, manifest });
    return workspace;
  };
  const goOnIn = async (place: string, { manifest }: Space): Promise<string> => {
    const isFolder = (await lstat(place).catch(() => undefined))?.isDirectory() === true;
    const note = isFolder ? await noteIn(place) : undefined;
    if (note?.manifest.commit !== manifest.commit) throw notThere(place);
    await keepNote(place, { ...note, at: clock.now() });
    return note.folder;
  };
  /** Why it is not there; undefined: it is. Rejects where another try is no use. */
  const put = async (thing: string, file: string): Promise<string | undefined> => {
    try {
      await things.put(thing, file);
      return undefined;
    } catch (error) {
      if (!(error instanceof Fault) || error.code === "hub.thing_too_large" || error.code === "hub.file") throw error;
      return oneLine(error.message, 1000);
    }
  };

  return {
    async open(space, signal) {
      const { name, manifest } = space;
      const place = join(folder, `space-${name}`);
      await going.get(name)?.catch(() => "whoever removes it is told");
      if (space.thing !== null && inUse.has(name)) throw occupied(place);
      const own = {};
      const before = inUse.get(name);
      inUse.set(name, own);
      const tree = join(place, "tree");
      try {
        const workspace = space.thing === null ? await goOnIn(place, space) : await fetchInto(place, space, signal);
        await oneByOne(sweep);
        const inTurn = mutex();
        return {
          workspace,
          tree,
          bring: () =>
            inTurn(async () => {
              const number = randomUUID().slice(0, 8);
              const file = join(place, `result-${number}.bundle`);
              try {
                const note = await noteIn(place);
                const earlier = note?.last && { bundle: join(place, lastBundle), manifest: note.last };
                const packed = await packResult(tree, manifest, file, tools(), { earlier });
                if (packed.isNothing) return { how: "nothing", left: packed.left };
                const thing = resultName(name, number);
                const why = await put(thing, file);
                if (why !== undefined) return { how: "not_stored", why };
                if (note !== undefined) await keepLast(place, file, { ...note, last: packed.manifest });
                return { how: "stored", thing, manifest: packed.manifest };
              } finally {
                await rm(file, { force: true });
              }
            }),
          leave: (mayGo) =>
            inTurn(async () => {
              if (inUse.get(name) !== own) return;
              // Its days begin now, however long it was worked in.
              const note = mayGo ? undefined : await noteIn(place);
              try {
                if (note !== undefined) await keepNote(place, { ...note, at: clock.now() });
              } finally {
                if (inUse.get(name) === own) inUse.delete(name);
              }
              if (mayGo) await removeAll(name);
            }),
        };
      } catch (error) {
        const isOwn = inUse.get(name) === own;
        if (isOwn && before === undefined) inUse.delete(name);
        else if (isOwn && before !== undefined) inUse.set(name, before);
        // What an earlier session has left is not ours to remove, nor what another one has begun.
        if (isOwn && space.thing !== null) await removeAll(name);
        throw error;
      }
    },
  };
}

const noteOf = (place: string): string => join(place, "space.json");
const keepNote = (place: string, note: SpaceNote): Promise<void> =>
  writeWhole(noteOf(place), JSON.stringify(note), 0o600);

/** The note is true at each moment: a bundle that it does not name is none. */
async function keepLast(place: string, file: string, note: SpaceNote): Promise<void> {
  const { last: _, ...without } = note;
  await keepNote(place, without);
  await rename(file, join(place, lastBundle));
  await keepNote(place, note);
}

async function noteIn(place: string): Promise<SpaceNote | undefined> {
  try {
    return noteSchema.parse(JSON.parse(await readFile(noteOf(place), "utf8")));
  } catch {
    // It was not finished, or is not one of this version: nobody can go on in it.
    return undefined;
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  // A link in its place would have us remove, and write, what is elsewhere.
  if (!(await lstat(path)).isDirectory())
    throw new Fault("refused", "node.not_ours", `${path} is not a folder of the node's own`, {
      facts: { path },
      hint: "Move away what is there, or give the node another folder with --data.",
    });
}

const notThere = (place: string): Fault =>
  new Fault("refused", "node.no_space", `the copy of the workspace in which it has worked is not there any more`, {
    facts: { place },
    hint: "Its task begins anew.",
  });

const occupied = (place: string): Fault =>
  new Fault("refused", "node.space_in_use", "another session works in that copy of the workspace", {
    facts: { place },
    hint: "Wait until it has ended.",
  });
