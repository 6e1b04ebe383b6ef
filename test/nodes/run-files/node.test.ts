import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { nodeRunFiles } from "../../../src/nodes/node/run-files.ts";
import type { SessionFiles } from "../../../src/nodes/node/session-files.ts";
import { isDraft } from "../../../src/nodes/run-files/names.ts";
import type { Saying } from "../../../src/nodes/wire/letters.ts";
import { nodeWireVersion } from "../../../src/nodes/wire/letters.ts";
import type { Opening } from "../../../src/nodes/wire/opening.ts";
import type { Brought, Given } from "../../../src/nodes/wire/run-files.ts";
import { temporaryFolder } from "../../kit/temporary-folder.ts";
import { hubOf, until } from "../kit/hub.ts";
import { startNats, theServer } from "../kit/nats.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const run = "run-20260101-000000-aaaa";

/** A node, and a host that gives and takes whatever a test wants, over a real store of things. */
async function scene() {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startNats());
  const host = stack.use(await hubOf(server, "host"));
  const own = stack.use(await hubOf(server, "one"));
  const data = temporaryFolder();
  const over = new AbortController();
  const said: Saying[] = [];
  const asked: Record<string, string>[] = [];
  const give: { next: (known: Record<string, string>) => Promise<Given> } = {
    next: () => Promise.resolve({ pack: null, files: [] }),
  };
  let lives = 0;
  /** The next life of the node. */
  const live = () => {
    lives += 1;
    return nodeRunFiles({
      me: "one",
      life: `one-${lives}`,
      data,
      things: own.hub.things,
      ask(_to, known) {
        asked.push(known);
        return give.next(known);
      },
      over: over.signal,
      openRuns: () => undefined,
      clock: systemClock,
      times: { waitMs: 2000, tryMs: 300, againMs: 20 },
    });
  };
  const opening: Opening = {
    wire: nodeWireVersion,
    space: null,
    session: "cx-1",
    epoch: 1,
    run: { id: run, folder: "/host/runs/run" },
    cwd: data,
    caliber: { model: "sonnet", effort: "low" },
    fast: false,
    isSpare: false,
    resume: null,
    wall: false,
  };
  const begin = async (files = live(), changes: Partial<Opening> = {}): Promise<SessionFiles> => {
    const session = files.of({ ...opening, ...changes }, { session: "cx-1", epoch: 1, boot: "one-1" });
    if (session === undefined) throw new Error("its folder is the same");
    session.attach((saying) => said.push(saying));
    await session.fetch(data);
    return session;
  };
  return {
    folder: join(data, "runs", run),
    data,
    over,
    said,
    asked,
    give,
    live,
    opening,
    begin,
    own,
    async gives(contents: Record<string, string>): Promise<void> {
      const path = join(data, randomBytes(6).toString("hex"));
      writeFileSync(path, Object.values(contents).join(""));
      const pack = await host.hub.things.put(`run-files/one/${randomBytes(4).toString("hex")}`, path);
      const files = Object.entries(contents).map(([name, text]) => ({
        name,
        bytes: Buffer.byteLength(text),
        sha256: sha256(text),
      }));
      give.next = () => Promise.resolve({ pack: { thing: pack.name, bytes: pack.bytes, sha256: pack.sha256 }, files });
    },
    brought: (): Brought[] => said.flatMap((saying) => (saying.type === "files" ? [saying.brought] : [])),
    /** Answers what was brought last, as a host would that takes all of it. */
    takes(session: SessionFiles): void {
      const last = said.at(-1);
      if (last?.type !== "files") throw new Error("nothing was brought");
      session.taken(
        last.ask,
        last.brought.files.map(({ name }) => ({ as: name })),
      );
    },
    usedBytes: async (): Promise<number> => (await host.hub.health()).things.usedBytes,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Has something done at each moment in which a file is brought to the disk, until the result is disposed. */
async function atSync(work: () => void): Promise<Disposable> {
  await using file = await open(import.meta.filename);
  const handle = Object.getPrototypeOf(file) as Pick<FileHandle, "sync">;
  const spy = vi.spyOn(handle, "sync").mockImplementation(() => Promise.resolve(work()));
  return { [Symbol.dispose]: () => spy.mockRestore() };
}

describe.each(theServer("the files of runs on a node"))("a node, over %s", () => {
  test("takes no file of a host whose name leads out, that goes through a link, or is not what was said of it", async () => {
    await using one = await scene();
    const outside = temporaryFolder();
    mkdirSync(one.folder, { recursive: true });
    symlinkSync(outside, join(one.folder, "parts"));
    await one.gives({ "../x": "x", "/tmp/cyberdeck-x": "x", "parts/x": "x", "report.md": "x", good: "good" });
    await one.begin();
    expect(readdirSync(one.folder).toSorted()).toEqual(["good", "parts"]);
    expect([readdirSync(outside), existsSync("/tmp/cyberdeck-x"), existsSync(join(one.data, "runs", "x"))]).toEqual([
      [],
      false,
      false,
    ]);
    expect(one.brought()[0]?.left.map(({ name }) => name)).toEqual([
      "../x",
      "/tmp/cyberdeck-x",
      "parts/x",
      "report.md",
    ]);
    // Nothing of the journey is left.
    expect(readdirSync(join(one.data, "run-files"))).toEqual([`${run}.json`]);
    await until(async () => (await one.usedBytes()) < 3000);
  });

  test("knows in its next life what the host has, so an older file replaces nothing", async () => {
    await using one = await scene();
    await one.gives({ a: "first", b: "first" });
    const before = await one.begin();
    writeFileSync(join(one.folder, "b"), "changed here, and never brought");
    before.close();
    // The host has another one of both by now.
    await one.gives({ a: "second", b: "second" });
    const after = await one.begin(one.live());
    expect(one.asked.at(-1)).toEqual({ a: sha256("first"), b: sha256("first") });
    expect(["a", "b"].map((name) => readFileSync(join(one.folder, name), "utf8"))).toEqual([
      "second",
      "changed here, and never brought",
    ]);
    const bringing = after.bring();
    await until(() => one.brought().length > 0);
    // The host can see that it is of an older one.
    expect(one.brought()[0]?.files).toMatchObject([{ name: "b", base: sha256("first") }]);
    one.takes(after);
    await bringing;
  });

  test("keeps what is changed here while the host's file is put in its place, and brings it as one of the older", async () => {
    await using one = await scene();
    await one.gives({ a: "first" });
    const session = await one.begin();
    await one.gives({ a: "second" });
    {
      const path = join(one.folder, "a");
      const isWritten = (): boolean => readdirSync(one.folder).some(isDraft);
      using _agent = await atSync(() => isWritten() && writeFileSync(path, "mine"));
      await session.fetch(one.data);
    }
    expect(readdirSync(one.folder)).toEqual(["a"]);
    expect(readFileSync(join(one.folder, "a"), "utf8")).toBe("mine");
    void session.bring();
    await until(() => one.brought().length > 0);
    expect(one.brought()[0]?.files).toMatchObject([{ name: "a", sha256: sha256("mine"), base: sha256("first") }]);
    session.close();
  });

  test("does not bring what was left of an earlier life for somebody who was not at work then", async () => {
    await using one = await scene();
    const before = one.live();
    (await one.begin(before)).close();
    writeFileSync(join(one.folder, "half"), "half");
    const after = one.live();
    const other = await one.begin(after, { session: "cx-2" });
    writeFileSync(join(one.folder, "own"), "own");
    const bringing = other.bring();
    await until(() => one.brought().length === 1);
    expect(one.brought()[0]?.files.map(({ name }) => name)).toEqual(["own"]);
    one.takes(other);
    await bringing;
    expect(one.brought()[1]?.left).toEqual([{ name: "half", why: expect.stringContaining("earlier life") }]);
    // It is so as long as nobody of that time comes back, also when nobody was at work in between.
    other.close();
    const third = await one.begin(after, { session: "cx-3" });
    await third.bring();
    expect(one.brought().flatMap(({ files }) => files).length).toBe(1);
    const again = await one.begin(after);
    void again.bring();
    await until(() => one.brought().some(({ files }) => files.some(({ name }) => name === "half")));
    again.close();
  });

  test("that has lost what it knew brings files as ones that the host may not replace", async () => {
    await using one = await scene();
    await one.gives({ a: "first" });
    (await one.begin()).close();
    writeFileSync(join(one.data, "run-files", `${run}.json`), "{ half a");
    one.give.next = () => Promise.resolve({ pack: null, files: [] });
    const after = await one.begin(one.live());
    void after.bring();
    await until(() => one.brought().length > 0);
    expect(one.brought()[0]?.files).toMatchObject([{ name: "a", base: null }]);
    after.close();
  });

  test("waits for the host's answer for a while only, and brings it again with the next turn", async () => {
    await using one = await scene();
    const session = await one.begin();
    writeFileSync(join(one.folder, "a"), "one");
    await session.bring();
    expect(one.brought().map(({ files, left }) => [files.length, left.map(({ why }) => why)])).toEqual([
      [1, []],
      [0, [expect.stringContaining("takes longer than 2.0 s")]],
    ]);
    // The answer comes late, and counts all the same.
    const [first] = one.said;
    session.taken(first?.type === "files" ? first.ask : 0, [{ as: "a" }]);
    await session.bring();
    expect(one.brought().length).toBe(2);
    writeFileSync(join(one.folder, "a"), "two");
    const bringing = session.bring();
    await until(() => one.brought().length === 3);
    one.takes(session);
    await bringing;
    expect(one.brought()[2]?.files).toMatchObject([{ name: "a", base: sha256("one") }]);
  });

  test("does not bring again what the host has refused for good, until it is another file", async () => {
    await using one = await scene();
    const session = await one.begin();
    writeFileSync(join(one.folder, "a"), "one");
    const answer = async (what: { why: string; isAgain: boolean }, count: number): Promise<void> => {
      const bringing = session.bring();
      await until(() => one.brought().length === count);
      const last = one.said.at(-1);
      session.taken(last?.type === "files" ? last.ask : 0, [what]);
      await bringing;
    };
    await answer({ why: "the link", isAgain: true }, 1);
    await answer({ why: "no", isAgain: false }, 2);
    await session.bring();
    expect(one.brought().length).toBe(2);
    writeFileSync(join(one.folder, "a"), "two");
    await answer({ why: "no", isAgain: false }, 3);
  });

  test("tells once what stays here, and again when it has come anew", async () => {
    await using one = await scene();
    const session = await one.begin();
    symlinkSync("/etc/hostname", join(one.folder, "a"));
    await session.bring();
    await session.bring();
    expect(one.brought()).toEqual([{ pack: null, files: [], left: [{ name: "a", why: "it is a link" }] }]);
    rmSync(join(one.folder, "a"));
    await session.bring();
    symlinkSync("/etc/hostname", join(one.folder, "a"));
    await session.bring();
    expect(one.brought().length).toBe(2);
  });

  test("brings nothing any more when its life is over, and takes out of the store what it has put there", async () => {
    await using one = await scene();
    const session = await one.begin();
    writeFileSync(join(one.folder, "a"), Buffer.alloc(100_000));
    const bringing = session.bring();
    await until(() => one.brought().length > 0);
    expect(await one.usedBytes()).toBeGreaterThan(100_000);
    one.over.abort();
    await bringing;
    await until(async () => (await one.usedBytes()) < 3000);
    writeFileSync(join(one.folder, "b"), "late");
    await session.bring();
    expect(one.said.length).toBe(1);
  });

  test("opens a session without files that cannot be had in time, and tells so", async () => {
    await using one = await scene();
    one.give.next = () => new Promise(() => undefined);
    await one.begin();
    expect(one.brought()[0]?.left).toEqual([{ name: "", why: expect.stringContaining("could not be fetched") }]);
  });

  test("whose folder of the run is the host's own has nothing to bring", async () => {
    await using one = await scene();
    expect(
      one.live().of({ ...one.opening, run: { id: run, folder: one.folder } }, { session: "cx-1", epoch: 1, boot: "b" }),
    ).toBeUndefined();
  });
});
