import { chmodSync, existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pack } from "../../../src/nodes/workspace/pack.ts";
import { takeResult } from "../../../src/nodes/workspace/take-result.ts";
import { blob, bundle, commit, tree, type Entry } from "./kit/by-hand.ts";
import { git, place, put, repository } from "./kit/place.ts";

const here = place();

/** A git that writes each of its runs down. */
function countedGit(): { path: string; runs: (what: string) => number } {
  const { at, tools } = here();
  put(at("bin"), { git: `#!/bin/sh\necho "$1" >> '${at("runs")}'\nPATH='${tools.path}' exec git "$@"\n` });
  chmodSync(at("bin/git"), 0o755);
  const all = (): string[] => (existsSync(at("runs")) ? readFileSync(at("runs"), "utf8").split("\n") : []);
  return { path: `${at("bin")}:${tools.path}`, runs: (what) => all().filter((run) => run === what).length };
}

/** A workspace, and a result of it that has these entries and whose head has these needs. */
async function scene(more: (hand: string, base: string) => { entries?: Entry[]; needs?: string[] }) {
  const { at, tools } = here();
  const root = repository(at("r"), { "a.txt": "one\n" });
  const given = await pack(root, at("out.bundle"), tools);
  const base = given.commit;
  git(at("."), "clone", "-q", root, "hand");
  const hand = at("hand");
  const { entries = [], needs = [base] } = more(hand, base);
  const id = commit(hand, tree(hand, [{ mode: "100644", name: "a.txt", id: blob(hand, "two\n") }, ...entries]), base);
  const head = ["# v2 git bundle", ...needs.map((need) => `-${need} x`), `${id} refs/heads/cyberdeck-work`];
  const nothing = { count: 0, first: [] };
  const manifest = {
    version: 1,
    ...bundle(hand, at("b"), head, [id], [base]),
    base,
    commit: id,
    isRewritten: false,
    otherBranches: nothing,
    left: nothing,
  };
  const { path, runs } = countedGit();
  const wish = { workspace: root, bundle: at("b"), manifest, given, construct: "cx-1" };
  return { runs, taken: takeResult(wish, { ...tools, path }) };
}

const linksTo = (hand: string, targets: readonly string[]): Entry[] =>
  targets.map((target, index) => ({
    mode: "120000",
    name: `link-${String(index).padStart(3, "0")}`,
    id: blob(hand, target),
  }));
const harmless = Array.from({ length: 60 }, (_, index) => `file-${index % 50}`);

describe("a result with many lines to look at", () => {
  test("is taken when its links stay inside, and git is not run for each", async () => {
    const { taken, runs } = await scene((hand) => ({ entries: linksTo(hand, [...harmless, "", "ü/\n"]) }));
    expect(await taken).toMatchObject({ how: "taken", files: { count: 63 } });
    expect(runs("cat-file")).toBeLessThan(10);
  });

  test("is refused for the one of its links that leads out", async () => {
    const { taken } = await scene((hand) => ({ entries: linksTo(hand, [...harmless, "../out", "file"]) }));
    await expect(taken).rejects.toMatchObject({
      code: "result.refused",
      message: expect.stringContaining("the link link-060 leads out of the repository"),
    });
  });

  test.each([
    ["longer than a link can be", (hand: string) => blob(hand, "x/".repeat(2049))],
    ["a megabyte long", (hand: string) => blob(hand, "x".repeat(1_100_000))],
  ])("is refused for a link that is %s", async (_, idIn) => {
    const { taken } = await scene((hand) => ({ entries: [{ mode: "120000", name: "link", id: idIn(hand) }] }));
    await expect(taken).rejects.toMatchObject({
      code: "result.refused",
      message: expect.stringContaining("the link link says nothing that a link can say"),
    });
  });

  test("is taken with few runs of git when its head names one commit again and again", async () => {
    const { taken, runs } = await scene((_, base) => ({ needs: Array.from({ length: 300 }, () => base) }));
    expect(await taken).toMatchObject({ how: "taken", branch: "cyberdeck/cx-1" });
    expect(runs("merge-base")).toBeLessThan(10);
  });

  test("is refused before git is asked when its head names more commits than a result builds on", async () => {
    const ids = Array.from({ length: 101 }, (_, index) => String(index).padStart(40, "0"));
    const { taken, runs } = await scene((_, base) => ({ needs: [base, ...ids.slice(1)] }));
    await expect(taken).rejects.toMatchObject({
      code: "result.refused",
      message: expect.stringContaining("it builds on 101 commits, more than 100"),
    });
    expect(runs("cat-file") + runs("merge-base")).toBe(0);
  });
});
