import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { memoryPath, openCockpitMemory, type CockpitMemory } from "../../src/store/cockpit-memory.ts";

let home = "";
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "memory-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const open = (): Promise<CockpitMemory> => openCockpitMemory(home, systemClock);

test("what was written and what was begun is there for the next cockpit, in a file for its owner alone", async () => {
  const first = await open();
  first.remember("say", "go on");
  first.remember("say", "数える\nand 🙂");
  first.keepDraft("goal", "half a go");
  await first.close();
  const next = await open();
  expect(next.history("say")).toEqual(["go on", "数える\nand 🙂"]);
  expect(next.draft("goal")).toBe("half a go");
  expect((await stat(memoryPath(home))).mode & 0o777).toBe(0o600);
  expect(next.problems()).toEqual([]);
});

test("nothing is written where nothing was", async () => {
  const memory = await open();
  expect(memory.history("say")).toEqual([]);
  expect(memory.draft("say")).toBe("");
  memory.keepDraft("say", "");
  await memory.close();
  expect(await readdir(home)).toEqual([]);
});

test("a draft that was sent or emptied is gone", async () => {
  const memory = await open();
  memory.keepDraft("send cx-1", "a");
  memory.keepDraft("send cx-1", "");
  await memory.close();
  expect((await open()).draft("send cx-1")).toBe("");
});

test("no more than a hundred texts of a kind are kept, the latest, and each once", async () => {
  const memory = await open();
  for (let n = 0; n < 250; n += 1) memory.remember("say", `text ${n}`);
  memory.remember("say", "text 200");
  memory.remember("ask", "another kind");
  await memory.close();
  const history = (await open()).history("say");
  expect(history).toHaveLength(100);
  expect(history.at(-1)).toBe("text 200");
  expect(history.filter((text) => text === "text 200")).toHaveLength(1);
});

test("a text of a megabyte is not kept, and harms nothing", async () => {
  const memory = await open();
  memory.remember("say", "x".repeat(1_000_000));
  memory.remember("say", "short");
  await memory.close();
  expect((await open()).history("say")).toEqual(["short"]);
});

test.each([
  ["half a file", '{"version":1,"history":{"say":["a"'],
  ["another shape", '{"version":1,"history":[],"drafts":{}}'],
  ["a later version", '{"version":2,"history":{},"drafts":{}}'],
  ["nothing at all", ""],
])("%s is told, kept aside, and does not stop the cockpit", async (_name, text) => {
  await writeFile(memoryPath(home), text);
  const memory = await open();
  expect(memory.problems().join()).toContain("kept as");
  expect(memory.problems()).toEqual([]);
  expect(await readFile(join(home, "cockpit-memory.broken.json"), "utf8")).toBe(text);
  memory.remember("say", "anew");
  await memory.close();
  expect((await open()).history("say")).toEqual(["anew"]);
});

test("two cockpits of a home keep what the other has written", async () => {
  const [one, other] = [await open(), await open()];
  one.remember("say", "from one");
  await one.close();
  other.remember("say", "from the other");
  await other.close();
  expect((await open()).history("say")).toEqual(["from one", "from the other"]);
  expect(other.history("say")).toEqual(["from one", "from the other"]);
});

test("a home that cannot be written is told, and the texts are there as long as the cockpit is", async () => {
  await writeFile(join(home, "file"), "");
  const memory = await openCockpitMemory(join(home, "file", "below"), systemClock);
  memory.remember("say", "go on");
  await memory.close();
  expect(memory.problems().join()).toContain("is not kept");
  expect(memory.history("say")).toEqual(["go on"]);
});

test("kinds that are names of an object's own parts are kinds like others", async () => {
  const memory = await open();
  for (const kind of ["__proto__", "constructor", "toString"]) memory.remember(kind, kind);
  await memory.close();
  const next = await open();
  for (const kind of ["constructor", "toString"]) expect(next.history(kind)).toEqual([kind]);
  expect(next.draft("hasOwnProperty")).toBe("");
});
