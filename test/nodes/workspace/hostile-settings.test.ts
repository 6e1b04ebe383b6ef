import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pack } from "../../../src/nodes/workspace/pack.ts";
import { packResult } from "../../../src/nodes/workspace/pack-result.ts";
import { takeResult } from "../../../src/nodes/workspace/take-result.ts";
import { unpack } from "../../../src/nodes/workspace/unpack.ts";
import { filesOf, git, place, printOf, put, repository } from "./kit/place.ts";
import { trap } from "./kit/trap.ts";

const here = place();

/** A workspace that has been given to a node, with a change there. */
async function changedOnNode() {
  const { at, tools } = here();
  const root = repository(at("r"), { "a.txt": "one\n", ".gitattributes": "*.evil filter=evil diff=evil merge=evil\n" });
  put(root, { "b.evil": "1\n" });
  git(root, "add", "-A");
  git(root, "commit", "-q", "-m", "second");
  const given = await pack(root, at("out.bundle"), tools);
  await unpack(at("out.bundle"), given, at("node"), tools);
  put(at("node"), { "a.txt": "two\n", "b.evil": "2\n" });
  const result = () => packResult(at("node"), given, at("back.bundle"), tools);
  return { root, given, result, node: at("node") };
}

describe("what a repository's settings, hooks and the machine's settings name", () => {
  test("is run by git as anybody starts it: the trap works", () => {
    const { at, folder } = here();
    const root = repository(at("r"));
    const { settings, isSprung } = trap(folder);
    appendFileSync(join(root, ".git/config"), settings);
    expect(() => git(root, "status")).not.toThrow();
    expect(isSprung()).toBe(true);
  });

  test("is not run when a workspace is packed, also not that of the netrunner", async () => {
    const { at, folder, home, tools } = here();
    const { settings, isSprung, setHooks } = trap(folder);
    const root = repository(at("r"), { "a.txt": "one\n", ".gitattributes": "*.evil filter=evil diff=evil\n" });
    put(root, { "a.txt": "two\n", "b.evil": "1" });
    appendFileSync(join(root, ".git/config"), settings);
    put(home, { ".gitconfig": settings });
    setHooks(join(root, ".git"));
    const manifest = await pack(root, at("out.bundle"), tools);
    expect(isSprung()).toBe(false);
    // What only that filter could turn into what is to be committed stays here.
    expect(manifest.left).toEqual({ count: 1, first: [{ path: "b.evil", why: "filtered" }] });
  });

  test("is not run when a bundle is unpacked", async () => {
    const { at, folder, home, tools } = here();
    const { settings, isSprung, setHooks } = trap(folder);
    const root = repository(at("r"), { ".gitattributes": "* filter=evil diff=evil merge=evil\n", "a.evil": "1" });
    put(home, { ".gitconfig": settings });
    setHooks(at("hooks"));
    const manifest = await pack(root, at("out.bundle"), { ...tools, home: undefined });
    await unpack(at("out.bundle"), manifest, at("node"), tools);
    expect(isSprung()).toBe(false);
    expect(filesOf(at("node"))).toEqual(filesOf(root));
  });

  test("is not run when the work of an agent is packed that has set it in its work tree", async () => {
    const { folder } = here();
    const { settings, isSprung, setHooks } = trap(folder);
    const { node, result } = await changedOnNode();
    appendFileSync(
      join(node, ".git/config"),
      `${settings}[extensions]\n\tpartialClone = evil\n[remote "evil"]\n\turl = ext::${join(folder, "trap.sh")}\n\tpromisor = true\n`,
    );
    setHooks(join(node, ".git"));
    expect(await result()).toMatchObject({ isNothing: false });
    expect(isSprung()).toBe(false);
  });

  test("is not run when a result is taken, and a merge is tried", async () => {
    const { at, folder, home, tools } = here();
    const { root, given, result } = await changedOnNode();
    const packed = await result();
    if (packed.isNothing) throw new Error("nothing");
    put(root, { "b.evil": "3\n" });
    git(root, "commit", "-q", "-am", "went on");
    const { settings, isSprung, setHooks } = trap(folder);
    appendFileSync(join(root, ".git/config"), settings);
    put(home, { ".gitconfig": settings });
    setHooks(join(root, ".git"));
    const wish = { workspace: root, bundle: at("back.bundle"), manifest: packed.manifest, given, construct: "cx-1" };
    const taken = await takeResult({ ...wish, patchFile: at("a.patch") }, tools);
    expect(taken).toMatchObject({ how: "taken", merge: { how: "conflicts", files: { first: ["b.evil"] } } });
    expect(isSprung()).toBe(false);
  });
});

