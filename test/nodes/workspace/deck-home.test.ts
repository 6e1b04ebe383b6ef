import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pack } from "../../../src/nodes/workspace/pack.ts";
import { packResult } from "../../../src/nodes/workspace/pack-result.ts";
import { takeResult } from "../../../src/nodes/workspace/take-result.ts";
import { unpack } from "../../../src/nodes/workspace/unpack.ts";
import { filesOf, git, place, put, repository } from "./kit/place.ts";

const here = place();
const secrets = { "hub.json": "password", "deck.db": "all", "key.pem": "key", "runs/run-1/transcripts/cx-1": "said" };
const kept = (names: Record<string, string>, folder: string): Record<string, string> =>
  Object.fromEntries(Object.entries(names).map(([name, text]) => [`${folder}${name}`, text]));

/** Gives a workspace with a home in it to a node, and what is done there back to the host. */
function scene(root: string, deckHome: string) {
  const { at, tools } = here();
  const give = async (workspace = root) => {
    const manifest = await pack(workspace, at("out.bundle"), tools, { deckHome });
    await unpack(at("out.bundle"), manifest, at("node"), tools);
    return manifest;
  };
  type Given = Awaited<ReturnType<typeof give>>;
  const bring = (given: Given) => packResult(at("node"), given, at("back.bundle"), tools);
  const take = (given: Given, manifest: unknown) =>
    takeResult({ workspace: root, bundle: at("back.bundle"), manifest, given, construct: "cx-1" }, tools);
  return { node: at("node"), give, bring, take };
}

/** All names that a branch or a commit has in its tree and in its history. */
const namesIn = (root: string, ref: string): string[] => [
  ...new Set(git(root, "log", "--name-only", "--format=", ref).split("\n").filter(Boolean)),
];

describe("the deck's own folder in a workspace", () => {
  test("does not travel where nothing has git ignore it: not its settings, record, keys or transcripts", async () => {
    const root = repository(here().at("r"), { "a.txt": "one\n" });
    const { node, give } = scene(root, join(root, ".cyberdeck"));
    put(root, kept(secrets, ".cyberdeck/"));
    const clean = await give();
    expect(clean).toMatchObject({ isDirty: false, commit: clean.head, left: { count: 0 } });
    expect(filesOf(node)).toEqual({ "a.txt": "file one\n" });
  });

  test("does not travel beside what is new, and is in no branch that comes back", async () => {
    const root = repository(here().at("r"), { "a.txt": "one\n" });
    const { node, give, bring, take } = scene(root, join(root, ".cyberdeck"));
    put(root, { ...kept(secrets, ".cyberdeck/"), "b.txt": "new\n", ".cyberdeck-notes": "mine\n" });
    const given = await give();
    put(node, { "made.txt": "there" });
    const result = await bring(given);
    await take(given, result.isNothing ? undefined : result.manifest);
    expect(namesIn(root, "cyberdeck/cx-1").toSorted()).toEqual([".cyberdeck-notes", "a.txt", "b.txt", "made.txt"]);
  });

  test("does not travel where it is staged; of what was committed, the committed state is there", async () => {
    const root = repository(here().at("r"), {
      "a.txt": "one\n",
      ".cyberdeck/policy.toml": "committed",
      ".cyberdeck/gone": "g",
      ".cyberdeck/uncached": "u",
    });
    const { node, give } = scene(root, join(root, ".cyberdeck"));
    put(root, { ...kept(secrets, ".cyberdeck/"), ".cyberdeck/policy.toml": "secret" });
    git(root, "add", "-A");
    git(root, "rm", "-q", ".cyberdeck/gone");
    git(root, "rm", "-q", "--cached", ".cyberdeck/uncached");
    put(root, { ".cyberdeck/policy.toml": "another secret" });
    expect(await give()).toMatchObject({ isDirty: false });
    expect(filesOf(node)).toEqual({
      "a.txt": "file one\n",
      ".cyberdeck/policy.toml": "file committed",
      ".cyberdeck/gone": "file g",
      ".cyberdeck/uncached": "file u",
    });
  });

  test("does not travel with a repository that has no commit yet, and has it staged", async () => {
    const { at } = here();
    mkdirSync(at("r"));
    git(at("r"), "init", "-q", "-b", "main");
    put(at("r"), { ...kept(secrets, ".cyberdeck/"), "a.txt": "one\n" });
    git(at("r"), "add", "-A");
    const { node, give } = scene(at("r"), at("r/.cyberdeck"));
    await give();
    expect(filesOf(node)).toEqual({ "a.txt": "file one\n" });
  });

  test.each([
    ["of another name, in a folder of the repository", "tools/my deck"],
    ["in the workspace, which is a folder of the repository", "sub/.cyberdeck"],
  ])("%s, does not travel", async (_, name) => {
    const root = repository(here().at("r"), { "sub/a.txt": "one\n" });
    const { node, give } = scene(root, join(root, name));
    put(root, { ...kept(secrets, `${name}/`), "tools/b.txt": "b" });
    await give(join(root, "sub"));
    expect(filesOf(node)).toEqual({ "sub/a.txt": "file one\n", "tools/b.txt": "file b" });
  });

  test("that is a link to another one in the repository does not travel: neither the link nor what it leads to", async () => {
    const root = repository(here().at("r"), { "a.txt": "one\n" });
    const { node, give } = scene(root, join(root, ".cyberdeck"));
    put(root, kept(secrets, "elsewhere/"));
    symlinkSync("elsewhere", join(root, ".cyberdeck"));
    await give();
    expect(filesOf(node)).toEqual({ "a.txt": "file one\n" });
  });

  test("that is the work tree itself keeps its own files, and only those", async () => {
    const root = repository(here().at("r"), { "a.txt": "one\n" });
    const { node, give } = scene(root, root);
    put(root, { "hub.json": "password", "deck.db-wal": "all", "runs/run-1/x": "said", "b.txt": "b" });
    await give();
    expect(filesOf(node)).toEqual({ "a.txt": "file one\n", "b.txt": "file b" });
  });
});

