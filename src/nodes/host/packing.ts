import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { mutex } from "../../base/mutex.ts";
import type { Things } from "../hub/hub.ts";
import type { GitTools } from "../workspace/git-environment.ts";
import type { SpaceManifest } from "../workspace/manifest.ts";
import { pack, packCommit } from "../workspace/pack.ts";

export interface PackingParts {
  /** Where a bundle is until the store has it. */
  folder: string;
  things: Pick<Things, "put" | "remove">;
  tools: GitTools;
  /** The deck's own folder, which never goes along. */
  deckHome: string;
  /** What could not be taken out of the store: it goes with its age. */
  warn: (error: unknown) => void;
}

/** A bundle in the store, and one that needs it. */
export interface Pack {
  thing: string;
  manifest: SpaceManifest;
  /** It is not needed any more. `isGood`: a node has taken it. */
  done(isGood: boolean): void;
}

/** Makes bundles for openings. */
export interface Packing {
  /**
   * One of the workspace as it is now, or later. Those who ask while one is being made share the next: so at most two are on their way, and
   * nobody gets a state that is older than the question. Where nothing has changed, it is the one that is in the store already.
   */
  ofWorkspace(workspace: string): Promise<Pack>;
  /** Takes what nobody needs any more out of the store. Never rejects. */
  close(): Promise<void>;
  /** One of a result that was brought back. */
  ofResult(workspace: string, given: SpaceManifest, commit: string): Promise<Pack>;
}

interface Stored {
  thing: string;
  manifest: SpaceManifest;
  users: number;
  /** It may be given to others, too. */
  isCurrent: boolean;
}

/** What a bundle that is not finished yet is called. */
export const draftPattern = /^pack-[0-9a-f]{12}\.bundle$/;

export function packingOf({ folder, things, tools, deckHome, warn }: PackingParts): Packing {
  const current = new Map<string, Stored>();
  /** Those that have not begun. */
  const waiting = new Map<string, Promise<Stored>>();
  const oneByOne = mutex();

  const removeUnused = (stored: Stored): void => {
    if (stored.users === 0 && !stored.isCurrent) things.remove(stored.thing).catch(warn);
  };
  const use = (stored: Stored): Pack => {
    stored.users += 1;
    let isDone = false;
    return {
      thing: stored.thing,
      manifest: stored.manifest,
      done(isGood) {
        if (isDone) return;
        isDone = true;
        stored.users -= 1;
        // It may be gone from the store.
        if (!isGood) stored.isCurrent = false;
        removeUnused(stored);
      },
    };
  };
  const make = async (write: (file: string) => Promise<SpaceManifest>, before?: Stored): Promise<Stored> => {
    const thing = `pack-${randomBytes(6).toString("hex")}`;
    const file = join(folder, `${thing}.bundle`);
    try {
      const manifest = await write(file);
      // What is not committed makes a new commit each time.
      if (before?.isCurrent === true && before.manifest.commit === manifest.commit) return before;
      await things.put(thing, file);
      return { thing, manifest, users: 0, isCurrent: true };
    } finally {
      await rm(file, { force: true });
    }
  };
  const makeCurrent = async (workspace: string): Promise<Stored> => {
    const before = current.get(workspace);
    const stored = await make((file) => pack(workspace, file, tools, { deckHome }), before);
    if (stored === before) return stored;
    current.set(workspace, stored);
    if (before !== undefined) {
      before.isCurrent = false;
      removeUnused(before);
    }
    return stored;
  };

  return {
    async ofWorkspace(workspace) {
      const next =
        waiting.get(workspace) ??
        oneByOne(() => {
          // Who asks from now on asks for a later state.
          waiting.delete(workspace);
          return makeCurrent(workspace);
        });
      waiting.set(workspace, next);
      return use(await next);
    },
    async close() {
      const unused = [...current.values()].filter(({ users }) => users === 0);
      await Promise.all(unused.map(({ thing }) => things.remove(thing).catch(warn)));
    },
    async ofResult(workspace, given, commit) {
      const stored = await make((outFile) => packCommit(workspace, { given, commit, outFile }, tools));
      stored.isCurrent = false;
      return use(stored);
    },
  };
}
