import { chmodSync, existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pack } from "../../../src/nodes/workspace/pack.ts";
import { packResult } from "../../../src/nodes/workspace/pack-result.ts";
import { takeResult } from "../../../src/nodes/workspace/take-result.ts";
import { unpack } from "../../../src/nodes/workspace/unpack.ts";
import { filesOf, git, place, printOf } from "./kit/place.ts";

const here = place();

/** Few names, so that files, folders and links meet in the same places. */
const part = fc.constantFrom("a", "b", "c d", "é", "line\nfeed", "x.log", "-n");
const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const change = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("write" as const), path, text: fc.string({ maxLength: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("run" as const), path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("link" as const), path, to: part }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stage" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("commit" as const) }) },
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
const changes = fc.array(change, { maxLength: 12 });

describe("whatever a workspace and an agent's work look like", () => {
  test("the node has the files of the work tree, and the branch has those of the node", async () => {
    const { at, tools } = here();
    let round = 0;
    const property = fc.asyncProperty(changes, changes, fc.boolean(), async (before, after, isIgnoring) => {
      round += 1;
      const folder = at(`round${round}`);
      const [root, node] = [join(folder, "r"), join(folder, "node")];
      mkdirSync(root, { recursive: true });
      git(root, "init", "-q", "-b", "main");
      if (isIgnoring) writeFileSync(join(root, ".gitignore"), "*.log\n");
      git(root, "add", "-A");
      git(root, "commit", "-q", "--allow-empty", "-m", "first");
      carryOut(root, before);

      const print = printOf(root);
      const given = await pack(root, join(folder, "out"), tools);
      expect(printOf(root)).toBe(print);
      await unpack(join(folder, "out"), given, node, tools);
      expect(filesOf(node)).toEqual(travelling(root));

      carryOut(node, after);
      const result = await packResult(node, given, join(folder, "back"), tools);
      const expected = travelling(node);
      expect(result.isNothing && !isDeepStrictEqual(expected, travelling(root))).toBe(false);
      if (result.isNothing) return;
      const wish = { workspace: root, bundle: join(folder, "back"), manifest: result.manifest, given };
      const taken = await takeResult({ ...wish, construct: "cx-1" }, tools);
      expect(taken).toMatchObject({ how: "taken", branch: "cyberdeck/cx-1" });
      git(root, "worktree", "add", "-q", join(folder, "look"), "cyberdeck/cx-1");
      expect(filesOf(join(folder, "look"))).toEqual(expected);
      git(root, "fsck", "--strict");
      rmSync(folder, { recursive: true });
    });
    await fc.assert(property, { numRuns: 15 });
  }, 180_000);
});

function carryOut(root: string, all: readonly Change[]): void {
  for (const one of all) {
    if (one.do === "stage") git(root, "add", "-A");
    else if (one.do === "commit") {
      git(root, "add", "-A");
      git(root, "commit", "-q", "--allow-empty", "-m", "work");
    } else if (one.do === "remove") rmSync(join(root, one.path), { recursive: true, force: true });
    else if (one.do === "run") {
      if (existsSync(join(root, one.path)) && lstatSync(join(root, one.path)).isFile())
        chmodSync(join(root, one.path), 0o755);
    } else {
      makeRoom(root, one.path);
      if (one.do === "write") writeFileSync(join(root, one.path), one.text);
      else symlinkSync(one.to, join(root, one.path));
    }
  }
}

/** What is in the way of a new file goes: files where folders must be, and whatever had its name. */
function makeRoom(root: string, path: string): void {
  let at = root;
  for (const part of path.split("/").slice(0, -1)) {
    at = join(at, part);
    if (lstatSync(at, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(at);
  }
  rmSync(join(root, path), { recursive: true, force: true });
  mkdirSync(dirname(join(root, path)), { recursive: true });
}

/** The files that git does not ignore, or has all the same. */
function travelling(root: string): Record<string, string> {
  const names = git(root, "-c", "core.quotePath=false", "ls-files", "-z", "--cached", "--others", "--exclude-standard");
  const kept = new Set(names.split("\0").map((name) => Buffer.from(name).toString("latin1")));
  return Object.fromEntries(Object.entries(filesOf(root)).filter(([name]) => kept.has(name)));
}
