import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pause } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import { mutex } from "../../base/mutex.ts";
import type { Returned } from "../../protocol/workspace.ts";
import type { Things } from "../hub/hub.ts";
import { isResultOf, type Brought } from "../wire/space.ts";
import type { GitTools } from "../workspace/git-environment.ts";
import { usualLimits } from "../workspace/limits.ts";
import { resultManifestSchema } from "../workspace/manifest.ts";
import { takeResult, type Taken, type Wish } from "../workspace/take-result.ts";
import type { GivenCopyNote } from "./given-copies.ts";

export interface TakingBackParts {
  /** Where a result is while it is looked at, and afterwards when it could not be taken. */
  folder: string;
  things: Pick<Things, "get" | "remove">;
  tools: GitTools;
  /** What could not be taken out of the store: it goes with its age. */
  warn: (error: unknown) => void;
}

/** A result that a node has told of. */
export interface Told {
  workspace: string;
  construct: string;
  /** Where a patch is put, where one is of use; undefined: nowhere. */
  runFolder: string | undefined;
  given: GivenCopyNote;
  /** What its node has sent, that could store it. */
  brought: Brought & { how: "nothing" | "stored" };
  /** From then on nothing is taken any more. */
  signal: AbortSignal;
  /** It waits until others are done with that workspace, and has its turn. */
  onWait?: () => void;
  onTurn?: () => void;
}

/** What a result on its way, and one that could not be taken, is called in that folder. */
export const resultPattern = /^result-[0-9a-f]{12}\.bundle(?:\..*\.tmp)?$/;
const keptPattern = /^kept-[\w-]+-[0-9a-f]{12}\.bundle$/;

/** So many results that could not be taken are kept. */
const mostKept = 20;

/** So often another name for its branch is tried. */
const mostNames = 5;

/**
 * Takes what nodes send back: one at a time for each workspace, as all of that goes into one repository. Where two workspaces are in the same
 * one, git's own locks keep them apart. Rejects only where the store does not have it any more.
 */
export function takingBack({ folder, things, tools, warn }: TakingBackParts) {
  const turns = new Map<string, ReturnType<typeof mutex>>();
  const turnsIn = (workspace: string): ReturnType<typeof mutex> => {
    const there = turns.get(workspace) ?? mutex();
    turns.set(workspace, there);
    return there;
  };

  const fetch = async (thing: string, sha256: string, file: string, signal: AbortSignal): Promise<void> => {
    for (let waitMs = 500; ; waitMs *= 2)
      try {
        await things.get(thing, file, { sha256, mostBytes: usualLimits.bundleBytes });
        return;
      } catch (error) {
        // A server that is away may be back a moment later.
        if (!(error instanceof Fault) || error.kind !== "setup" || waitMs > mostWaitMs || signal.aborted) throw error;
        await pause(waitMs, signal);
      }
  };
  const take = async (wish: Wish, signal: AbortSignal): Promise<{ taken: Taken; other: string | null }> => {
    const own = { ...tools, signal };
    const first = await takeResult(wish, own);
    let taken = first;
    for (let left = mostNames; taken.how === "conflict" && left > 0; left -= 1)
      taken = await takeResult({ ...wish, branch: taken.free }, own);
    return { taken, other: first.how === "conflict" ? first.branch : null };
  };
  const keep = async (file: string, construct: string): Promise<string | null> => {
    const kept = join(folder, `kept-${construct}-${randomBytes(6).toString("hex")}.bundle`);
    try {
      await rename(file, kept);
    } catch {
      // It had not come that far.
      return null;
    }
    await dropOldest(folder).catch(warn);
    return kept;
  };

  return async ({
    workspace,
    construct,
    runFolder,
    given,
    brought,
    signal,
    onWait,
    onTurn,
  }: Told): Promise<Returned> => {
    if (brought.how === "nothing") return { how: "nothing", left: brought.left };
    const { thing, manifest } = brought;
    const told = resultManifestSchema.safeParse(manifest);
    if (!told.success || !isResultOf(given.space, thing)) return refusedAs("what its node tells of it cannot be so");
    const file = join(folder, `result-${randomBytes(6).toString("hex")}.bundle`);
    try {
      await fetch(thing, told.data.sha256, file, signal);
      const wish: Wish = {
        workspace,
        bundle: file,
        manifest,
        given: given.manifest,
        construct,
        ...(given.last === null ? {} : { earlier: given.last }),
        ...(await patchFor(runFolder, construct, { isDirty: given.manifest.isDirty, commit: told.data.commit })),
      };
      onWait?.();
      const { taken, other } = await turnsIn(workspace)(() => {
        onTurn?.();
        return take(wish, signal);
      });
      if (taken.how === "conflict")
        return lostAs(taken.message, `${taken.hint} It is in ${await keep(file, construct)}.`);
      things.remove(thing).catch(warn);
      return branchOf(taken, other);
    } catch (error) {
      // Its node has it, and puts it there again.
      if (error instanceof Fault && error.code === "hub.no_thing") throw error;
      const hint = error instanceof Fault ? (error.hint ?? "") : "";
      const kept = await keep(file, construct);
      if (error instanceof Fault && isRefusal(error)) return refusedAs(error.message, hint, kept);
      return lostAs(messageOf(error), `${hint} ${kept === null ? stillThere : `It is in ${kept}.`}`.trim());
    } finally {
      await rm(file, { force: true });
    }
  };
}

