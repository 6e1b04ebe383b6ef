import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { SpaceManifest } from "../../../src/nodes/workspace/manifest.ts";
import { pack } from "../../../src/nodes/workspace/pack.ts";
import { takeResult, type Wish } from "../../../src/nodes/workspace/take-result.ts";
import { blob, bundle, commit, tree, written, type Entry, type Written } from "./kit/by-hand.ts";
import { git, place, printOf, put, repository } from "./kit/place.ts";

const here = place();

/** A workspace that was given, and a copy of its repository in which results are made by hand. */
async function gave() {
  const { at, tools } = here();
  const root = repository(at("r"), { "a.txt": "one\n" });
  git(root, "commit", "-q", "--allow-empty", "-m", "second");
  const given = await pack(root, at("out.bundle"), tools);
  git(at("."), "clone", "-q", root, "hand");
  return { root, given, hand: at("hand"), base: given.commit };
}

/** A bundle of a commit that builds on the given one. */
const resultOf = (hand: string, id: string, base: string, needs = [base]): Written =>
  bundle(
    hand,
    here().at("b"),
    ["# v2 git bundle", ...needs.map((need) => `-${need} x`), `${id} refs/heads/cyberdeck-work`],
    [id],
    needs,
  );

/** Takes what is in the file; the netrunner's repository must be the same afterwards. */
async function refusal(
  root: string,
  given: SpaceManifest,
  id: string,
  file: Written,
  more: Partial<Wish> = {},
  limits = {},
) {
  const { at, tools } = here();
  const before = printOf(root);
  const nothing = { count: 0, first: [] };
  const manifest = {
    version: 1,
    ...file,
    base: given.commit,
    commit: id,
    isRewritten: false,
    otherBranches: nothing,
    left: nothing,
  };
  const wish = { workspace: root, bundle: at("b"), manifest, given, construct: "cx-1", ...more };
  const fault: unknown = await takeResult(wish, tools, limits).catch((error: unknown) => error);
  expect(printOf(root)).toBe(before);
  expect(fault).toMatchObject({ kind: expect.any(String), hint: expect.any(String) });
  return fault;
}

/** In git's order, so that nothing else is wrong with it. */
function withEntry(hand: string, entry: Entry, base: string): string {
  const entries = [{ mode: "100644", name: "a.txt", id: blob(hand, "two\n") }, entry];
  return commit(
    hand,
    tree(
      hand,
      entries.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    ),
    base,
  );
}

