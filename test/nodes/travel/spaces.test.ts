import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { Fault, messageOf } from "../../../src/base/fault.ts";
import type { Things } from "../../../src/nodes/hub/hub.ts";
import { openSpaces } from "../../../src/nodes/node/spaces.ts";
import type { Space } from "../../../src/nodes/wire/space.ts";
import { pack } from "../../../src/nodes/workspace/pack.ts";
import { git, place, put, repository } from "../workspace/kit/place.ts";

const here = place();
const never = new AbortController().signal;

/** A node's copies, and a store that is a folder. */
async function scene(now: () => number = () => Date.now()) {
  const { tools, at } = here();
  const root = repository(at("r"), { "a.txt": "one\n" });
  mkdirSync(at("store"));
  const manifest = await pack(root, at("store/pack-1"), tools);
  const store: { fault: Fault | undefined } = { fault: undefined };
  const things: Pick<Things, "put" | "get"> = {
    async put(name, file) {
      if (store.fault !== undefined) throw store.fault;
      await copyFile(file, join(at("store"), name));
      return { name, bytes: 1, sha256: "" };
    },
    async get(name, file) {
      await copyFile(join(at("store"), name), file);
      return { name, bytes: 1, sha256: "" };
    },
  };
  const folder = at("spaces");
  const open = () => openSpaces({ folder, things, path: tools.path, clock: { ...systemClock, now } });
  const space = (name: string, more: Partial<Space> = {}): Space => ({ name, thing: "pack-1", manifest, ...more });
  return { folder, open, space, at, store };
}

