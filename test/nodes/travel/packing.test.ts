import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { packingOf } from "../../../src/nodes/host/packing.ts";
import type { Things } from "../../../src/nodes/hub/hub.ts";
import { git, place, put, repository } from "../workspace/kit/place.ts";

const here = place();

/** A store that counts, and waits where it is told to. */
function scene() {
  const { tools, at } = here();
  const folder = at("hub-spaces");
  mkdirSync(folder);
  const stored = new Set<string>();
  const puts: string[] = [];
  const troubles: unknown[] = [];
  const store: { before: () => Promise<void> } = { before: () => Promise.resolve() };
  const things: Pick<Things, "put" | "remove"> = {
    async put(name, file) {
      puts.push(name);
      expect(existsSync(file)).toBe(true);
      await store.before();
      stored.add(name);
      return { name, bytes: 1, sha256: "" };
    },
    remove: (name) => Promise.resolve(stored.delete(name)),
  };
  const packing = packingOf({
    folder,
    things,
    tools,
    deckHome: at("r/.cyberdeck"),
    warn: (error) => troubles.push(error),
  });
  const root = repository(at("r"), { "a.txt": "one\n" });
  return { packing, root, folder, stored, puts, store, troubles };
}

describe("bundles of a workspace", () => {
  test("are shared by those who ask before one is begun, and nobody gets a state older than the question", async () => {
    const { packing, root, puts, store } = scene();
    const first = Promise.withResolvers<void>();
    const hold = Promise.withResolvers<void>();
    store.before = () => {
      first.resolve();
      return hold.promise;
    };
    const early = [packing.ofWorkspace(root), packing.ofWorkspace(root)];
    await first.promise;
    put(root, { "b.txt": "made since\n" });
    const late = [1, 2, 3].map(() => packing.ofWorkspace(root));
    hold.resolve();
    const [one, two] = await Promise.all(early);
    const [three, ...others] = await Promise.all(late);
    expect(one?.thing).toBe(two?.thing);
    expect(one?.manifest.isDirty).toBe(false);
    expect(three?.manifest.isDirty).toBe(true);
    expect(new Set(others.map(({ thing }) => thing))).toEqual(new Set([three?.thing]));
    expect(puts.length).toBe(2);
  });

  test("are not made anew where nothing has changed, and leave the store when nobody needs them", async () => {
    const { packing, root, folder, stored, puts } = scene();
    const one = await packing.ofWorkspace(root);
    one.done(true);
    const same = await packing.ofWorkspace(root);
    expect([same.thing, puts.length]).toEqual([one.thing, 1]);
    put(root, { "b.txt": "changed\n" });
    git(root, "add", "-A");
    git(root, "commit", "-qm", "second");
    const other = await packing.ofWorkspace(root);
    // The first one has a user still.
    expect([...stored]).toEqual([one.thing, other.thing]);
    same.done(true);
    expect([...stored]).toEqual([other.thing]);
    other.done(true);
    expect([...stored]).toEqual([other.thing]);
    await packing.close();
    expect([...stored]).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("are put there again when a node could not have one", async () => {
    const { packing, root, stored } = scene();
    const one = await packing.ofWorkspace(root);
    one.done(false);
    const next = await packing.ofWorkspace(root);
    expect(next.thing).not.toBe(one.thing);
    expect([...stored]).toEqual([next.thing]);
  });

  test("that the store has no room for are told to all who wait, and no file is left", async () => {
    const { packing, root, folder, store } = scene();
    store.before = () => Promise.reject(new Error("the store is full"));
    const tries = await Promise.allSettled([packing.ofWorkspace(root), packing.ofWorkspace(root)]);
    expect(tries.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(readdirSync(folder)).toEqual([]);
    store.before = () => Promise.resolve();
    expect((await packing.ofWorkspace(root)).manifest.isDirty).toBe(false);
  });
});
