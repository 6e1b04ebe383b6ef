import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { SpaceManifest } from "../../../src/nodes/workspace/manifest.ts";
import { unpack } from "../../../src/nodes/workspace/unpack.ts";
import { blob, bundle, commit, manifestOf, pack, tree, written } from "./kit/by-hand.ts";
import { filesOf, git, place, put, repository } from "./kit/place.ts";

const here = place();

/** A bundle with these files of a tree that is made by hand, and its manifest. */
function made(root: string, id: string, more: Partial<SpaceManifest> = {}): SpaceManifest {
  const file = bundle(root, here().at("b"), ["# v2 git bundle", `${id} refs/heads/cyberdeck-work`], [id]);
  return manifestOf(id, file, more);
}

/** The node's folder must not be there afterwards, nor anything besides. */
async function refusal(manifest: unknown, limits = {}): Promise<unknown> {
  const { at, tools, folder } = here();
  const before = readdirSync(folder);
  const fault: unknown = await unpack(at("b"), manifest, at("node"), tools, limits).catch((error: unknown) => error);
  expect(readdirSync(folder)).toEqual(before);
  return fault;
}

describe("a bundle that comes to a node", () => {
  test("is taken when it is what its manifest says", async () => {
    const { at, tools } = here();
    const root = repository(at("r"));
    await unpack(at("b"), made(root, git(root, "rev-parse", "HEAD")), at("node"), tools);
    expect(filesOf(at("node"))).toEqual(filesOf(root));
  });

  test.each([
    ["cut off", (bytes: Buffer) => bytes.subarray(0, -5)],
    ["longer", (bytes: Buffer) => Buffer.concat([bytes, Buffer.from("x")])],
    ["changed in one byte", (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from("x")])],
    ["empty", () => Buffer.alloc(0)],
  ])("is refused when it is %s, before git sees it", async (_how, change) => {
    const { at } = here();
    const root = repository(at("r"));
    const manifest = made(root, git(root, "rev-parse", "HEAD"));
    written(at("b"), change(readFileSync(at("b"))));
    expect(await refusal(manifest)).toMatchObject({ code: "workspace.damaged" });
  });

  test.each([
    ["no bundle", () => ["hello"]],
    ["of an unknown version", (id: string) => ["# v9 git bundle", `${id} refs/heads/x`]],
    [
      "without some of its objects by intent",
      (id: string) => ["# v3 git bundle", "@filter=blob:none", `${id} refs/heads/x`],
    ],
    ["without any commit", () => ["# v2 git bundle"]],
    ["with two", (id: string) => ["# v2 git bundle", `${id} refs/heads/x`, `${id} refs/heads/y`]],
    ["with another commit than was told", () => ["# v2 git bundle", `${"1".repeat(40)} refs/heads/x`]],
    ["one that needs another", (id: string) => ["# v2 git bundle", `-${id} x`, `${id} refs/heads/x`]],
    ["with a name that is no reference", (id: string) => ["# v2 git bundle", `${id} ../../x`]],
  ])("is refused when it is %s", async (_what, head) => {
    const { at } = here();
    const root = repository(at("r"));
    const id = git(root, "rev-parse", "HEAD");
    const manifest = manifestOf(id, bundle(root, at("b"), head(id), [id]));
    expect(await refusal(manifest)).toMatchObject({ kind: "refused" });
  });

  test.each([
    ["whose branch is an option", { branch: "--upload-pack=x" }],
    ["whose branch leaves its folder", { branch: "../../HEAD" }],
    ["whose folder leads out", { folder: "../x" }],
    ["whose folder is git's", { folder: ".git/hooks" }],
    ["whose folder is absolute", { folder: "/etc" }],
    ["with a commit that is an option", { commit: "--all" }],
    ["with an end of its history that is none", { shallow: ["x\nfoo"] }],
    ["of another version", { version: 2 }],
  ])("is refused with a manifest %s", async (_what, more) => {
    const { at } = here();
    const root = repository(at("r"));
    const manifest = { ...made(root, git(root, "rev-parse", "HEAD")), ...more };
    expect(await refusal(manifest)).toMatchObject({ code: "workspace.refused" });
  });

  test.each([".git", ".GIT", ".git ", "git~1", ".g\u200cit", "..", "."])(
    "is refused with a folder %j in it, and runs no hook of it",
    async (name) => {
      const { at } = here();
      const root = repository(at("r"));
      const hook = tree(root, [
        { mode: "100755", name: "post-checkout", id: blob(root, `#!/bin/sh\ntouch ${at("ran")}`) },
      ]);
      const id = commit(
        root,
        tree(root, [{ mode: "40000", name, id: tree(root, [{ mode: "40000", name: "hooks", id: hook }]) }]),
      );
      expect(await refusal(made(root, id))).toMatchObject({ code: "workspace.bad_name" });
      expect(existsSync(at("ran"))).toBe(false);
    },
  );

  test.each(["../out", "/tmp/deck-absolute", "a/../../out"])("is refused with a file named %s", async (name) => {
    const { at } = here();
    const root = repository(at("r"));
    const id = commit(root, tree(root, [{ mode: "100644", name, id: blob(root, "x") }]));
    expect(await refusal(made(root, id))).toMatchObject({ kind: "refused" });
    expect(existsSync(at("out"))).toBe(false);
  });

  test("writes nothing through a link that leads out of its folder", async () => {
    const { at, tools } = here();
    const root = repository(at("r"));
    mkdirSync(at("outside"));
    const inside = tree(root, [{ mode: "100644", name: "file", id: blob(root, "x") }]);
    const id = commit(
      root,
      tree(root, [
        { mode: "120000", name: "link", id: blob(root, at("outside")) },
        { mode: "40000", name: "link", id: inside },
      ]),
    );
    await unpack(at("b"), made(root, id), at("node"), tools).catch(() => "also well: it is refused");
    expect(readdirSync(at("outside"))).toEqual([]);
  });

  test("is refused when its workspace is a link, and makes no folder behind it", async () => {
    const { at } = here();
    mkdirSync(at("outside"));
    const root = repository(at("r"));
    symlinkSync(at("outside"), at("r/link"));
    git(root, "add", "-A");
    git(root, "commit", "-q", "-m", "link");
    const id = git(root, "rev-parse", "HEAD");
    expect(await refusal(made(root, id, { folder: "link/new" }))).toMatchObject({ code: "workspace.refused" });
    expect(readdirSync(at("outside"))).toEqual([]);
  });

  test("is refused when an object of it is missing, or damaged", async () => {
    const { at } = here();
    const root = repository(at("r"));
    const id = git(root, "rev-parse", "HEAD");
    const head = Buffer.from(`# v2 git bundle\n${id} refs/heads/x\n\n`);
    const objects = pack(root, `${id}\n${git(root, "rev-parse", "HEAD^{tree}")}\n`);
    expect(await refusal(manifestOf(id, written(at("b"), Buffer.concat([head, objects]))))).toMatchObject({
      code: "workspace.refused",
    });
    objects[20] = (objects[20] ?? 0) ^ 255;
    expect(await refusal(manifestOf(id, written(at("b"), Buffer.concat([head, objects]))))).toMatchObject({
      code: "workspace.refused",
    });
  });

  test("is refused when its commit is something else", async () => {
    const { at } = here();
    const root = repository(at("r"));
    const id = git(root, "rev-parse", "HEAD^{tree}");
    expect(await refusal(made(root, id, { head: null }))).toMatchObject({
      kind: expect.any(String),
      hint: expect.any(String),
    });
  });

  test("is refused when its files are larger than allowed, however small it is itself", async () => {
    const { at } = here();
    const root = repository(at("r"), { zeros: Buffer.alloc(5_000_000) });
    const manifest = made(root, git(root, "rev-parse", "HEAD"));
    expect(manifest.bytes).toBeLessThan(100_000);
    expect(await refusal(manifest, { treeBytes: 4_000_000 })).toMatchObject({ code: "workspace.too_large" });
    expect(await refusal(manifest, { bundleBytes: 100 })).toMatchObject({ code: "workspace.too_large" });
    expect(await refusal(manifest, { files: 0 })).toMatchObject({ code: "workspace.too_large" });
  });

  test("goes into no folder that has something in it", async () => {
    const { at, tools } = here();
    const root = repository(at("r"));
    const manifest = made(root, git(root, "rev-parse", "HEAD"));
    put(at("node"), { mine: "m" });
    await expect(unpack(at("b"), manifest, at("node"), tools)).rejects.toMatchObject({ code: "workspace.occupied" });
    await expect(unpack(at("b"), manifest, at("node/mine"), tools)).rejects.toMatchObject({
      code: "workspace.occupied",
    });
    await expect(unpack(at("b"), manifest, at("no/such"), tools)).rejects.toMatchObject({ code: "workspace.no_place" });
    expect(filesOf(at("node"))).toEqual({ mine: "file m" });
  });

  test("leaves a folder that was empty before it empty when it is refused", async () => {
    const { at, tools } = here();
    const root = repository(at("r"));
    const manifest = made(root, git(root, "rev-parse", "HEAD"));
    mkdirSync(at("node"));
    await expect(unpack(at("b"), manifest, at("node"), tools, { treeBytes: 1 })).rejects.toThrow("more than 1 byte");
    expect(readdirSync(at("node"))).toEqual([]);
    await unpack(at("b"), manifest, at("node"), tools);
    expect(filesOf(at("node"))).toEqual(filesOf(root));
  });
});
