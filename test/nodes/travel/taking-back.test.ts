import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { takingBack } from "../../../src/nodes/host/taking-back.ts";
import { pack } from "../../../src/nodes/workspace/pack.ts";
import { written } from "../workspace/kit/by-hand.ts";
import { git, place, repository } from "../workspace/kit/place.ts";

const here = place();

const onItsNode = expect.stringContaining("stays on its node for three days");

/** A host that takes what a node says it has stored; `fault` is what comes of fetching it. */
async function scene(fault?: Fault) {
  const { tools, at } = here();
  const root = repository(at("r"), { "a.txt": "one\n" });
  const manifest = await pack(root, at("out.bundle"), tools);
  const folder = at("hub-spaces");
  mkdirSync(folder);
  const take = takingBack({
    folder,
    things: {
      async get(name, file) {
        if (fault !== undefined) throw fault;
        await copyFile(at("stored"), file);
        return { name, bytes: 1, sha256: "" };
      },
      remove: () => Promise.resolve(true),
    },
    tools,
    warn: () => undefined,
  });
  const given = { session: "cx-1", space: "cx-1-ab", manifest, agents: [], last: null, at: 1 };
  const taken = (thing: string, told: object) =>
    take({
      workspace: root,
      construct: "cx-1",
      runFolder: undefined,
      given,
      brought: { how: "stored", thing, manifest: told },
      signal: new AbortController().signal,
    });
  const none = { count: 0, first: [] };
  const toldOf = (bytes: Buffer) => ({
    version: 1,
    ...written(at("stored"), bytes),
    base: manifest.commit,
    commit: "c".repeat(40),
    isRewritten: false,
    otherBranches: none,
    left: none,
  });
  return { root, folder, taken, toldOf };
}

describe("a result that is whole and not what may be taken", () => {
  test("is refused and kept for a look, of which there are at most twenty, and nothing of it is in the repository", async () => {
    const { root, folder, taken, toldOf } = await scene();
    const refs = git(root, "for-each-ref");
    const bytes = Buffer.from("# v2 git bundle\nrubbish\n\nPACK");
    const told = toldOf(bytes);
    const first = await taken("result-cx-1-ab-1", told);
    expect(first).toMatchObject({ how: "refused", why: expect.stringContaining("not a bundle that can be taken") });
    expect(first).not.toMatchObject({ hint: onItsNode });
    const kept = first.how === "refused" ? (first.kept ?? "") : "";
    expect(kept.startsWith(join(folder, "kept-cx-1-"))).toBe(true);
    expect(readFileSync(kept)).toEqual(bytes);
    for (let index = 0; index < 21; index += 1) await taken("result-cx-1-ab-1", told);
    expect(readdirSync(folder).filter((name) => name.startsWith("kept-")).length).toBe(20);
    expect(readdirSync(folder).length).toBe(20);
    expect(git(root, "for-each-ref")).toBe(refs);
  });

  test.each([
    ["names what is another one's", "result-cx-2-cd-1", {}],
    ["names a bundle of the host's", "pack-0123456789ab", {}],
    ["has a manifest that is none", "result-cx-1-ab-1", { commit: "--all" }],
  ])("is refused before anything is fetched where it %s", async (_, thing, more) => {
    const { folder, taken, toldOf } = await scene();
    expect(await taken(thing, { ...toldOf(Buffer.from("x")), ...more })).toMatchObject({
      how: "refused",
      why: "what its node tells of it cannot be so",
      hint: onItsNode,
      kept: null,
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a result that does not come to the host", () => {
  test.each([
    ["corrupt", "hub.thing_corrupt", "refused"],
    ["too large", "hub.thing_too_large", "refused"],
    ["not allowed", "hub.other", "lost"],
  ])("because it is %s is told with where it still is, and nothing is said to be kept", async (_, code, how) => {
    const { folder, taken, toldOf } = await scene(new Fault("refused", code, "it is so", { hint: "Do this." }));
    const told = await taken("result-cx-1-ab-1", toldOf(Buffer.from("x")));
    expect(told).toMatchObject({ how, why: "it is so", hint: onItsNode });
    expect(told).toMatchObject({ hint: expect.stringMatching(/^Do this\. /) });
    expect(told).toMatchObject(how === "refused" ? { kept: null } : {});
    expect(readdirSync(folder)).toEqual([]);
  });
});
