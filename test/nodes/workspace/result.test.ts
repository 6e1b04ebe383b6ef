import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SpaceManifest } from "../../../src/nodes/workspace/manifest.ts";
import { pack } from "../../../src/nodes/workspace/pack.ts";
import { packResult, type PackedResult } from "../../../src/nodes/workspace/pack-result.ts";
import { takeResult, type Taken, type Wish } from "../../../src/nodes/workspace/take-result.ts";
import { unpack } from "../../../src/nodes/workspace/unpack.ts";
import { filesOf, git, place, printOf, put, repository, run } from "./kit/place.ts";

const here = place();

/** Gives a workspace to a node. */
async function given(workspace: string, limits = {}): Promise<SpaceManifest> {
  const { tools, at } = here();
  const manifest = await pack(workspace, at("out.bundle"), tools, limits);
  await unpack(at("out.bundle"), manifest, at("node"), tools);
  return manifest;
}

function packed(manifest: SpaceManifest, limits = {}): Promise<PackedResult> {
  const { tools, at } = here();
  return packResult(at("node"), manifest, at("back.bundle"), tools, limits);
}

async function taken(workspace: string, manifest: SpaceManifest, more: Partial<Wish> = {}): Promise<Taken> {
  const { tools, at } = here();
  const result = await packed(manifest);
  if (result.isNothing) throw new Error("there is nothing new");
  const wish = { workspace, bundle: at("back.bundle"), manifest: result.manifest, given: manifest, construct: "cx-1" };
  return takeResult({ ...wish, ...more }, tools);
}

/** The files of a branch, as they would be checked out. */
function filesOfBranch(root: string, branch: string): Record<string, string> {
  const { at } = here();
  git(root, "worktree", "add", "-q", "--detach", at("look"), branch);
  const files = filesOf(at("look"));
  git(root, "worktree", "remove", "--force", at("look"));
  return files;
}

