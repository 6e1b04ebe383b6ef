import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sweepLeftFolders } from "../../src/host/left-folders.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deck-left-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const minute = 60_000;

/** What is left in the shared folder when a deck starts so much later. */
async function sweptAfter(ms: number): Promise<string[]> {
  await sweepLeftFolders(folder, Date.now() + ms);
  return readdirSync(folder).sort();
}

describe("a deck that starts", () => {
  test("removes the empty folders of dead ones", async () => {
    for (const name of ["cyberdeck-door-Ab12Cd", "cyberdeck-bridge-zzzzzz"]) mkdirSync(join(folder, name));
    expect(await sweptAfter(2 * minute)).toEqual([]);
  });

  test("leaves alone what is younger than a minute, or may be in use for longer", async () => {
    const names = ["cyberdeck-door-Ab12Cd", "cyberdeck-models-Ab12Cd"];
    for (const name of names) mkdirSync(join(folder, name));
    expect(await sweptAfter(minute / 2)).toEqual(names);
    expect(await sweptAfter(2 * minute)).toEqual(names.slice(1));
    expect(await sweptAfter(61 * minute)).toEqual([]);
  });

  test("leaves alone what is not empty, such as the folder of a deck that runs", async () => {
    mkdirSync(join(folder, "cyberdeck-door-Ab12Cd"));
    writeFileSync(join(folder, "cyberdeck-door-Ab12Cd", "deck.sock"), "");
    expect(await sweptAfter(9 * 60 * minute)).toEqual(["cyberdeck-door-Ab12Cd"]);
  });

  test("leaves alone what only has a similar name, and what is no folder", async () => {
    const names = ["cyberdeck-door-Ab12C", "cyberdeck-door-Ab12Cde", "cyberdeck-mine", "my-cyberdeck-door-Ab12Cd"];
    for (const name of names) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "cyberdeck-door-File12"), "");
    symlinkSync(join(folder, "cyberdeck-mine"), join(folder, "cyberdeck-door-Link12"));
    const all = [...names, "cyberdeck-door-File12", "cyberdeck-door-Link12"].sort();
    expect(await sweptAfter(9 * 60 * minute)).toEqual(all);
  });

  test("starts also where there is no such folder", async () => {
    await expect(sweepLeftFolders(join(folder, "none"))).resolves.toBeUndefined();
  });

  test.runIf(process.getuid?.() === 0)("leaves alone what belongs to another user", async () => {
    mkdirSync(join(folder, "cyberdeck-door-Ab12Cd"));
    chownSync(join(folder, "cyberdeck-door-Ab12Cd"), 65_534, 65_534);
    expect(await sweptAfter(2 * minute)).toEqual(["cyberdeck-door-Ab12Cd"]);
  });
});
