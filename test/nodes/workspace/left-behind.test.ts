import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pack } from "../../../src/nodes/workspace/pack.ts";
import { unpack } from "../../../src/nodes/workspace/unpack.ts";
import { filesOf, git, place, put, repository, run } from "./kit/place.ts";

const here = place();

describe("what cannot travel to a node", () => {
  test("is told: large files, repositories of their own, and what is no file; a changed one is there as committed", async () => {
    const { at, tools } = here();
    const root = repository(at("r"), { grown: "small", turned: "a file" });
    put(root, { grown: "x".repeat(2000), large: "y".repeat(2000), small: "s" });
    repository(join(root, "nested"));
    mkdirSync(join(root, "hollow"));
    git(join(root, "hollow"), "init", "-q");
    rmSync(join(root, "turned"));
    execFileSync("mkfifo", [join(root, "turned"), join(root, "pipe")]);
    const manifest = await pack(root, at("out.bundle"), tools, { fileBytes: 1000 });
    expect(manifest.left.first.toSorted((one, other) => (one.path < other.path ? -1 : 1))).toEqual([
      { path: "grown", why: "too_large" },
      { path: "hollow/", why: "nested_repository" },
      { path: "large", why: "too_large" },
      { path: "nested/", why: "nested_repository" },
      { path: "turned", why: "not_a_file" },
    ]);
    await unpack(at("out.bundle"), manifest, at("node"), tools);
    expect(filesOf(at("node"))).toEqual({ grown: "file small", small: "file s", turned: "file a file" });
  });

  test("in a conflict is there as the netrunner's own side has it", async () => {
    const { at, tools } = here();
    const root = repository(at("r"), { both: "one\n" });
    git(root, "checkout", "-q", "-b", "side");
    put(root, { both: "side\n" });
    git(root, "commit", "-q", "-am", "side");
    git(root, "checkout", "-q", "main");
    put(root, { both: "main\n" });
    git(root, "commit", "-q", "-am", "main");
    expect(() => git(root, "merge", "-q", "side")).toThrow("merge");
    const manifest = await pack(root, at("out.bundle"), tools, { fileBytes: 10 });
    await unpack(at("out.bundle"), manifest, at("node"), tools);
    expect(manifest.left.first).toEqual([{ path: "both", why: "too_large" }]);
    expect(filesOf(at("node"))).toEqual({ both: "file main\n" });
  });

  test("of submodules are their files; their folders are told", async () => {
    const { at, tools } = here();
    const inner = repository(at("inner"));
    const root = repository(at("r"));
    run(root, ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "sub module"]);
    git(root, "commit", "-q", "-m", "with a submodule");
    put(root, { "sub module/a.txt": "changed", "new.txt": "n" });
    const manifest = await pack(root, at("out.bundle"), tools);
    await unpack(at("out.bundle"), manifest, at("node"), tools);
    expect(manifest.submodules).toEqual({ count: 1, first: ["sub module"] });
    expect(Object.keys(filesOf(at("node")))).toEqual([".gitmodules", "a.txt", "new.txt"]);
    expect(git(at("node"), "status", "--porcelain")).toBe("");
  });

  test("of files under a filter is what only the filter makes: pointers stay pointers, and it is told which", async () => {
    const { at, tools, home } = here();
    const root = repository(at("r"), { ".gitattributes": "*.big filter=store\n" });
    const settings = '[filter "store"]\n\tclean = wc -c\n\tsmudge = cat\n';
    put(root, { "same.big": "large contents", "changed.big": "large contents", "plain.txt": "p" });
    // Long ago: of what is as young as the index, git does not know whether it has changed without its filter.
    utimesSync(join(root, "same.big"), 1e9, 1e9);
    run(root, ["-c", "filter.store.clean=wc -c", "add", "-A"]);
    git(root, "commit", "-q", "-m", "pointers");
    put(home, { ".gitconfig": settings });
    put(root, { "changed.big": "other contents", "new.big": "new", "plain.txt": "changed" });
    const manifest = await pack(root, at("out.bundle"), tools);
    await unpack(at("out.bundle"), manifest, at("node"), tools);
    expect(filesOf(at("node"))).toMatchObject({
      "same.big": "file 14\n",
      "changed.big": "file 14\n",
      "plain.txt": "file changed",
    });
    expect(manifest.left.first).toEqual([
      { path: "changed.big", why: "filtered" },
      { path: "new.big", why: "filtered" },
    ]);
    expect(manifest.filtered.first.toSorted()).toEqual(["changed.big", "new.big", "same.big"]);
  });

  test("behind links that lead outside is told; the links travel as they are", async () => {
    const { at, tools } = here();
    const root = repository(at("r"), { "a/b": "b" });
    symlinkSync("/etc/passwd", join(root, "absolute"));
    symlinkSync("../../up", join(root, "a/up"));
    symlinkSync("../a/b", join(root, "a/fine"));
    git(root, "add", "-A");
    git(root, "commit", "-q", "-m", "links");
    symlinkSync("../../..", join(root, "new"));
    const manifest = await pack(root, at("out.bundle"), tools);
    expect(manifest.linksOutside.first.toSorted()).toEqual(["a/up", "absolute", "new"]);
    await unpack(at("out.bundle"), manifest, at("node"), tools);
    expect(filesOf(at("node"))).toEqual(filesOf(root));
  });

  test("of a clone that fetches objects when they are needed is its history: nothing is fetched for it", async () => {
    const { at, tools } = here();
    const root = repository(at("r"));
    put(root, { "a.txt": "two\n" });
    git(root, "commit", "-q", "-am", "second");
    git(root, "config", "uploadpack.allowFilter", "true");
    git(at("."), "clone", "-q", "--filter=blob:none", `file://${root}`, "partial");
    const manifest = await pack(at("partial"), at("out.bundle"), tools);
    await unpack(at("out.bundle"), manifest, at("node"), tools);
    expect(filesOf(at("node"))).toEqual(filesOf(root));
    expect(git(at("node"), "log", "--format=%s")).toBe("second");
  });
});

