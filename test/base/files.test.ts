import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isWithin, writeWhole } from "../../src/base/files.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";

describe("writing a file whole", () => {
  test("makes the folders on the way and leaves nothing else behind", async () => {
    const folder = temporaryFolder();
    await writeWhole(join(folder, "a", "b", "report.md"), "text");
    expect(readFileSync(join(folder, "a", "b", "report.md"), "utf8")).toBe("text");
    expect(readdirSync(join(folder, "a", "b"))).toEqual(["report.md"]);
  });

  test("many writers at once leave the text of one of them, unmixed", async () => {
    const path = join(temporaryFolder(), "shared");
    const texts = Array.from({ length: 20 }, (_, n) => String(n).repeat(10_000));
    await Promise.all(texts.map((text) => writeWhole(path, text)));
    expect(texts).toContain(readFileSync(path, "utf8"));
  });

  test("a failure keeps what was there and leaves no draft", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "taken", "full"), { recursive: true });
    await expect(writeWhole(join(folder, "taken"), "text")).rejects.toThrow("EISDIR");
    expect(readdirSync(folder)).toEqual(["taken"]);
  });

  test("a file in the place of a folder is refused", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    await expect(writeWhole(join(folder, "file", "below"), "text")).rejects.toThrow("EEXIST");
  });
});

describe("lying within a folder", () => {
  test.each([
    ["/a/b", "/a", true],
    ["/a", "/a", true],
    ["/a/..b", "/a", true],
    ["/", "/", true],
    ["/a", "/", true],
    ["/ab", "/a", false],
    ["/", "/a", false],
    ["/b/a", "/a", false],
  ])("%s within %s: %s", (path, folder, expected) => {
    expect(isWithin(path, folder)).toBe(expected);
  });
});
