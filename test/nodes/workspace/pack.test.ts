import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pack } from "../../../src/nodes/workspace/pack.ts";
import { unpack } from "../../../src/nodes/workspace/unpack.ts";
import { filesOf, git, place, printOf, put, repository } from "./kit/place.ts";

const here = place();

/** Packs a workspace and unpacks it elsewhere. */
async function travelled(workspace: string, limits = {}) {
  const { tools, at } = here();
  const manifest = await pack(workspace, at("out.bundle"), tools, limits);
  const { workspace: there, branch } = await unpack(at("out.bundle"), manifest, at("node"), tools);
  return { manifest, there, branch, node: at("node") };
}

describe("a workspace that travels to a node", () => {
  test("has there the files that it has here: committed, changed, staged, new and without the deleted", async () => {
    const root = repository(here().at("r"), {
      "a.txt": "one\n",
      "b/c.txt": "two\n",
      "gone.txt": "x",
      "staged.txt": "s",
    });
    put(root, { "b/c.txt": "changed\n", "new/file.txt": "new\n", "staged.txt": "index\n" });
    git(root, "add", "staged.txt");
    put(root, { "staged.txt": "work tree\n" });
    rmSync(join(root, "gone.txt"));
    const { manifest, node, branch } = await travelled(root);
    expect(filesOf(node)).toEqual(filesOf(root));
    expect(manifest).toMatchObject({
      isDirty: true,
      head: git(root, "rev-parse", "HEAD"),
      branch: "main",
      left: { count: 0 },
    });
    expect(branch).toBe("main");
    expect(git(node, "status", "--porcelain")).toBe("");
    expect(git(node, "rev-parse", "HEAD~1")).toBe(manifest.head);
  });

  test("that is clean is its commit itself", async () => {
    const root = repository(here().at("r"));
    const { manifest, node } = await travelled(root);
    expect(manifest).toMatchObject({ isDirty: false, commit: manifest.head });
    expect(git(node, "rev-parse", "HEAD")).toBe(git(root, "rev-parse", "HEAD"));
    git(node, "fsck", "--strict");
  });

  test("leaves the netrunner's repository as it is, to the byte: no object, reference, index or log of it changes", async () => {
    const { tools, at } = here();
    const root = repository(at("r"), { "a.txt": "one\n", "b.txt": "b" });
    put(root, { "a.txt": "two\n", "new.txt": "n" });
    git(root, "add", "a.txt");
    put(root, { "a.txt": "three\n" });
    const before = printOf(root);
    await pack(root, at("out.bundle"), tools);
    expect(printOf(root)).toBe(before);
  });

  test("keeps programs, links and names with spaces, line feeds, quotes and letters of any language", async () => {
    const root = repository(here().at('my "odd"\\ répo'), { "run.sh": "#!/bin/sh\n" });
    chmodSync(join(root, "run.sh"), 0o755);
    put(root, {
      "a b": "1",
      "line\nfeed": "2",
      'quote"d': "3",
      "日本語/ü.txt": "4",
      "back\\slash": "5",
      "-dash": "6",
      ":colon": "7",
      "*": "8",
      " ": "9",
    });
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff, 0xfe])]), "no UTF-8");
    symlinkSync("run.sh", join(root, "to run"));
    symlinkSync("../nowhere", join(root, "日本語/dangling"));
    const { node, manifest } = await travelled(root);
    expect(filesOf(node)).toEqual(filesOf(root));
    expect(filesOf(node)["run.sh"]).toMatch(/^program/);
    expect(manifest.left.first).toEqual([]);
  });

  test("that is a folder of its repository comes with all of it, and is that folder there", async () => {
    const root = repository(here().at("r"), { "a.txt": "one\n", "sub/folder/b.txt": "b" });
    const { there, node, manifest } = await travelled(join(root, "sub", "folder"));
    expect(manifest.folder).toBe("sub/folder");
    expect(there).toBe(join(node, "sub/folder"));
    expect(filesOf(node)).toEqual(filesOf(root));
  });

  test("that has no file in git yet is an empty folder there", async () => {
    const root = repository(here().at("r"));
    mkdirSync(join(root, "empty/one"), { recursive: true });
    const { there, node } = await travelled(join(root, "empty", "one"));
    expect(there).toBe(join(node, "empty/one"));
    expect(filesOf(there)).toEqual({});
  });

  test("takes nothing along that is ignored, by the repository, its own list or the netrunner's", async () => {
    const { at, home } = here();
    const root = repository(at("r"), { ".gitignore": "*.log\nsecret/\n", "kept.log.txt": "k" });
    put(home, { ".config/git/ignore": "*.mine\n" });
    put(root, { ".git/info/exclude": "private\n" });
    put(root, { "a.log": "x", "secret/key": "x", "todo.mine": "x", private: "x", "yes.txt": "y" });
    const { node } = await travelled(root);
    expect(Object.keys(filesOf(node))).toEqual([".gitignore", "kept.log.txt", "yes.txt"]);
  });

  test("takes along what is ignored but was committed all the same", async () => {
    const root = repository(here().at("r"), { "a.log": "x" });
    put(root, { ".gitignore": "*.log\n", "a.log": "changed", "b.log": "no" });
    const { node } = await travelled(root);
    expect(filesOf(node)).toEqual({ ".gitignore": "file *.log\n", "a.log": "file changed" });
  });

  test("has as many commits there as were asked for, and its manifest says where they end", async () => {
    const root = repository(here().at("r"));
    for (const n of [1, 2, 3, 4, 5]) git(root, "commit", "-q", "--allow-empty", "-m", String(n));
    const { node, manifest } = await travelled(root, { commits: 3 });
    expect(git(node, "log", "--format=%s").split("\n")).toEqual(["5", "4", "3"]);
    expect(manifest.shallow).toEqual([git(root, "rev-parse", "HEAD~2")]);
    git(node, "fsck", "--strict");
  });

  test("of a history with merges ends where parents are missing, and is whole for git", async () => {
    const root = repository(here().at("r"));
    for (const n of [1, 2, 3, 4]) {
      git(root, "checkout", "-q", "-b", `side${n}`);
      put(root, { [`side${n}`]: "s" });
      git(root, "add", "-A");
      git(root, "commit", "-q", "-m", `side ${n}`);
      git(root, "checkout", "-q", "main");
      git(root, "merge", "-q", "--no-ff", "-m", `merge ${n}`, `side${n}`);
    }
    const { node } = await travelled(root, { commits: 4 });
    git(node, "fsck", "--strict");
    expect(filesOf(node)).toEqual(filesOf(root));
  });

  test("can be a clone without its whole history", async () => {
    const { at } = here();
    const root = repository(at("r"));
    for (const n of [1, 2, 3]) git(root, "commit", "-q", "--allow-empty", "-m", String(n));
    git(at("."), "clone", "-q", "--depth", "2", `file://${root}`, "shallow");
    put(at("shallow"), { new: "n" });
    const { node, manifest } = await travelled(at("shallow"));
    expect(filesOf(node)).toEqual(filesOf(at("shallow")));
    expect(manifest.shallow.length).toBe(1);
    git(node, "fsck", "--strict");
  });

  test("may have no commit yet: what is there is one on the node", async () => {
    const { at } = here();
    mkdirSync(at("r"));
    git(at("r"), "init", "-q", "-b", "trunk");
    put(at("r"), { "a.txt": "a", staged: "s" });
    git(at("r"), "add", "staged");
    const { node, manifest, branch } = await travelled(at("r"));
    expect(filesOf(node)).toEqual(filesOf(at("r")));
    expect(manifest).toMatchObject({ head: null, isDirty: true, branch: "trunk" });
    expect(branch).toBe("trunk");
  });

  test("may have nothing at all", async () => {
    const { at } = here();
    mkdirSync(at("r"));
    git(at("r"), "init", "-q");
    const { node } = await travelled(at("r"));
    expect(filesOf(node)).toEqual({});
  });

  test("may be on no branch, and one of several work trees", async () => {
    const { at } = here();
    const root = repository(at("r"));
    git(root, "worktree", "add", "-q", "--detach", at("other"));
    put(at("other"), { "a.txt": "other\n", new: "n" });
    const { node, manifest, branch } = await travelled(at("other"));
    expect(filesOf(node)).toEqual(filesOf(at("other")));
    expect(manifest.branch).toBeNull();
    expect(branch).toBe("work");
  });

  test("may be in the middle of a merge: the marks of its conflicts travel, and it is told", async () => {
    const root = repository(here().at("r"), { both: "one\n", "deleted here": "x\n" });
    git(root, "checkout", "-q", "-b", "side");
    put(root, { both: "side\n", "deleted here": "changed\n" });
    git(root, "commit", "-q", "-am", "side");
    git(root, "checkout", "-q", "main");
    put(root, { both: "main\n" });
    git(root, "rm", "-q", "deleted here");
    git(root, "commit", "-q", "-am", "main");
    expect(() => git(root, "merge", "-q", "side")).toThrow("merge");
    rmSync(join(root, "deleted here"), { force: true });
    const before = printOf(root);
    const { node, manifest } = await travelled(root);
    expect(filesOf(node)).toEqual(filesOf(root));
    expect(filesOf(node)["both"]).toContain("<<<<<<<");
    expect(manifest.underWay).toBe("merge");
    expect(printOf(root)).toBe(before);
  });

  test("may have folders in the place of files, files in that of folders, and links in both", async () => {
    const root = repository(here().at("r"), { file: "f", "folder/a": "a", "moved/b": "b", "link/c": "c" });
    rmSync(join(root, "file"));
    put(root, { "file/now/deep": "d" });
    rmSync(join(root, "folder"), { recursive: true });
    put(root, { folder: "a file" });
    renameSync(join(root, "moved"), join(root, "here"));
    symlinkSync("here", join(root, "moved"));
    rmSync(join(root, "link"), { recursive: true });
    symlinkSync("nowhere", join(root, "link"));
    const { node } = await travelled(root);
    expect(filesOf(node)).toEqual(filesOf(root));
  });

  test("may have entries that are only meant to be added, and an index in two parts", async () => {
    const root = repository(here().at("r"), { "a.txt": "a", "b.txt": "b" });
    git(root, "update-index", "--split-index");
    put(root, { meant: "m", "a.txt": "changed" });
    git(root, "add", "-N", "meant");
    git(root, "add", "a.txt");
    const { node } = await travelled(root);
    expect(filesOf(node)).toEqual(filesOf(root));
  });

  test("with only a part of its files checked out keeps the others in its commits", async () => {
    const root = repository(here().at("r"), { "in/a": "a", "out/b": "b" });
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "in");
    put(root, { "in/a": "changed" });
    const { node } = await travelled(root);
    expect(filesOf(node)).toEqual({ "in/a": "file changed", "out/b": "file b" });
  });

  test("with hashes of the newer kind has them there, too", async () => {
    const { at } = here();
    mkdirSync(at("r"));
    git(at("r"), "init", "-q", "--object-format=sha256");
    put(at("r"), { a: "a" });
    git(at("r"), "add", "-A");
    git(at("r"), "commit", "-q", "-m", "first");
    put(at("r"), { b: "b" });
    const { node, manifest } = await travelled(at("r"));
    expect(manifest.format).toBe("sha256");
    expect(filesOf(node)).toEqual(filesOf(at("r")));
  });

  test("has a change of the same size and second as the index is of", async () => {
    const root = repository(here().at("r"), {});
    git(root, "config", "core.trustctime", "false");
    put(root, { "a.txt": "one" });
    utimesSync(join(root, "a.txt"), 1e9, 1e9);
    git(root, "add", "-A");
    put(root, { "a.txt": "two" });
    for (const name of ["a.txt", ".git/index"]) utimesSync(join(root, name), 1e9, 1e9);
    const { node } = await travelled(root);
    expect(filesOf(node)).toEqual({ "a.txt": "file two" });
  });

  test("brings the line ends that its attributes ask for", async () => {
    const root = repository(here().at("r"), {
      ".gitattributes": "*.bat text eol=crlf\n*.txt text\n",
      "a.bat": "one\r\ntwo\r\n",
      "raw.bin": "a\r\nb\n",
    });
    put(root, { "new.bat": "new\r\n", "a.bat": "changed\r\n" });
    const { node } = await travelled(root);
    expect(filesOf(node)).toEqual(filesOf(root));
    expect(git(node, "cat-file", "blob", "HEAD:new.bat")).toBe("new");
  });

  test.each(["autocrlf = true", "autocrlf"])(
    "with line ends that the netrunner turns by `%s` has no changes by that",
    async (setting) => {
      const { at, home, tools } = here();
      const root = repository(at("r"), { "a.txt": "one\ntwo\n" });
      put(home, { ".gitconfig": `[core]\n\t${setting}\n` });
      put(root, { "a.txt": "one\r\ntwo\r\n" });
      const manifest = await pack(root, at("out.bundle"), tools);
      expect(manifest.isDirty).toBe(false);
    },
  );

  test.each(["Case; rm -rf", "--unset"])("tells that commits are by %s, so that the node's are, too", async (name) => {
    const { at, home } = here();
    put(home, { ".gitconfig": `[user]\n\tname = "${name}"\n\temail = case@example.com\n` });
    const { node } = await travelled(repository(at("r")));
    expect(git(node, "config", "user.name")).toBe(name);
  });
});