describe("a workspace that is refused", () => {
  const refusal = async (workspace: string, more = {}, limits = {}): Promise<unknown> => {
    const { at, tools } = here();
    const fault: unknown = await pack(workspace, at("out.bundle"), { ...tools, ...more }, limits).catch(
      (error: unknown) => error,
    );
    expect(existsSync(at("out.bundle"))).toBe(false);
    expect(fault).toMatchObject({ hint: expect.any(String) });
    return fault;
  };

  test("is in no repository: a shared path is the next step", async () => {
    mkdirSync(here().at("plain"));
    expect(await refusal(here().at("plain"))).toMatchObject({
      code: "workspace.no_repository",
      hint: expect.stringContaining("shared path"),
    });
  });

  test("is a repository without files, or git's own folder", async () => {
    const { at } = here();
    const root = repository(at("r"));
    git(at("."), "clone", "-q", "--bare", root, "bare.git");
    expect(await refusal(at("bare.git"))).toMatchObject({ code: "workspace.no_files" });
    expect(await refusal(join(root, ".git"))).toMatchObject({ code: "workspace.no_files" });
  });

  test("is not there, or has a line feed in its path", async () => {
    const { at } = here();
    expect(await refusal(at("nowhere"))).toMatchObject({ code: "workspace.missing" });
    expect(await refusal(repository(at("line\nfeed")))).toMatchObject({ code: "workspace.missing" });
  });

  test("is larger than allowed", async () => {
    const root = repository(here().at("r"), {
      noise: Buffer.from(Array.from({ length: 9000 }, (_, n) => (n * n * 7919) % 251)),
    });
    expect(await refusal(root, {}, { bundleBytes: 300 })).toMatchObject({ code: "workspace.too_large" });
  });

  test("is broken: git's own words are told", async () => {
    const root = repository(here().at("r"));
    put(root, { ".git/refs/heads/main": `${"1".repeat(40)}\n` });
    expect(await refusal(root)).toMatchObject({ code: "git.failed", message: expect.stringContaining("1111111") });
  });

  test("has no git to read it, or one that takes too long", async () => {
    const root = repository(here().at("r"));
    expect(await refusal(root, { path: here().at("home") })).toMatchObject({ code: "git.missing" });
    expect(await refusal(root, { timeoutMs: 1 })).toMatchObject({ code: "git.too_slow" });
    expect(await refusal(root, { signal: AbortSignal.abort() })).toMatchObject({ code: "git.stopped" });
  });

  test("would be written over a file that is there", async () => {
    const { at, tools } = here();
    const root = repository(at("r"));
    put(at("."), { mine: "m" });
    await expect(pack(root, at("mine"), tools)).rejects.toMatchObject({ code: "workspace.file_there" });
    await expect(pack(root, at("no/such"), tools)).rejects.toMatchObject({ code: "workspace.no_place" });
    expect(filesOf(at("."), (name) => name !== "mine")).toEqual({ mine: "file m" });
  });
});