describe("a result that comes from a node", () => {
  test("made by hand and well is taken: the ones below are refused for what is wrong in them", async () => {
    const { at, tools } = here();
    const { root, given, hand, base } = await gave();
    const id = withEntry(hand, { mode: "120000", name: "link", id: blob(hand, "a.txt") }, base);
    const file = resultOf(hand, id, base);
    const nothing = { count: 0, first: [] };
    const manifest = {
      version: 1,
      ...file,
      base,
      commit: id,
      isRewritten: false,
      otherBranches: nothing,
      left: nothing,
    };
    const taken = await takeResult({ workspace: root, bundle: at("b"), manifest, given, construct: "cx-1" }, tools);
    expect(taken).toMatchObject({ how: "taken", files: { count: 2, first: ["a.txt", "link"] } });
  });

  test.each([".git", ".GiT", "..", "git~1", ".git::$INDEX_ALLOCATION", "../../out", "/tmp/out"])(
    "is refused with a file named %s",
    async (name) => {
      const { root, given, hand, base } = await gave();
      const id = withEntry(hand, { mode: "100644", name, id: blob(hand, "x") }, base);
      expect(await refusal(root, given, id, resultOf(hand, id, base))).toMatchObject({
        message: expect.stringMatching(/hasDot|fullPathname/),
      });
    },
  );

  test("is refused when only a commit in its middle has such a file", async () => {
    const { root, given, hand, base } = await gave();
    const bad = withEntry(
      hand,
      { mode: "40000", name: ".git", id: tree(hand, [{ mode: "100644", name: "config", id: blob(hand, "x") }]) },
      base,
    );
    const id = commit(hand, git(hand, "rev-parse", `${base}^{tree}`), bad);
    expect(await refusal(root, given, id, resultOf(hand, id, base))).toMatchObject({
      message: expect.stringContaining("hasDotgit"),
    });
  });

  test.each(["/etc/passwd", "../../x", "x/../../y", ".git/config", "a/../.GIT/hooks/post-checkout"])(
    "is refused with a link to %s",
    async (target) => {
      const { root, given, hand, base } = await gave();
      const id = withEntry(hand, { mode: "120000", name: "link", id: blob(hand, target) }, base);
      expect(await refusal(root, given, id, resultOf(hand, id, base))).toMatchObject({
        code: "result.refused",
        message: expect.stringContaining("link"),
      });
    },
  );

  test("is refused with a list of submodules that would run something", async () => {
    const { root, given, hand, base } = await gave();
    const evil = '[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch /tmp/ran\n';
    const id = withEntry(hand, { mode: "100644", name: ".gitmodules", id: blob(hand, evil) }, base);
    expect(await refusal(root, given, id, resultOf(hand, id, base))).toMatchObject({
      message: expect.stringContaining("gitmodulesUrl"),
    });
    const asLink = withEntry(hand, { mode: "120000", name: ".gitmodules", id: blob(hand, "a.txt") }, base);
    expect(await refusal(root, given, asLink, resultOf(hand, asLink, base))).toMatchObject({
      message: expect.stringContaining("gitmodulesSymlink"),
    });
  });

  test("is refused when it does not build on what was given", async () => {
    const { root, given, hand, base } = await gave();
    const aside = commit(hand, git(hand, "rev-parse", "HEAD^{tree}"), git(hand, "rev-parse", "HEAD~1"));
    expect(
      await refusal(root, given, aside, resultOf(hand, aside, base, [git(hand, "rev-parse", "HEAD~1")])),
    ).toMatchObject({
      message: expect.stringContaining("does not build on"),
    });
    const orphan = commit(hand, git(hand, "rev-parse", "HEAD^{tree}"));
    expect(await refusal(root, given, orphan, resultOf(hand, orphan, base, []))).toMatchObject({
      code: "result.refused",
    });
  });

  test("is refused when it refers to commits of the netrunner that it was not given", async () => {
    const { root, given, base } = await gave();
    git(root, "checkout", "-q", "-b", "secret");
    put(root, { key: "secret" });
    git(root, "add", "-A");
    git(root, "commit", "-q", "-m", "secret");
    const secret = git(root, "rev-parse", "HEAD");
    git(root, "checkout", "-q", "main");
    git(here().at("."), "clone", "-q", root, "other");
    const other = here().at("other");
    const id = commit(other, git(other, "rev-parse", `${base}^{tree}`), base, secret);
    expect(await refusal(root, given, id, resultOf(other, id, base, [base, secret]))).toMatchObject({
      message: expect.stringContaining("was not given"),
    });
  });

  test("is refused when what it builds on is gone here, and says how to bring it back", async () => {
    const { root, given, hand, base } = await gave();
    const unknown = commit(hand, git(hand, "rev-parse", "HEAD^{tree}"), base);
    const id = commit(hand, git(hand, "rev-parse", "HEAD^{tree}"), unknown);
    expect(await refusal(root, given, id, resultOf(hand, id, base, [unknown]))).toMatchObject({
      hint: expect.stringContaining("reflog"),
    });
  });

  test("is refused when its manifest tells of another base, another commit, or nothing that is known", async () => {
    const { root, given, hand, base } = await gave();
    const id = withEntry(hand, { mode: "100644", name: "b", id: blob(hand, "b") }, base);
    const file = resultOf(hand, id, base);
    expect(await refusal(root, given, base, file)).toMatchObject({
      message: expect.stringContaining("another commit"),
    });
    const elsewhere = { ...given, commit: "1".repeat(40) };
    const manifest = { version: 1, ...file, base, commit: id, isRewritten: false };
    const nothing = { count: 0, first: [] };
    const whole = { ...manifest, otherBranches: nothing, left: nothing };
    expect(await refusal(root, elsewhere, id, file, { manifest: whole })).toMatchObject({
      message: expect.stringContaining("another state"),
    });
    expect(await refusal(root, given, id, file, { manifest })).toMatchObject({
      message: expect.stringContaining("manifest"),
    });
    expect(await refusal(root, given, "--all", file)).toMatchObject({ message: expect.stringContaining("manifest") });
  });

  test("is refused when it is damaged, cut off, or larger than allowed", async () => {
    const { at } = here();
    const { root, given, hand, base } = await gave();
    const id = withEntry(hand, { mode: "100644", name: "b", id: blob(hand, "b".repeat(5000)) }, base);
    const file = resultOf(hand, id, base);
    expect(await refusal(root, given, id, file, {}, { bundleBytes: 50 })).toMatchObject({
      code: "workspace.too_large",
    });
    expect(await refusal(root, given, id, file, {}, { treeBytes: 50 })).toMatchObject({ code: "workspace.too_large" });
    const bytes = readFileSync(at("b"));
    written(at("b"), bytes.subarray(0, -1));
    expect(await refusal(root, given, id, file)).toMatchObject({ code: "workspace.damaged" });
    // With a manifest that fits it, git finds it out.
    const cut = written(at("b"), bytes.subarray(0, -1));
    expect(await refusal(root, given, id, cut)).toMatchObject({ code: "result.refused" });
  });

  test.each(["../x", "cx 1", "-d", "a/b", "", "x".repeat(100)])(
    "is refused for a construct that is called %j",
    async (construct) => {
      const { root, given, hand, base } = await gave();
      const id = withEntry(hand, { mode: "100644", name: "b", id: blob(hand, "b") }, base);
      expect(await refusal(root, given, id, resultOf(hand, id, base), { construct })).toMatchObject({
        code: "result.bad_branch",
      });
    },
  );

  test.each(["main/../x", "-x", "x.lock", "a..b", "HEAD@{1}", "/x", "x/", "a b", "a\nb"])(
    "is refused for a branch %j",
    async (branch) => {
      const { root, given, hand, base } = await gave();
      const id = withEntry(hand, { mode: "100644", name: "b", id: blob(hand, "b") }, base);
      expect(await refusal(root, given, id, resultOf(hand, id, base), { branch })).toMatchObject({
        code: "result.bad_branch",
      });
    },
  );
});