describe("what an agent on a node has made", () => {
  test("comes back as a branch with all that it has left, committed or not, and changes nothing else", async () => {
    const { at } = here();
    const root = repository(at("r"), { "a.txt": "one\n", gone: "g", ".gitignore": "*.log\n" });
    put(root, { "a.txt": "not committed\n" });
    const manifest = await given(root);
    put(at("node"), { committed: "c" });
    git(at("node"), "add", "-A");
    git(at("node"), "commit", "-q", "-m", "by the agent");
    put(at("node"), { "new/one": "n", "run.sh": "r", "a.log": "ignored", "é\n": "odd" });
    chmodSync(at("node/run.sh"), 0o755);
    symlinkSync("new/one", at("node/link"));
    rmSync(at("node/gone"));
    const [index, files, head] = [
      readFileSync(join(root, ".git/index")),
      filesOf(root),
      git(root, "rev-parse", "HEAD"),
    ];
    const result = await taken(root, manifest);
    const { ["a.log"]: _ignored, ...expected } = filesOf(at("node"));
    expect(filesOfBranch(root, "cyberdeck/cx-1")).toEqual(expected);
    expect(result).toMatchObject({
      how: "taken",
      branch: "cyberdeck/cx-1",
      merge: { how: "clean" },
      isRewritten: false,
    });
    expect(git(root, "log", "--format=%s", "cyberdeck/cx-1").split("\n")).toEqual([
      "What a construct has left",
      "by the agent",
      "Not committed yet when it was given to a construct",
      "first",
    ]);
    expect([readFileSync(join(root, ".git/index")), filesOf(root), git(root, "rev-parse", "HEAD")]).toEqual([
      index,
      files,
      head,
    ]);
    expect(git(root, "branch", "--show-current")).toBe("main");
    git(root, "fsck", "--strict");
  });

  test("is nothing where it has left the files as they were", async () => {
    const manifest = await given(repository(here().at("r")));
    put(here().at("node"), { "a.txt": "one\n" });
    expect(await packed(manifest)).toEqual({ isNothing: true, left: { count: 0, first: [] } });
    expect(existsSync(here().at("back.bundle"))).toBe(false);
  });

  test("is taken twice as one branch", async () => {
    const { at, tools } = here();
    const root = repository(at("r"));
    const manifest = await given(root);
    put(at("node"), { b: "b" });
    const result = await packed(manifest);
    if (result.isNothing) throw new Error("there is nothing new");
    const wish = { workspace: root, manifest: result.manifest, given: manifest, construct: "cx-1" };
    const first = await takeResult({ ...wish, bundle: at("back.bundle") }, tools);
    const before = printOf(root);
    expect(await takeResult({ ...wish, bundle: at("back.bundle") }, tools)).toEqual(first);
    expect(printOf(root)).toBe(before);
  });

  test("is never put over a branch of that name: that is a conflict, with another name that works", async () => {
    const { at } = here();
    const root = repository(at("r"));
    const manifest = await given(root);
    git(root, "branch", "cyberdeck/cx-1");
    put(at("node"), { b: "b" });
    const before = printOf(root);
    const refused = await taken(root, manifest);
    expect(refused).toMatchObject({ how: "conflict", branch: "cyberdeck/cx-1", free: "cyberdeck/cx-1-2" });
    expect(printOf(root)).toBe(before);
    rmSync(at("back.bundle"));
    expect(await taken(root, manifest, { branch: "cyberdeck/cx-1-2" })).toMatchObject({ how: "taken" });
    expect(git(root, "rev-parse", "cyberdeck/cx-1")).toBe(git(root, "rev-parse", "main"));
  });

  test("finds a name beside a branch that has the name of its folder", async () => {
    const { at } = here();
    const root = repository(at("r"));
    git(root, "branch", "cyberdeck");
    const manifest = await given(root);
    put(at("node"), { b: "b" });
    expect(await taken(root, manifest)).toMatchObject({ how: "conflict", free: "cyberdeck-cx-1-2" });
  });

  test("made beside what is not committed merges where that is not, and its patch applies where it is", async () => {
    const { at } = here();
    const root = repository(at("r"), { both: "one\n" });
    put(root, { both: "not committed\n" });
    const manifest = await given(root);
    put(at("node"), { both: "not committed\nnode\n", b: "b" });
    const patchFile = at("its.patch");
    const result = await taken(root, manifest, { patchFile });
    if (result.how !== "taken") throw new Error("it was not taken");
    expect(result.merge).toEqual({ how: "clean" });
    expect(() => git(root, "merge", "-q", "cyberdeck/cx-1")).toThrow("would be overwritten by merge");
    git(root, "apply", patchFile);
    expect(filesOf(root)).toEqual({ both: "file not committed\nnode\n", b: "file b" });
    git(root, "stash", "-q", "--include-untracked");
    git(root, "merge", "-q", "cyberdeck/cx-1");
    expect(filesOf(root)).toEqual({ both: "file not committed\nnode\n", b: "file b" });
  });

  test("tells the files in which a merge would conflict, and merges nothing", async () => {
    const { at } = here();
    const root = repository(at("r"), { both: "one\n", mine: "m\n" });
    const manifest = await given(root);
    put(at("node"), { both: "node\n", theirs: "t" });
    put(root, { both: "host\n", mine: "mine\n" });
    git(root, "commit", "-q", "-am", "went on");
    const files = filesOf(root);
    expect(await taken(root, manifest)).toMatchObject({
      how: "taken",
      merge: { how: "conflicts", files: { count: 1, first: ["both"] } },
      files: { count: 2, first: ["both", "theirs"] },
    });
    expect(filesOf(root)).toEqual(files);
    expect(git(root, "status", "--porcelain")).toBe("");
  });

  test("comes as a patch, too, that applies to the files as they were given, also those not committed", async () => {
    const { at } = here();
    const root = repository(at("r"), { a: "1\n2\n3\n", binary: Buffer.from([0, 1, 2]) });
    put(root, { a: "0\n1\n2\n3\n" });
    const manifest = await given(root);
    put(at("node"), { a: "0\n1\n2\n3\n4\n", binary: Buffer.from([0, 255, 2, 9]), "sp ace": "s" });
    const result = await taken(root, manifest, { patchFile: at("a.patch") });
    expect(result).toMatchObject({ how: "taken", patch: { isWritten: true, path: at("a.patch") } });
    git(root, "apply", at("a.patch"));
    expect(filesOf(root)).toEqual(filesOf(at("node")));
  });

  test("is taken without its patch where that cannot be written, and this is told", async () => {
    const { at } = here();
    const root = repository(at("r"));
    const manifest = await given(root);
    put(at("node"), { b: "b" });
    put(at("."), { "a.patch": "mine" });
    const result = await taken(root, manifest, { patchFile: at("a.patch") });
    expect(result).toMatchObject({ how: "taken", patch: { isWritten: false } });
    expect(readFileSync(at("a.patch"), "utf8")).toBe("mine");
  });

  test("is one commit on what was given where the agent has replaced its history", async () => {
    const { at } = here();
    const root = repository(at("r"), { a: "a" });
    put(root, { b: "b" });
    const manifest = await given(root);
    git(at("node"), "checkout", "-q", "--orphan", "fresh");
    put(at("node"), { c: "c" });
    git(at("node"), "add", "-A");
    git(at("node"), "commit", "-q", "-m", "all new");
    const result = await taken(root, manifest);
    expect(result).toMatchObject({ how: "taken", isRewritten: true, otherBranches: { count: 1, first: ["fresh"] } });
    expect(filesOfBranch(root, "cyberdeck/cx-1")).toEqual({ a: "file a", b: "file b", c: "file c" });
    expect(git(root, "rev-parse", "cyberdeck/cx-1~1")).toBe(manifest.commit);
  });

  test("counts where the agent is on another branch, or none, that builds on what it was given", async () => {
    const { at } = here();
    const root = repository(at("r"));
    const manifest = await given(root);
    git(at("node"), "checkout", "-q", "-b", "mine");
    put(at("node"), { b: "b" });
    git(at("node"), "add", "-A");
    git(at("node"), "commit", "-q", "-m", "on mine");
    git(at("node"), "checkout", "-q", "--detach");
    expect(await taken(root, manifest)).toMatchObject({ how: "taken", isRewritten: false });
    expect(git(root, "log", "-1", "--format=%s", "cyberdeck/cx-1")).toBe("on mine");
  });

  test("may merge older commits that it was given", async () => {
    const { at } = here();
    const root = repository(at("r"));
    for (const n of [1, 2, 3]) git(root, "commit", "-q", "--allow-empty", "-m", String(n));
    const manifest = await given(root);
    const node = at("node");
    git(node, "checkout", "-q", "-b", "old", "HEAD~2");
    put(node, { side: "s" });
    git(node, "add", "-A");
    git(node, "commit", "-q", "-m", "side");
    git(node, "checkout", "-q", "main");
    git(node, "merge", "-q", "-m", "merged", "old");
    expect(await taken(root, manifest)).toMatchObject({ how: "taken", isRewritten: false });
    git(root, "fsck", "--strict");
  });

  test("comes back to a shallow clone, to one of several work trees and to a folder of a repository", async () => {
    const { at } = here();
    const root = repository(at("r"), { "sub/a": "a" });
    for (const n of [1, 2, 3]) git(root, "commit", "-q", "--allow-empty", "-m", String(n));
    git(at("."), "clone", "-q", "--depth", "2", `file://${root}`, "shallow");
    git(at("shallow"), "worktree", "add", "-q", "-b", "tree", at("tree"));
    const manifest = await given(at("tree/sub"), { commits: 1 });
    put(at("node"), { "sub/b": "b" });
    expect(await taken(at("tree/sub"), manifest)).toMatchObject({ how: "taken", merge: { how: "clean" } });
    expect(filesOfBranch(at("shallow"), "cyberdeck/cx-1")).toEqual({ "sub/a": "file a", "sub/b": "file b" });
  });

  test("comes back to a repository that had no commit, and still has none on its branch", async () => {
    const { at } = here();
    mkdirSync(at("r"));
    git(at("r"), "init", "-q");
    put(at("r"), { a: "a" });
    const manifest = await given(at("r"));
    put(at("node"), { b: "b" });
    expect(await taken(at("r"), manifest)).toMatchObject({ how: "taken", merge: { how: "unknown" } });
    expect(filesOfBranch(at("r"), "cyberdeck/cx-1")).toEqual({ a: "file a", b: "file b" });
    expect(() => git(at("r"), "rev-parse", "--verify", "-q", "HEAD")).toThrow("rev-parse");
  });

  test("leaves on the node what is too large, leads outside or is a repository of its own, and tells each", async () => {
    const { at } = here();
    const root = repository(at("r"));
    const manifest = await given(root);
    put(at("node"), { large: "x".repeat(2000), small: "s" });
    symlinkSync("/etc/passwd", at("node/out"));
    symlinkSync("../../x", at("node/up"));
    repository(at("node/nested"));
    run(at("node"), ["init", "-q", "hollow"]);
    const result = await packed(manifest, { fileBytes: 1000 });
    if (result.isNothing) throw new Error("nothing");
    expect(result.manifest.left.first.toSorted((one, other) => (one.path < other.path ? -1 : 1))).toEqual([
      { path: "hollow/", why: "nested_repository" },
      { path: "large", why: "too_large" },
      { path: "nested/", why: "nested_repository" },
      { path: "out", why: "link_outside" },
      { path: "up", why: "link_outside" },
    ]);
  });

  test("leaves on the node what is in a repository inside, also a committed one, or in a submodule's folder, and tells it", async () => {
    const { at } = here();
    const root = repository(at("r"));
    git(root, "update-index", "--add", "--cacheinfo", `160000,${git(root, "rev-parse", "HEAD")},sub`);
    git(root, "commit", "-q", "-m", "a submodule");
    const manifest = await given(root);
    put(at("node"), { "sub/lost": "l", "b.txt": "b" });
    repository(at("node/inside"));
    git(at("node"), "add", "inside");
    git(at("node"), "commit", "-q", "-m", "committed");
    const result = await taken(root, manifest);
    expect(result).toMatchObject({
      how: "taken",
      left: {
        first: [
          { path: "inside", why: "nested_repository" },
          { path: "sub", why: "nested_repository" },
        ],
      },
    });
    expect(filesOfBranch(root, "cyberdeck/cx-1")).toMatchObject({ "b.txt": "file b" });
  });

  test("under a filter of the netrunner's is as the agent has left it, and that is told", async () => {
    const { at, home } = here();
    const root = repository(at("r"), { ".gitattributes": "*.big filter=store\n", "a.big": "pointer", "b.txt": "b" });
    put(home, { ".gitconfig": '[filter "store"]\n\tclean = wc -c\n' });
    const manifest = await given(root);
    put(at("node"), { "a.big": "new", "b.txt": "new", "c.big": "c" });
    expect(await taken(root, manifest)).toMatchObject({
      how: "taken",
      files: { count: 3 },
      unfiltered: { count: 2, first: ["a.big", "c.big"] },
    });
    expect(git(root, "cat-file", "blob", "cyberdeck/cx-1:a.big")).toBe("new");
  });

  test("that is larger than the limit is told, and no file is left of the try", async () => {
    const { at } = here();
    const manifest = await given(repository(at("r")));
    put(at("node"), { noise: Buffer.from(Array.from({ length: 50_000 }, (_, n) => (n * n * 7919) % 251)) });
    await expect(packed(manifest, { bundleBytes: 300 })).rejects.toMatchObject({ code: "workspace.too_large" });
    expect(existsSync(at("back.bundle"))).toBe(false);
  });
});
