import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runFileBounds } from "../../../src/nodes/run-files/bounds.ts";
import { lookInto } from "../../../src/nodes/run-files/look.ts";
import { packInto, unpack } from "../../../src/nodes/run-files/pack.ts";
import { putFile } from "../../../src/nodes/run-files/put-file.ts";
import { inFolderOf, openBelow } from "../../../src/nodes/run-files/same-folder.ts";
import { temporaryFolder } from "../../kit/temporary-folder.ts";

/** A folder, and one beside it that nobody may reach through it. */
function scene() {
  const root = realpathSync(temporaryFolder());
  const folder = join(root, "folder");
  const outside = join(root, "outside");
  for (const path of [folder, outside]) mkdirSync(path);
  writeFileSync(join(outside, "secret"), "secret");
  return { root, folder, outside };
}

async function* bytes(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("a file in the folder of a run", () => {
  test("is opened only where no link is on the way, and it has no second name", async () => {
    const { folder, outside } = scene();
    writeFileSync(join(folder, "plain"), "plain");
    symlinkSync(join(outside, "secret"), join(folder, "link"));
    symlinkSync(outside, join(folder, "way"));
    writeFileSync(join(outside, "other"), "other");
    linkSync(join(outside, "other"), join(folder, "hard"));
    mkdirSync(join(folder, "folder"));
    const opened = await openBelow(folder, "plain");
    expect(await opened.file.readFile("utf8")).toBe("plain");
    await opened.file.close();
    for (const name of ["link", "way/secret", "hard", "folder", "none", "../outside/secret/.."])
      await expect(openBelow(folder, name)).rejects.toThrow(Error);
  });

  test("is put where it was looked, whatever comes into the place of its folder meanwhile", async () => {
    const { root, folder, outside } = scene();
    await inFolderOf(folder, "parts/a", async (place) => {
      renameSync(join(folder, "parts"), join(root, "moved"));
      symlinkSync(outside, join(folder, "parts"));
      await writeFile(join(place, "a"), "text");
    });
    expect(readdirSync(outside)).toEqual(["secret"]);
    expect(readFileSync(join(root, "moved", "a"), "utf8")).toBe("text");
  });

  test("that somebody else writes while it is put stays, and leaves no draft", async () => {
    const { folder } = scene();
    const late = async function* (): AsyncGenerator<Buffer> {
      writeFileSync(join(folder, "a"), "of somebody else");
      yield Buffer.from("mine");
    };
    expect(await putFile(folder, { name: "a", sha256: sha256("mine") }, late, () => true)).toBe("conflict");
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("of somebody else");
    expect(readdirSync(folder)).toEqual(["a"]);
    await expect(
      putFile(
        folder,
        { name: "b", sha256: sha256("x") },
        () => bytes("y"),
        () => true,
      ),
    ).rejects.toThrow("not what was said");
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  test.each<[string, (path: string) => void]>([
    ["written in place", (path) => writeFileSync(path, "mine too")],
    [
      "replaced by another one",
      (path) => {
        writeFileSync(`${path}.new`, "mine too");
        renameSync(`${path}.new`, path);
      },
    ],
  ])("that is %s while another one is to replace it stays, and leaves no draft", async (_, change) => {
    const { folder } = scene();
    const path = join(folder, "a");
    writeFileSync(path, "what was");
    const late = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from("new");
      change(path);
    };
    const isOld = (current: string): boolean => current === sha256("what was");
    expect(await putFile(folder, { name: "a", sha256: sha256("new") }, late, isOld)).toBe("conflict");
    expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["mine too", ["a"]]);
  });

  test("that is changed at the last moment, when nobody reads it any more, stays as well", async () => {
    const { folder } = scene();
    const path = join(folder, "a");
    writeFileSync(path, "what was");
    const change = (): void => writeFileSync(path, "mine as well");
    const put = putFile(
      folder,
      { name: "a", sha256: sha256("new") },
      () => bytes("new"),
      (current) => current === sha256("what was"),
      change,
    );
    expect([await put, readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["conflict", "mine as well", ["a"]]);
  });

  test("that was only touched meanwhile, or is gone, makes way", async () => {
    const { folder } = scene();
    for (const change of [(path: string) => utimesSync(path, 1, 1), (path: string) => rmSync(path)]) {
      const path = join(folder, "a");
      writeFileSync(path, "what was");
      const late = async function* (): AsyncGenerator<Buffer> {
        yield Buffer.from("new");
        change(path);
      };
      const isOld = (current: string): boolean => current === sha256("what was");
      expect(await putFile(folder, { name: "a", sha256: sha256("new") }, late, isOld)).toBe("put");
      expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["new", ["a"]]);
    }
  });

  test("is packed as it is when it is read: one that has gone, or grown too large, is left behind and the others are whole", async () => {
    const { root, folder } = scene();
    for (const [name, text] of Object.entries({ a: "one", b: "far too large", c: "three" }))
      writeFileSync(join(folder, name), text);
    const wanted = ["a", "none", "b", "c"].map((name) => ({ name }));
    const pack = join(root, "pack");
    const { packed, left, bytes: all } = await packInto(pack, folder, wanted, { ...runFileBounds, fileBytes: 5 });
    expect([packed.map(({ name }) => name), left.map(({ name }) => name), all]).toEqual([["a", "c"], ["none", "b"], 8]);
    const read: string[] = [];
    await unpack(pack, packed, async ({ name }, content) => {
      for await (const chunk of content()) read.push(`${name} ${chunk.toString()}`);
    });
    expect(read).toEqual(["a one", "c three"]);
  });

  test("is looked for only as far as the bound, which is told", async () => {
    const { folder } = scene();
    mkdirSync(join(folder, "d"));
    for (const name of ["a", "b", "d/c", "d/e"]) writeFileSync(join(folder, name), name);
    const look = await lookInto(folder, { ...runFileBounds, entries: 4 });
    expect(look.files.map(({ name }) => name)).toEqual(["a", "b", "d/c"]);
    expect(look.left).toEqual([{ name: "", why: expect.stringContaining("more than 4 entries") }]);
  });
});
