import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { existingRunFolder, openRunFolder } from "../../src/store/run-folder.ts";
import { openTranscript } from "../../src/store/transcript.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { runA } from "./fixtures.ts";

const at = 1_767_323_045_000;

describe("the folder of a run", () => {
  test("has the run's id as its name, and is for its owner alone", async () => {
    const home = join(temporaryFolder(), "home");
    const folder = await openRunFolder(home, at);
    expect(folder.run).toMatch(/^run-\d{8}-\d{6}-[0-9a-f]{4}$/);
    expect(folder.path).toBe(join(home, "runs", folder.run));
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
  });

  test("is never shared: runs of the same second get folders of their own", async () => {
    const home = temporaryFolder();
    // With 65536 ids in a second, 700 draws collide almost surely (probability of none: 0.02).
    const folders = await Promise.all(Array.from({ length: 700 }, () => openRunFolder(home, at)));
    expect(new Set(folders.map((folder) => folder.run)).size).toBe(700);
    expect(readdirSync(join(home, "runs"))).toHaveLength(700);
  });

  test("that cannot be made is a storage fault with a next step", async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, "runs"), "");
    await expect(openRunFolder(home, at)).rejects.toMatchObject({
      kind: "storage",
      hint: expect.stringContaining("--home"),
    });
  });

  test("of a run that does not exist is refused, and not made", () => {
    const home = temporaryFolder();
    expect(() => existingRunFolder(home, runA)).toThrow(
      expect.objectContaining({ kind: "usage", code: "run.no_folder" }),
    );
    expect(readdirSync(home)).toEqual([]);
  });

  test.each(["..", "../..", "run-../x", "", "run-a/../../b", "/etc"])(
    "an id that leads elsewhere (%j) is refused",
    (run) => {
      expect(() => existingRunFolder(temporaryFolder(), run)).toThrow(expect.objectContaining({ code: "run.bad_id" }));
    },
  );

  test.each(["../cx-1", "a/b", "", "cx-1\0"])("a transcript with the name %j is refused", async (name) => {
    const folder = await openRunFolder(temporaryFolder(), at);
    expect(() => folder.transcript(name)).toThrow(expect.objectContaining({ code: "transcript.bad_name" }));
  });

  test("has its report put in place whole", async () => {
    const folder = await openRunFolder(temporaryFolder(), at);
    await folder.writeReport("# one\n");
    await folder.writeReport("# two\n");
    expect(readFileSync(folder.report, "utf8")).toBe("# two\n");
    expect(readdirSync(folder.path)).toEqual(["report.md"]);
  });

  test("whose report cannot be put in place tells a storage fault", async () => {
    const folder = await openRunFolder(temporaryFolder(), at);
    mkdirSync(folder.report);
    await expect(folder.writeReport("x")).rejects.toMatchObject({ kind: "storage" });
  });
});

describe("a transcript", () => {
  const pathIn = (): string => join(temporaryFolder(), "transcripts", "cx-1.ndjson");

  test("has its lines in the order of the calls, text and bytes alike", async () => {
    const transcript = openTranscript(pathIn());
    await Promise.all(
      Array.from({ length: 2000 }, (_, n) => transcript.append(n % 2 === 0 ? String(n) : Buffer.from(String(n)))),
    );
    await transcript.close();
    expect(readFileSync(transcript.path, "utf8")).toBe(Array.from({ length: 2000 }, (_, n) => `${n}\n`).join(""));
  });

  test("that nothing was said in leaves no file", async () => {
    const transcript = openTranscript(pathIn());
    await transcript.close();
    expect(existsSync(transcript.path)).toBe(false);
  });

  test("is for its owner alone", async () => {
    const transcript = openTranscript(pathIn());
    await transcript.append("secret");
    await transcript.close();
    expect(statSync(transcript.path).mode & 0o077).toBe(0);
  });

  test("makes whoever waits for it wait once its bound is reached, and loses nothing", async () => {
    const transcript = openTranscript(pathIn(), 1000);
    await transcript.append("x".repeat(100));
    const large = transcript.append("y".repeat(5000));
    await large;
    expect(readFileSync(transcript.path, "utf8")).toBe(`${"x".repeat(100)}\n${"y".repeat(5000)}\n`);
    await transcript.close();
  });

  test("of an earlier deck is continued, and its torn last line ended", async () => {
    const path = pathIn();
    mkdirSync(join(path, ".."));
    writeFileSync(path, '{"whole":1}\n{"torn":');
    const transcript = openTranscript(path);
    await transcript.append('{"new":1}');
    await transcript.close();
    expect(readFileSync(path, "utf8")).toBe('{"whole":1}\n{"torn":\n{"new":1}\n');
  });

  test("on a full disk is a storage fault for everybody who writes to it", async () => {
    const path = pathIn();
    mkdirSync(join(path, ".."));
    symlinkSync("/dev/full", path);
    const transcript = openTranscript(path, 10);
    await expect(transcript.append("longer than ten bytes")).rejects.toMatchObject({
      kind: "storage",
      code: "storage.full",
    });
    await expect(transcript.append("next")).rejects.toMatchObject({ code: "storage.full" });
    await expect(transcript.close()).rejects.toMatchObject({ code: "storage.full" });
  });

  test("takes nothing after its close, and says so", async () => {
    const transcript = openTranscript(pathIn());
    await transcript.append("a");
    await transcript.close();
    await expect(transcript.append("b")).rejects.toMatchObject({ code: "transcript.closed" });
    expect(readFileSync(transcript.path, "utf8")).toBe("a\n");
  });
});