/**
 * The branch has what was not committed, too, so that it does not fit into a workspace that still has the same: there a patch of the
 * construct's own changes is of use.
 */
async function patchFor(
  runFolder: string | undefined,
  construct: string,
  { isDirty, commit }: { isDirty: boolean; commit: string },
): Promise<{ patchFile?: string }> {
  if (runFolder === undefined || !isDirty) return {};
  const folder = join(runFolder, "patches");
  // Without it the patch cannot be written, which takes nothing from the branch.
  await mkdir(folder, { recursive: true }).catch(() => undefined);
  return { patchFile: join(folder, `${construct}-${commit.slice(0, 12)}.patch`) };
}

/** The longest of the pauses before it is tried again to get something from the hub, milliseconds. */
const mostWaitMs = 8000;

function branchOf(taken: Taken & { how: "taken" }, other: string | null): Returned {
  const { branch, commit, files, merge, patch, isRewritten, otherBranches, unfiltered, left } = taken;
  return {
    how: "branch",
    branch,
    commit,
    instead_of: other,
    files,
    merge,
    patch: patch?.isWritten === true ? patch.path : null,
    is_rewritten: isRewritten,
    other_branches: otherBranches,
    unfiltered,
    left,
  };
}

/** What was wrong is the result itself, and no trouble on the way. */
const isRefusal = ({ kind, code }: Fault): boolean =>
  kind === "refused" &&
  (code === "result.refused" ||
    code.startsWith("workspace.") ||
    code === "hub.thing_corrupt" ||
    code === "hub.thing_too_large");

/** Nothing of it was taken; without `kept`, nothing of it is on this machine. */
export const refusedAs = (why: string, hint = lookAtNode, kept: string | null = null): Returned => ({
  how: "refused",
  why,
  hint: kept === null ? `${hint} ${stillThere}` : hint,
  kept,
});

/** Of what is not on this machine. */
export const stillThere =
  "What it has made stays on its node for three days, in the folder of its copies (docs/nodes.md tells where).";

const lostAs = (why: string, hint: string): Returned => ({ how: "lost", why, hint });

const lookAtNode = "Nothing was changed here. Look at the node that it comes from before you trust it again.";

async function dropOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => keptPattern.test(name));
  const dated = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })));
  const newestFirst = dated.toSorted((one, other) => other.at - one.at);
  for (const { name } of newestFirst.slice(mostKept)) await rm(join(folder, name), { force: true });
}
