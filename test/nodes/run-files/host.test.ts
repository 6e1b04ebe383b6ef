import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { Fault } from "../../../src/base/fault.ts";
import { hostRunFiles, type HostRunFilesParts } from "../../../src/nodes/host/run-files.ts";
import type { Things } from "../../../src/nodes/hub/hub.ts";
import { fromHostSchema, nodeWireVersion, type Address } from "../../../src/nodes/wire/letters.ts";
import { packsOf, type Brought } from "../../../src/nodes/wire/run-files.ts";
import { temporaryFolder } from "../../kit/temporary-folder.ts";
import { openFleet } from "../kit/fleet.ts";
import { hubOf, until } from "../kit/hub.ts";
import { startNats, theServer } from "../kit/nats.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const run = "run-20260101-000000-aaaa";
const to: Address = { session: "cx-1", epoch: 3, boot: "one-1" };

/** A host whose run has a folder, and a node that brings whatever a test wants, over a real store of things. */
async function scene(changes: Partial<HostRunFilesParts> = {}) {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startNats());
  const host = stack.use(await hubOf(server, "host"));
  const node = stack.use(await hubOf(server, "one"));
  const root = temporaryFolder();
  const folder = join(root, "runs", run);
  mkdirSync(folder, { recursive: true });
  const told: string[] = [];
  const files = hostRunFiles({
    things: host.hub.things,
    scratch: join(root, "run-files"),
    tell: (_node, _session, what) => void told.push(what),
    clock: systemClock,
    times: { tryMs: 200, againMs: 20 },
    ...changes,
  });
  stack.defer(() => files.close());
  const bring = files.of(to, { id: "cx-1", run: { id: run, folder } }, "one");
  const draft = (): string => join(root, randomBytes(6).toString("hex"));
  return {
    root,
    folder,
    told,
    files,
    node,
    host,
    read: (name: string): string => readFileSync(join(folder, name), "utf8"),
    /** Puts these files into the store as one pack. */
    async packed(
      contents: Record<string, string>,
      {
        base = null,
        thing = `${packsOf("one")}${randomBytes(4).toString("hex")}`,
      }: { base?: string | null; thing?: string } = {},
    ): Promise<Brought & { pack: NonNullable<Brought["pack"]> }> {
      const path = draft();
      writeFileSync(path, Object.values(contents).join(""));
      const { bytes, sha256: hash } = await node.hub.things.put(thing, path);
      const list = Object.entries(contents).map(([name, text]) => ({
        name,
        bytes: Buffer.byteLength(text),
        sha256: sha256(text),
        base,
      }));
      return { pack: { thing, bytes, sha256: hash }, files: list, left: [] };
    },
    bring: (brought: Brought, isOver = () => false) => bring(brought, isOver),
    isThere: (thing: string): Promise<boolean> =>
      node.hub.things.get(thing, draft()).then(
        () => true,
        () => false,
      ),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** No file can be brought to the disk of this machine until the result is disposed. */
async function failingSync(error: Error): Promise<Disposable> {
  await using file = await open(import.meta.filename);
  const handle = Object.getPrototypeOf(file) as Pick<FileHandle, "sync">;
  const spy = vi.spyOn(handle, "sync").mockRejectedValue(error);
  return { [Symbol.dispose]: () => spy.mockRestore() };
}

describe.each(theServer("what a host takes of nodes"))("what a node brings, over %s", () => {
  test("is refused by name where that leads out, is the deck's own, or is none; the good one beside it is taken", async () => {
    await using one = await scene();
    writeFileSync(join(one.folder, "events.ndjson"), "the record");
    const bad = [
      "../outside",
      "parts/../../outside",
      "/etc/cyberdeck-outside",
      "",
      ".",
      "parts//x",
      "events.ndjson",
      "EVENTS.ndjson",
      "events.ndjson.",
      "transcripts/cx-9.ndjson",
      "report.md",
      "eject.json",
      "x/.git/hooks/post-commit",
      "x/.GIT/config",
      "a\nb",
      "a\u0000b",
      "a\u001b[2Jb",
      "a\\b",
      "-rf",
      "a".repeat(256),
      "d/".repeat(20) + "x",
      ".cyberdeck-0123456789ab.tmp",
    ];
    const brought = await one.packed(
      Object.fromEntries([...bad, "good.md"].map((name, index) => [name, `text ${index}`])),
    );
    const answer = await one.bring(brought);
    expect(answer.map((became) => "as" in became)).toEqual([...bad.map(() => false), true]);
    expect(readdirSync(one.folder).toSorted()).toEqual(["events.ndjson", "good.md"]);
    expect(one.read("events.ndjson")).toBe("the record");
    expect(existsSync(join(one.root, "runs", "outside"))).toBe(false);
    expect(one.told.length).toBe(bad.length);
    expect(one.told.join("")).not.toMatch(/\p{Cc}/u);
    await until(async () => (await one.host.hub.health()).things.usedBytes < 3000);
  });

  test("goes through no link that somebody has put into the folder, and over none", async () => {
    await using one = await scene();
    const outside = join(one.root, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "mine"), "mine");
    symlinkSync(outside, join(one.folder, "parts"));
    symlinkSync(join(outside, "mine"), join(one.folder, "link"));
    symlinkSync(join(outside, "new"), join(one.folder, "dangling"));
    mkdirSync(join(one.folder, "folder"));
    const answer = await one.bring(
      await one.packed({ "parts/x": "x", link: "x", dangling: "x", "parts/deep/y": "y", folder: "x", "link/z": "z" }),
    );
    expect(answer.every((became) => "why" in became)).toBe(true);
    expect(readdirSync(outside)).toEqual(["mine"]);
    expect(readFileSync(join(outside, "mine"), "utf8")).toBe("mine");
    expect(one.told.length).toBe(6);
  });

  test("is refused when it is not what was said of it, and leaves nothing", async () => {
    await using one = await scene();
    const good = await one.packed({ a: "one", b: "two" });
    const [a, b] = good.files;
    if (a === undefined || b === undefined) throw new Error("there are two");
    // Another content than was promised: that one alone.
    expect(await one.bring({ ...good, files: [{ ...a, sha256: sha256("other") }, b] })).toEqual([
      { why: expect.any(String), isAgain: false },
      { as: "b" },
    ]);
    // Fewer or more bytes than there are: nothing of it.
    const short = await one.packed({ c: "one" });
    expect(await one.bring({ ...short, files: [{ ...a, name: "c", bytes: 2 }] })).toMatchObject([{ isAgain: false }]);
    const changed = await one.packed({ d: "one" });
    await one.bring({ ...changed, pack: { ...changed.pack, sha256: sha256("x") } });
    const none = { thing: `${packsOf("one")}none`, bytes: 3, sha256: sha256("one") };
    expect(await one.bring({ ...changed, pack: none })).toMatchObject([{ isAgain: true }]);
    expect(readdirSync(one.folder)).toEqual(["b"]);
    expect(one.told.length).toBe(4);
    expect(readdirSync(join(one.root, "run-files"))).toEqual([]);
  });

  test("is not taken out of what another node has put into the store", async () => {
    await using one = await scene();
    const others = await one.packed({ a: "one" }, { thing: `${packsOf("two")}1` });
    expect(await one.bring(others)).toMatchObject([{ isAgain: false }]);
    const space = await one.packed({ a: "one" }, { thing: "workspaces/1" });
    expect(await one.bring(space)).toMatchObject([{ isAgain: false }]);
    expect(readdirSync(one.folder)).toEqual([]);
    expect([await one.isThere(others.pack.thing), await one.isThere(space.pack.thing)]).toEqual([true, true]);
  });

  test("of one that is given up while it comes is not put in place", async () => {
    await using one = await scene();
    let looks = 0;
    // It is given up between the first look and the last moment.
    const answer = await one.bring(await one.packed({ a: "one" }), () => (looks += 1) > 1);
    expect(looks).toBe(2);
    expect(answer).toMatchObject([{ why: "its session was given up before it came" }]);
    expect(readdirSync(one.folder)).toEqual([]);
  });

  test("waits on its node when this machine has no room now, which is told once a turn and by the same words", async () => {
    await using one = await scene();
    const full = Object.assign(new Error("ENOSPC: no space left on device, fsync"), { code: "ENOSPC" });
    const answers: unknown[] = [];
    {
      using _full = await failingSync(full);
      for (let turn = 0; turn < 2; turn += 1) answers.push(await one.bring(await one.packed({ a: "one", b: "two" })));
    }
    const again = { why: "ENOSPC: no space left on device", isAgain: true };
    expect(answers).toEqual([
      [again, again],
      [again, again],
    ]);
    expect(readdirSync(one.folder)).toEqual([]);
    expect(one.told).toEqual([one.told[0], one.told[0]]);
    expect(one.told[0]).toContain("come again with its next turn: ENOSPC");
    expect(await one.bring(await one.packed({ a: "one", b: "two" }))).toEqual([{ as: "a" }, { as: "b" }]);
  });

  test("waits on its node when this machine cannot even hold the pack, and when that does not come, in words that stay the same", async () => {
    await using plain = await scene();
    let error: unknown = Object.assign(new Error("EMFILE: too many open files, open '/x/1.pack'"), { code: "EMFILE" });
    const get: Things["get"] = () => Promise.reject(error);
    await using one = await scene({ things: { ...plain.host.hub.things, get } });
    const bring = async () => one.bring(await one.packed({ a: "one" }));
    expect(await bring()).toEqual([{ why: "EMFILE: too many open files", isAgain: true }]);
    const missing = await one.packed({ a: "one" });
    error = new Fault("refused", "hub.no_thing", `could not get ${missing.pack.thing} from the store`, { hint: "No." });
    expect(await one.bring(missing)).toEqual([{ why: "could not get them from the store", isAgain: true }]);
    expect(one.told.map((what) => what.replace(/^.*?: /, ""))).toEqual([
      "EMFILE: too many open files",
      "could not get them from the store",
    ]);
  });

  test("counts once when it is brought twice, and is kept besides what somebody else has made of it", async () => {
    await using one = await scene();
    expect(await one.bring(await one.packed({ a: "one" }))).toEqual([{ as: "a" }]);
    expect(await one.bring(await one.packed({ a: "one" }))).toEqual([{ as: "a" }]);
    expect(readdirSync(one.folder)).toEqual(["a"]);
    expect(one.told).toEqual([]);
    writeFileSync(join(one.folder, "a.from-cx-1"), "of somebody who likes such names");
    writeFileSync(join(one.folder, "a"), "of somebody else");
    expect(await one.bring(await one.packed({ a: "two" }, { base: sha256("one") }))).toEqual([{ as: "a.from-cx-1-2" }]);
    expect(["a", "a.from-cx-1", "a.from-cx-1-2"].map(one.read)).toEqual([
      "of somebody else",
      "of somebody who likes such names",
      "two",
    ]);
    expect(one.told).toEqual([expect.stringContaining("kept as a.from-cx-1-2")]);
  });
});

