import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesOf } from "../../src/engine/construct/bringing-back.ts";
import type { Returned } from "../../src/protocol/workspace.ts";
import { aBranch } from "../kit/returned.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";

const none = { count: 0, first: [] };
const branch = aBranch("made.txt");

/** A workspace with the folder of a run in it, and one file in each. */
function scene() {
  const workspace = temporaryFolder();
  const runFolder = join(workspace, ".cyberdeck/runs/run-1");
  mkdirSync(join(runFolder, "parts"), { recursive: true });
  writeFileSync(join(runFolder, "parts/files.txt"), "a part");
  writeFileSync(join(workspace, "here.txt"), "not the construct's");
  const looked = async (written: string[], returned: Returned | null) => {
    const { files, missing } = await filesOf(written, { workspace, runFolder }, returned);
    return { files: files.map(({ path }) => path), missing };
  };
  return { runFolder, workspace, looked };
}

describe("what a construct says it has written in a copy of the workspace", () => {
  test.each<[string, Returned]>([
    ["came back as a branch", branch],
    ["came back with nothing", { how: "nothing", left: none }],
    ["was lost", { how: "lost", why: "its node is gone", hint: "" }],
  ])("is looked at on this disk where it is in the folder of the run, though the copy %s", async (_, returned) => {
    const { runFolder, looked } = scene();
    const [there, gone] = ["parts/files.txt", "parts/other.txt"].map((name) => join(runFolder, name));
    expect(await looked([there ?? "", gone ?? ""], returned)).toEqual({ files: [there], missing: [gone] });
  });

  test("is missing where it is in the copy and has not come back, whatever this disk has of that name", async () => {
    const { workspace, looked } = scene();
    expect(await looked(["made.txt", "here.txt"], branch)).toEqual({
      files: [],
      missing: [join(workspace, "here.txt")],
    });
  });

  test("is missing where it is beside the folder of the run in the deck's own folder", async () => {
    const { workspace, looked } = scene();
    const beside = [".cyberdeck/hub.json", ".cyberdeck/runs/run-2/parts/files.txt"].map((name) =>
      join(workspace, name),
    );
    expect(await looked(beside, branch)).toEqual({ files: [], missing: beside });
  });
});