describe("a work tree that an agent has turned against its node", () => {
  test("is packed all the same when its index is broken, hides changes, or waits for ever to be read", async () => {
    const { at } = here();
    const { node, result } = await changedOnNode();
    git(node, "update-index", "--assume-unchanged", "a.txt");
    writeFileSync(join(node, ".git/index"), "broken");
    expect(await result()).toMatchObject({ isNothing: false });
    expect(git(node, "bundle", "list-heads", at("back.bundle"))).toContain("cyberdeck-work");
  });

  test("gives none of another repository's objects away, however it refers to them", async () => {
    const { at } = here();
    const { node, result } = await changedOnNode();
    const secret = repository(at("secret"), { key: "secret" });
    const id = git(secret, "rev-parse", "HEAD");
    put(node, {
      ".git/objects/info/alternates": `${join(secret, ".git/objects")}\n`,
      ".git/refs/heads/main": `${id}\n`,
    });
    await expect(result()).rejects.toMatchObject({ code: "workspace.not_ours" });
    rmSync(join(node, ".git/objects/info/alternates"));
    symlinkSync(join(secret, ".git/objects", id.slice(0, 2)), join(node, ".git/objects", id.slice(0, 2)));
    await expect(result()).rejects.toMatchObject({ code: "workspace.not_ours" });
    rmSync(join(node, ".git"), { recursive: true });
    symlinkSync(join(secret, ".git"), join(node, ".git"));
    await expect(result()).rejects.toMatchObject({ code: "workspace.not_ours" });
    rmSync(join(node, ".git"));
    put(node, { ".git": `gitdir: ${join(secret, ".git")}\n` });
    await expect(result()).rejects.toMatchObject({ code: "workspace.not_ours" });
    expect(existsSync(at("back.bundle"))).toBe(false);
  });

  test("cannot say that its references are those of another repository", async () => {
    const { at } = here();
    const { node, result } = await changedOnNode();
    const secret = repository(at("secret"), { key: "secret" });
    put(node, { ".git/commondir": join(secret, ".git") });
    await expect(result()).rejects.toMatchObject({ code: "workspace.not_ours" });
  });

  test("without any commit that is left of it comes back as one on what it was given", async () => {
    const { node, result } = await changedOnNode();
    put(node, { ".git/HEAD": "ref: refs/heads/nowhere\n" });
    expect(await result()).toMatchObject({ isNothing: false, manifest: { isRewritten: true } });
    rmSync(here().at("back.bundle"));
    put(node, { ".git/HEAD": "nonsense" });
    expect(await result()).toMatchObject({ isNothing: false, manifest: { isRewritten: true } });
  });

  test("that has lost what it was given is refused, and says what to do", async () => {
    const { node, result } = await changedOnNode();
    const objects = join(node, ".git/objects");
    renameSync(objects, `${objects}.away`);
    await expect(result()).rejects.toMatchObject({ code: "workspace.not_ours" });
    mkdirSync(objects);
    await expect(result()).rejects.toMatchObject({ code: "git.failed", hint: expect.stringContaining("git") });
  });

  test("is not changed by being packed", async () => {
    const { node, result } = await changedOnNode();
    const before = printOf(node);
    await result();
    expect(printOf(node)).toBe(before);
  });
});