describe("copies of workspaces on a node", () => {
  test("are each a folder of its own, which goes when it may and stays when it may not", async () => {
    const { folder, open, space } = await scene();
    const spaces = await open();
    const [one, two] = await Promise.all([spaces.open(space("cx-1"), never), spaces.open(space("cx-2"), never)]);
    expect([one.workspace, two.workspace]).toEqual(["cx-1", "cx-2"].map((name) => join(folder, `space-${name}/tree`)));
    await one.leave(true);
    await two.leave(false);
    expect(readdirSync(folder).sort()).toEqual(["git", "space-cx-2"]);
    const again = await spaces.open(space("cx-2", { thing: null }), never);
    expect(again.workspace).toBe(two.workspace);
  });

  test("are not given to two, not found where they are not, and not taken for another", async () => {
    const { folder, open, space } = await scene();
    const spaces = await open();
    await spaces.open(space("cx-1"), never);
    await expect(spaces.open(space("cx-1"), never)).rejects.toMatchObject({ code: "node.space_in_use" });
    await expect(spaces.open(space("cx-2", { thing: null }), never)).rejects.toMatchObject({ code: "node.no_space" });
    const { manifest } = space("cx-1");
    const other = { ...manifest, commit: "b".repeat(40) };
    await expect(spaces.open(space("cx-1", { thing: null, manifest: other }), never)).rejects.toMatchObject({
      code: "node.no_space",
    });
    expect(readdirSync(folder).sort()).toEqual(["git", "space-cx-1"]);
  });

  test("stay whose they are where another one could not go on in them", async () => {
    const { folder, open, space } = await scene();
    const spaces = await open();
    const holder = await spaces.open(space("cx-1"), never);
    const other = { ...space("cx-1").manifest, commit: "b".repeat(40) };
    await expect(spaces.open(space("cx-1", { thing: null, manifest: other }), never)).rejects.toMatchObject({
      code: "node.no_space",
    });
    await expect(spaces.open(space("cx-1"), never)).rejects.toMatchObject({ code: "node.space_in_use" });
    await holder.leave(true);
    expect(readdirSync(folder)).toEqual(["git"]);
  });

  test("are waited for while they go, so that none is taken from under an agent", async () => {
    const { open, space } = await scene();
    const spaces = await open();
    const one = await spaces.open(space("cx-1"), never);
    // So many that it takes a while.
    put(one.workspace, Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`more-${index}`, "more"])));
    const leaving = one.leave(true);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    const [begun, gone] = await Promise.allSettled([
      spaces.open(space("cx-1"), never),
      spaces.open(space("cx-1", { thing: null }), never),
    ]);
    await leaving;
    expect(begun.status === "fulfilled" && readdirSync(begun.value.workspace)).toContain("a.txt");
    expect(gone).toMatchObject({ status: "rejected", reason: { code: "node.no_space" } });
  });

  test("leave nothing behind when they cannot be made", async () => {
    const { folder, open, space } = await scene();
    const spaces = await open();
    await expect(spaces.open(space("cx-1", { thing: "pack-2" }), never)).rejects.toThrow("ENOENT");
    expect(readdirSync(folder)).toEqual(["git"]);
    await spaces.open(space("cx-1"), never);
  });

  test("that nobody has come back for go after three days, and the oldest of more than fifty; nothing else does", async () => {
    let now = Date.now();
    const { folder, open, space, at } = await scene(() => now);
    const first = await open();
    await (await first.open(space("old"), never)).leave(false);
    now += 2 * 24 * 3_600_000;
    await (await first.open(space("young"), never)).leave(false);
    put(folder, { "notes.txt": "mine", space: "mine" });
    mkdirSync(at("elsewhere"));
    symlinkSync(at("elsewhere"), join(folder, "space-link"));
    now += 1.5 * 24 * 3_600_000;
    await open();
    expect(readdirSync(folder).sort()).toEqual(["git", "notes.txt", "space", "space-link", "space-young"]);
    expect(readdirSync(at("elsewhere"))).toEqual([]);
    for (let index = 0; index < 55; index += 1) mkdirSync(join(folder, `space-more-${index}`));
    await open();
    // Of these nobody knows since when they are there.
    expect(readdirSync(folder).sort()).toEqual(["git", "notes.txt", "space", "space-link", "space-young"]);
  });

  test("stay for three days after they were left, however long somebody has worked in them", async () => {
    let now = Date.now();
    const { folder, open, space } = await scene(() => now);
    const long = await (await open()).open(space("long"), never);
    now += 4 * 24 * 3_600_000;
    await long.leave(false);
    now += 2.9 * 24 * 3_600_000;
    await open();
    expect(readdirSync(folder).sort()).toEqual(["git", "space-long"]);
    now += 0.2 * 24 * 3_600_000;
    await open();
    expect(readdirSync(folder)).toEqual(["git"]);
  });

  test("are not put where a link leads elsewhere", async () => {
    const { folder, open, space, at } = await scene();
    mkdirSync(at("elsewhere"));
    const spaces = await open();
    symlinkSync(at("elsewhere"), join(folder, "space-cx-1"));
    await spaces.open(space("cx-1"), never);
    expect(readdirSync(at("elsewhere"))).toEqual([]);
  });

  test("give the same result again, and one that builds on it, also in the next life of the node", async () => {
    const { open, space } = await scene();
    const one = await (await open()).open(space("cx-1"), never);
    put(one.workspace, { "b.txt": "made" });
    const first = await one.bring();
    expect(await one.bring()).toMatchObject({ how: "stored", manifest: { commit: commitOf(first) } });
    await one.leave(false);
    const again = await (await open()).open(space("cx-1", { thing: null }), never);
    put(again.workspace, { "c.txt": "made since" });
    const second = await again.bring();
    expect(commitOf(second)).not.toBe(commitOf(first));
    expect(git(again.workspace, "status", "--short")).toBe("?? b.txt\n?? c.txt");
  });

  test.each([
    ["full", "hub.full", { how: "not_stored", why: "it is so" }],
    ["not the place for it", "hub.thing_too_large", "it is so"],
  ])("say when the store is %s, and have their result still", async (_, code, said) => {
    const { open, space, store } = await scene();
    const one = await (await open()).open(space("cx-1"), never);
    put(one.workspace, { "b.txt": "made" });
    store.fault = new Fault("setup", code, "it is so", { hint: "wait" });
    const told = await one.bring().catch((error: unknown) => messageOf(error));
    expect(told).toEqual(said);
    store.fault = undefined;
    expect(await one.bring()).toMatchObject({ how: "stored" });
  });
});

const commitOf = (brought: unknown): unknown => (brought as { manifest?: { commit?: string } }).manifest?.commit;
