import { chmodSync, existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pack } from "../../../src/nodes/workspace/pack.ts";
import { takeResult, type Wish } from "../../../src/nodes/workspace/take-result.ts";
import { blob, bundle, commit, tree } from "./kit/by-hand.ts";
import { git, place, put, repository } from "./kit/place.ts";

const here = place();
const branch = "cyberdeck/cx-1";

/** A git that runs a script once, just before it takes objects into the netrunner's repository. */
function gitAfter(script: string): string {
  const { at, tools } = here();
  const own = `#!/bin/sh
PATH='${tools.path}'
if [ "$1" = index-pack ] && [ "$GIT_DIR" = "$(realpath '${at("r/.git")}')" ] && mkdir '${at("once")}' 2> /dev/null
then (unset GIT_DIR; cd '${at("r")}' && ${script}) < /dev/null > '${at("said")}' 2>&1
fi
exec git "$@"
`;
  put(at("bin"), { git: own });
  chmodSync(at("bin/git"), 0o755);
  return `${at("bin")}:${tools.path}`;
}

/** A workspace, and a construct that brings one result after the other, each of which builds on the one before. */
async function scene() {
  const { at, tools } = here();
  const root = repository(at("r"), { "a.txt": "one\n" });
  const given = await pack(root, at("out.bundle"), tools);
  git(at("."), "clone", "-q", root, "hand");
  const hand = at("hand");
  const base = given.commit;
  const nothing = { count: 0, first: [] };
  let last = base;
  const bring = (more: Partial<Wish> = {}, path = tools.path) => {
    const before = last;
    last = commit(hand, tree(hand, [{ mode: "100644", name: "a.txt", id: blob(hand, `after ${before}\n`) }]), before);
    const file = bundle(hand, at("b"), ["# v2 git bundle", `-${base} x`, `${last} refs/heads/work`], [last], [base]);
    const manifest = {
      version: 1,
      ...file,
      base,
      commit: last,
      isRewritten: false,
      otherBranches: nothing,
      left: nothing,
    };
    const earlier = before === base ? {} : { earlier: { branch, commit: before } };
    const wish = { workspace: root, bundle: at("b"), manifest, given, construct: "cx-1", ...earlier, ...more };
    return takeResult(wish, { ...tools, path });
  };
  return { root, bring };
}

/** Two results, so that there is something to go back over, and then a work tree on their branch. */
async function lookedAt() {
  const { at } = here();
  const { root, bring } = await scene();
  await bring();
  expect(await bring()).toMatchObject({ how: "taken", branch });
  git(root, "worktree", "add", "-q", at("look"), branch);
  return { root, bring, look: at("look") };
}

/** What comes of one more result, while no work tree seems to stand on that branch. */
async function oneMore({ root, bring }: Awaited<ReturnType<typeof scene>>) {
  const own = git(root, "rev-parse", branch);
  const workTree = git(root, "for-each-ref", "--format=%(worktreepath)", `refs/heads/${branch}`);
  const taken = await bring();
  return { ...taken, workTree, hasMoved: git(root, "rev-parse", branch) !== own };
}
const besideIt = { how: "conflict", branch, free: `${branch}-2`, workTree: "", hasMoved: false };

describe("a branch of an earlier result does not move", () => {
  test.each([
    ["with a list of its steps", "--exec=false"],
    ["with patches", "--apply"],
  ])("while a rebase %s comes back to it", async (_, how) => {
    const { look, ...there } = await lookedAt();
    const onto = git(look, "commit-tree", `${branch}^{tree}`, "-p", "main", "-m", "in the way");
    expect(() => git(look, "rebase", how, onto)).toThrow(/rebase/);
    expect(await oneMore(there)).toMatchObject(besideIt);
    git(look, "rebase", "--abort");
    expect(git(look, "status", "--short", "--branch")).toBe(`## ${branch}`);
    expect(await there.bring({ construct: "cx-2" })).toMatchObject({ how: "taken", branch: "cyberdeck/cx-2" });
  });

  test("while a bisect comes back to it", async () => {
    const { look, ...there } = await lookedAt();
    git(look, "bisect", "start", branch, "main");
    expect(await oneMore(there)).toMatchObject(besideIt);
  });

  test("while the rebase of another branch is to take it along", async () => {
    const { look, ...there } = await lookedAt();
    git(look, "checkout", "-q", "-b", "top");
    git(look, "commit", "-q", "--allow-empty", "-m", "on top of it");
    const onto = git(look, "commit-tree", `${branch}^{tree}`, "-p", "main", "-m", "in the way");
    expect(() => git(look, "rebase", "--update-refs", "--exec=false", onto)).toThrow(/rebase/);
    expect(await oneMore(there)).toMatchObject(besideIt);
  });

  test("when it is checked out while its result is looked at, and its patch is written for the other branch", async () => {
    const { at } = here();
    const { root, bring } = await scene();
    await bring();
    const own = git(root, "rev-parse", branch);
    const patchFile = at("changes.patch");
    const late = await bring({ patchFile }, gitAfter(`git checkout -q ${branch}`));
    expect(readFileSync(at("said"), "utf8")).toBe("");
    expect(late).toMatchObject({ how: "conflict", branch, free: `${branch}-2` });
    expect([git(root, "symbolic-ref", "--short", "HEAD"), git(root, "rev-parse", "HEAD")]).toEqual([branch, own]);
    expect(git(root, "status", "--short")).toBe("");
    expect(existsSync(patchFile)).toBe(false);
    const next = { branch: `${branch}-2`, patchFile };
    expect(await bring(next)).toMatchObject({ how: "taken", branch: `${branch}-2`, patch: { isWritten: true } });
  });
});

describe("a first result", () => {
  test("does not take the name of a branch that is checked out and has no commit yet", async () => {
    const { root, bring } = await scene();
    git(root, "checkout", "-q", "--orphan", branch);
    expect(await bring()).toMatchObject({ how: "conflict", branch, free: `${branch}-2` });
    expect(() => git(root, "rev-parse", "--verify", "HEAD")).toThrow("Needed a single revision");
  });

  test("is another branch where one of its name is made while it is looked at", async () => {
    const { root, bring } = await scene();
    expect(await bring({}, gitAfter(`git branch ${branch}`))).toMatchObject({ how: "conflict", free: `${branch}-2` });
    expect(git(root, "rev-parse", branch)).toBe(git(root, "rev-parse", "main"));
  });
});
