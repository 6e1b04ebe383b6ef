import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { flatEvent } from "../../../src/protocol/event.ts";
import { openStore, type Store } from "../../../src/store/event-log.ts";
import { exportRun } from "../../../src/store/export/export-run.ts";
import { tarEnd, tarHeader, tarPadding } from "../../../src/store/export/tar.ts";
import { redactor } from "../../../src/store/redaction/redactor.ts";
import { temporaryFolder } from "../../kit/temporary-folder.ts";
import { goal, opened, runA, runB, said } from "../fixtures.ts";

const token = `ghp_${"aB3d".repeat(9)}`;

/** A home with two runs; the first has a folder with all sorts of files. */
function home(): { store: Store; folder: string } {
  const store = openStore(join(temporaryFolder(), "home"));
  onTestFinished(() => store.close());
  store.append([opened(), goal("a goal"), said("words"), opened(runB), said("other", "cx-1", runB)], { synced: true });
  const folder = join(store.home, "runs", runA);
  mkdirSync(join(folder, "transcripts"), { recursive: true });
  writeFileSync(join(folder, "events.ndjson"), "an old half");
  writeFileSync(join(folder, "transcripts", "cx-00000001.ndjson"), `{"token":"${token}"}\n`);
  writeFileSync(join(folder, "picture.bin"), Buffer.from([0, 255, 254, 1]));
  writeFileSync(join(folder, "empty"), "");
  writeFileSync(join(folder, "ein Nämé 数.txt"), "kept");
  symlinkSync("/etc/passwd", join(folder, "link"));
  return { store, folder };
}

const order = (store: Store, to: string) => ({
  reader: store,
  redactor: redactor(),
  run: runA,
  to,
  version: "1.2.3",
  now: 0,
});

/** What the tar of this machine makes of an archive. */
function unpacked(archive: string): string {
  const into = mkdtempSync(join(tmpdir(), "unpacked-"));
  onTestFinished(() => rmSync(into, { recursive: true, force: true }));
  execFileSync("tar", ["-xzf", archive, "-C", into]);
  return into;
}

const namesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted((one, other) => (one < other ? -1 : 1));

describe("the archive of a run", () => {
  test("has every event, the report, the transcripts and the folder, and hashes that are right", async () => {
    const { store } = home();
    const to = join(temporaryFolder(), "a.tar.gz");
    const made = await exportRun(order(store, to));
    const folder = join(unpacked(to), runA);
    expect(namesIn(folder)).toEqual([
      "ein Nämé 数.txt",
      "empty",
      "events.ndjson",
      "manifest.json",
      "picture.bin",
      "report.md",
      "transcripts",
      "transcripts/cx-00000001.ndjson",
    ]);
    const lines = [...store.eventsOf(runA)].map((event) => `${JSON.stringify(flatEvent(event))}\n`);
    expect(readFileSync(join(folder, "events.ndjson"), "utf8")).toBe(lines.join(""));
    expect(readFileSync(join(folder, "report.md"), "utf8")).toContain("a goal");
    expect(readFileSync(join(folder, "picture.bin"))).toEqual(Buffer.from([0, 255, 254, 1]));
    const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    expect(manifest).toMatchObject({
      run: runA,
      goal: "a goal",
      versions: { cyberdeck: "1.2.3" },
      decks: ["0.1.0"],
      events: 3,
      left_out: ["link"],
    });
    expect(manifest.files).toHaveLength(made.files - 1);
    for (const { path, size, sha256 } of manifest.files) {
      const bytes = readFileSync(join(folder, "..", path));
      expect([size, sha256]).toEqual([bytes.length, createHash("sha256").update(bytes).digest("hex")]);
    }
  });

  test("has no secret in its texts, also where the run's folder has", async () => {
    const { store } = home();
    const to = join(temporaryFolder(), "a.tar.gz");
    await exportRun(order(store, to));
    const transcript = readFileSync(join(unpacked(to), runA, "transcripts/cx-00000001.ndjson"), "utf8");
    expect(transcript).toBe('{"token":"[redacted: github token]"}\n');
  });

  test("never takes the place of a file that is there", async () => {
    const { store } = home();
    const to = join(temporaryFolder(), "a.tar.gz");
    writeFileSync(to, "mine");
    await expect(exportRun(order(store, to))).rejects.toMatchObject({
      kind: "usage",
      code: "export.exists",
      hint: expect.stringContaining("--to"),
    });
    expect(readFileSync(to, "utf8")).toBe("mine");
  });

  test("of a run that there is not is refused, and leaves no file", async () => {
    const { store } = home();
    const to = join(temporaryFolder(), "a.tar.gz");
    await expect(exportRun({ ...order(store, to), run: "run-none" })).rejects.toMatchObject({ code: "run.unknown" });
    expect(existsSync(to)).toBe(false);
  });

  test("into a folder that there is not is a storage fault, which says how to name another place", async () => {
    const { store } = home();
    const to = join(temporaryFolder(), "none", "a.tar.gz");
    await expect(exportRun(order(store, to))).rejects.toMatchObject({
      kind: "storage",
      code: "export.no_folder",
      hint: "Make the folder, or name another file with --to.",
    });
  });

  test("of a run whose folder is gone still has its events", async () => {
    const { store, folder } = home();
    rmSync(folder, { recursive: true });
    const to = join(temporaryFolder(), "a.tar.gz");
    expect((await exportRun(order(store, to))).files).toBe(3);
    expect(existsSync(join(unpacked(to), runA, "events.ndjson"))).toBe(true);
  });
});

describe("the tar format", () => {
  const segment = fc
    .stringMatching(/^[A-Za-z0-9 _.äé数🙂-]{1,60}$/u)
    .filter((name) => !/^\.{1,2}$/.test(name) && name.trim() === name);

  test("of any names and contents is unpacked by the tar of this machine as it was", { timeout: 120_000 }, () => {
    const files = fc.uniqueArray(
      fc.tuple(fc.array(segment, { minLength: 1, maxLength: 6 }), fc.uint8Array({ maxLength: 2000 })),
      {
        maxLength: 5,
        selector: ([path]) => path[0]?.normalize().toLowerCase(),
      },
    );
    fc.assert(
      fc.property(files, (drawn) => {
        const parts = drawn.flatMap(([path, content]) => [
          tarHeader({ path: `in/${path.join("/")}`, size: content.length, modifiedAt: 1_700_000_000_000 }),
          Buffer.from(content),
          tarPadding(content.length),
        ]);
        const into = mkdtempSync(join(tmpdir(), "tar-"));
        try {
          execFileSync("tar", ["-xf", "-", "-C", into], { input: Buffer.concat([...parts, tarEnd()]) });
          for (const [path, content] of drawn)
            expect(readFileSync(join(into, "in", ...path))).toEqual(Buffer.from(content));
        } finally {
          rmSync(into, { recursive: true, force: true });
        }
      }),
      { numRuns: 60 },
    );
  });
});