describe("what a construct makes in the place of the deck's own folder", () => {
  test("stays on its node and is told, committed or not, and the rest comes back", async () => {
    const root = repository(here().at("r"), { "a.txt": "one\n", ".cyberdeck/policy.toml": "committed" });
    const { node, give, bring, take } = scene(root, join(root, ".cyberdeck"));
    const given = await give();
    put(node, { ".cyberdeck/policy.toml": "opened wide", ".cyberdeck/hub.json": "another hub", "made.txt": "m" });
    git(node, "add", "-A");
    git(node, "commit", "-qm", "all of it");
    put(node, { ".cyberdeck/late": "l" });
    const result = await bring(given);
    if (result.isNothing) throw new Error("there is nothing new");
    expect(await take(given, result.manifest)).toMatchObject({ how: "taken", files: { first: ["made.txt"] } });
    expect(git(root, "diff", "--name-only", "main", "cyberdeck/cx-1")).toBe("made.txt");
    const left = [".cyberdeck/hub.json", ".cyberdeck/late", ".cyberdeck/policy.toml"];
    expect(result.manifest.left.first.toSorted((one, other) => (one.path < other.path ? -1 : 1))).toEqual(
      left.map((path) => ({ path, why: "deck_home" })),
    );
  });

  test.each([
    ["a file in it", "tools/deck/hub.json"],
    ["a file in it, by a name that some disks take for the same", "Tools/DECK/hub.json"],
    ["a file instead of it", "tools/deck"],
    ["a file instead of the folder that it is in", "tools"],
  ])("is refused where a node brings %s", async (_, name) => {
    const root = repository(here().at("r"), { "a.txt": "one\n" });
    const { node, give, bring, take } = scene(root, join(root, "tools/deck"));
    const given = await give();
    put(node, { [name]: "made there" });
    // As one that does not keep to the rules.
    const result = await bring({ ...given, deck: [] });
    if (result.isNothing) throw new Error("there is nothing new");
    await expect(take(given, result.manifest)).rejects.toMatchObject({
      code: "result.refused",
      message: expect.stringContaining("in the place of the deck's own files"),
    });
    expect(git(root, "branch", "--list", "cyberdeck/*")).toBe("");
  });
});