describe.each(theServer("what a host gives to nodes"))("what a host gives, over %s", () => {
  test("is only for the node and the epoch that has the session", async () => {
    await using one = await scene();
    writeFileSync(join(one.folder, "a"), "one");
    for (const [asked, node] of [
      [to, "two"],
      [{ ...to, epoch: 2 }, "one"],
      [{ ...to, boot: "one-0" }, "one"],
      [{ ...to, session: "cx-2" }, "one"],
    ] as const)
      await expect(one.files.give(asked, {}, node)).rejects.toMatchObject({ code: "run_files.stranger" });
    expect((await one.files.give(to, {}, "one")).files.map(({ name }) => name)).toEqual(["a"]);
    expect(await one.files.give(to, { a: sha256("one") }, "one")).toEqual({ pack: null, files: [] });
  });

  test("does not lie in the store for ever when its node does not take it", async () => {
    await using one = await scene({ times: { tryMs: 200, againMs: 20, givenMs: 100 } });
    writeFileSync(join(one.folder, "a"), "one");
    const { pack } = await one.files.give(to, {}, "one");
    if (pack === null) throw new Error("there is one");
    await until(async () => !(await one.isThere(pack.thing)));
    const { pack: other } = await one.files.give(to, {}, "one");
    await one.files.close();
    expect(await one.isThere(other?.thing ?? "")).toBe(false);
  });

  test("leaves links of constructs on the host, and says so", async () => {
    await using one = await scene();
    writeFileSync(join(one.root, "secret"), "secret");
    symlinkSync(join(one.root, "secret"), join(one.folder, "link"));
    expect(await one.files.give(to, {}, "one")).toEqual({ pack: null, files: [] });
    expect(one.told).toEqual([`of the folder of ${run}, something does not come to nodes: link: it is a link`]);
  });
});

describe.each(theServer("late files"))("files of a session that the host has given away, over %s", () => {
  test("are refused and told, whatever they are", async () => {
    await using fleet = await openFleet();
    await fleet.desk();
    await using zombie = await hubOf(fleet.server, "one");
    const file = join(fleet.folder, "late");
    writeFileSync(file, "late");
    const thing = `${packsOf("one")}late`;
    const { bytes, sha256: hash } = await zombie.hub.things.put(thing, file);
    const heard: unknown[] = [];
    zombie.hub.letters.listen(fromHostSchema, (letter) => heard.push(letter));
    const brought = {
      pack: { thing, bytes, sha256: hash },
      files: [{ name: "late", bytes, sha256: hash, base: null }],
      left: [],
    };
    zombie.hub.letters.send("host", { wire: nodeWireVersion, to, n: 1, saying: { type: "files", ask: 1, brought } });
    await until(() => heard.length > 0);
    expect(heard).toEqual([{ wire: nodeWireVersion, to, over: true }]);
    expect(fleet.toldOf("node.stranger")).toMatchObject([{ node: "one", session: "cx-1" }]);
  });
});
