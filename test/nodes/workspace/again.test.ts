import { renameSync, rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ResultManifest, SpaceManifest } from "../../../src/nodes/workspace/manifest.ts";
import { pack, packCommit } from "../../../src/nodes/workspace/pack.ts";
import { packResult } from "../../../src/nodes/workspace/pack-result.ts";
import { takeResult, type Taken } from "../../../src/nodes/workspace/take-result.ts";
import { unpack } from "../../../src/nodes/workspace/unpack.ts";
import { git, place, put, repository } from "./kit/place.ts";

const here = place();

/** A workspace on a node, from which results are brought again and again. */
async function away() {
  const { tools, at } = here();
  const root = repository(at("r"), { "a.txt": "one\n" });
  const manifest = await pack(root, at("out.bundle"), tools);
  await unpack(at("out.bundle"), manifest, at("node"), tools);
  let last: ResultManifest | undefined;
  let earlier: { branch: string; commit: string } | undefined;
  const bring = async (given: SpaceManifest = manifest): Promise<Taken | "nothing"> => {
    const before = last === undefined ? undefined : { bundle: at("last.bundle"), manifest: last };
    const packed = await packResult(at("node"), given, at("back.bundle"), tools, { earlier: before });
    if (packed.isNothing) return "nothing";
    last = packed.manifest;
    renameSync(at("back.bundle"), at("last.bundle"));
    const wish = { workspace: root, bundle: at("last.bundle"), manifest: last, given, construct: "cx-1" };
    const taken = await takeResult({ ...wish, ...(earlier === undefined ? {} : { earlier }) }, tools);
    if (taken.how === "taken") earlier = { branch: taken.branch, commit: taken.commit };
    return taken;
  };
  return { root, manifest, bring };
}

const branch = "cyberdeck/cx-1";
const taken = { how: "taken", branch };

describe("what an agent has made since its result was brought back", () => {
  test("moves the branch on, whether it has committed or not", async () => {
    const { at } = here();
    const { root, bring } = await away();
    put(at("node"), { "b.txt": "not committed" });
    expect(await bring()).toMatchObject(taken);
    const first = git(root, "rev-parse", branch);
    put(at("node"), { "c.txt": "more, not committed" });
    expect(await bring()).toMatchObject(taken);
    git(at("node"), "add", "-A");
    git(at("node"), "commit", "-q", "-m", "by the agent");
    expect(await bring()).toMatchObject(taken);
    put(at("node"), { "d.txt": "and more" });
    rmSync(at("node/b.txt"));
    expect(await bring()).toMatchObject(taken);
    expect(git(root, "ls-tree", "-r", "--name-only", branch).split("\n")).toEqual(["a.txt", "c.txt", "d.txt"]);
    expect(git(root, "merge-base", first, branch)).toBe(first);
    expect(git(root, "log", "--format=%s", branch)).toContain("by the agent");
    expect(git(root, "branch", "--list", "cyberdeck/*").split("\n").length).toBe(1);
  });

  test("is the same result where it has done nothing since", async () => {
    const { at } = here();
    const { root, bring } = await away();
    put(at("node"), { "b.txt": "not committed" });
    await bring();
    const first = git(root, "rev-parse", branch);
    expect(await bring()).toMatchObject({ ...taken, commit: first });
    expect(git(root, "rev-parse", branch)).toBe(first);
  });

  test("is told when all of it was taken back again", async () => {
    const { at } = here();
    const { root, bring } = await away();
    put(at("node"), { "b.txt": "not committed" });
    await bring();
    rmSync(at("node/b.txt"));
    expect(await bring()).toMatchObject({ ...taken, files: { count: 0 } });
    expect(git(root, "ls-tree", "-r", "--name-only", branch)).toBe("a.txt");
  });

  test("does not move a branch on which the netrunner has gone on", async () => {
    const { at } = here();
    const { root, bring } = await away();
    put(at("node"), { "b.txt": "not committed" });
    await bring();
    git(root, "checkout", "-q", branch);
    put(root, { mine: "m" });
    git(root, "add", "-A");
    git(root, "commit", "-q", "-m", "mine");
    git(root, "checkout", "-q", "main");
    const own = git(root, "rev-parse", branch);
    put(at("node"), { "c.txt": "more" });
    expect(await bring()).toMatchObject({ how: "conflict", branch, free: `${branch}-2` });
    expect(git(root, "rev-parse", branch)).toBe(own);
  });

  test("does not move a branch that is checked out somewhere", async () => {
    const { at } = here();
    const { root, bring } = await away();
    put(at("node"), { "b.txt": "not committed" });
    await bring();
    git(root, "worktree", "add", "-q", at("look"), branch);
    const own = git(root, "rev-parse", branch);
    put(at("node"), { "c.txt": "more" });
    expect(await bring()).toMatchObject({ how: "conflict", branch });
    expect(git(root, "rev-parse", branch)).toBe(own);
    expect(git(at("look"), "status", "--short")).toBe("");
  });

  test("is gone on with elsewhere from what was brought back", async () => {
    const { tools, at } = here();
    const { root, manifest, bring } = await away();
    put(at("node"), { "b.txt": "not committed" });
    await bring();
    put(root, { "a.txt": "changed since\n" });
    const commit = git(root, "rev-parse", branch);
    const next = await packCommit(root, { given: manifest, commit, outFile: at("next.bundle") }, tools);
    await unpack(at("next.bundle"), next, at("other"), tools);
    expect(git(at("other"), "ls-tree", "-r", "--name-only", "HEAD").split("\n")).toEqual(["a.txt", "b.txt"]);
    put(at("other"), { "c.txt": "there" });
    const packed = await packResult(at("other"), next, at("there.bundle"), tools);
    if (packed.isNothing) throw new Error("there is nothing new");
    const wish = {
      workspace: root,
      bundle: at("there.bundle"),
      manifest: packed.manifest,
      given: next,
      construct: "cx-1",
    };
    expect(await takeResult({ ...wish, earlier: { branch, commit } }, tools)).toMatchObject(taken);
    expect(git(root, "ls-tree", "-r", "--name-only", branch).split("\n")).toEqual(["a.txt", "b.txt", "c.txt"]);
  });
});
