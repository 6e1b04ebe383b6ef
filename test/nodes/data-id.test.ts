import { cpSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dataIdOf } from "../../src/nodes/data-id.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";

/** A data folder of a node. */
function folderOf(name = "data"): string {
  const folder = join(temporaryFolder(), name);
  mkdirSync(folder);
  return folder;
}

describe("the id of a node's folder", () => {
  test("stays the same for all lives of the node in it, by whichever name they find it", async () => {
    const data = folderOf();
    const first = await dataIdOf(data);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(await dataIdOf(data)).toBe(first);
    const other = join(temporaryFolder(), "link");
    symlinkSync(data, other);
    expect(await dataIdOf(other)).toBe(first);
    // What is kept is for this user alone.
    expect(statSync(join(data, "id.json")).mode & 0o777).toBe(0o600);
  });

  test("is another one for another folder, and for a copy of the same", async () => {
    const data = folderOf();
    const first = await dataIdOf(data);
    expect(await dataIdOf(folderOf())).not.toBe(first);
    const copy = `${data}-copy`;
    cpSync(data, copy, { recursive: true });
    expect(readFileSync(join(copy, "id.json"), "utf8")).toBe(readFileSync(join(data, "id.json"), "utf8"));
    expect(await dataIdOf(copy)).not.toBe(first);
  });

  test.each(["", "{", "null", '{"id":"me"}', '{"id":7}', `{"id":"${"x".repeat(200)}"}`, "\0\0"])(
    "is a new one where what is kept cannot be read (%j), and stays that",
    async (text) => {
      const data = folderOf();
      const first = await dataIdOf(data);
      writeFileSync(join(data, "id.json"), text);
      const next = await dataIdOf(data);
      expect(next).not.toBe(first);
      expect(await dataIdOf(data)).toBe(next);
    },
  );

  test("cannot be had where no folder can be", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    await expect(dataIdOf(file)).rejects.toThrow(/file/);
    expect(readFileSync(file, "utf8")).toBe("");
  });
});
