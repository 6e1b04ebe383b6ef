import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { flatEvent } from "../../src/protocol/event.ts";
import { completeEventFiles } from "../../src/store/complete-files.ts";
import { openStore, type Store } from "../../src/store/event-log.ts";
import { openRecorder } from "../../src/store/recorder.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { chat, goal, opened, runA, runB } from "./fixtures.ts";

const fileOf = (store: Store, run: string): string => join(store.home, "runs", run, "events.ndjson");
const wanted = (store: Store, run: string): string =>
  [...store.eventsOf(run)].map((event) => `${JSON.stringify(flatEvent(event))}\n`).join("");

/** A home with two whole runs, their deck closed. */
async function home(): Promise<Store> {
  const store = openStore(join(temporaryFolder(), "home"));
  onTestFinished(() => store.close());
  const recorder = openRecorder(store, { onFault: () => undefined });
  for (const run of [runA, runB])
    for (const draft of [opened(run), goal("g", run), chat("long ".repeat(30_000), run)]) recorder.record(draft);
  await recorder.close();
  return store;
}

async function complete(store: Store): Promise<string[]> {
  const recorder = openRecorder(store, { onFault: () => undefined });
  const asked: string[] = [];
  await completeEventFiles(store, {
    complete(run) {
      asked.push(run);
      recorder.complete(run);
    },
  });
  await recorder.close();
  return asked;
}

describe("the files of runs that a killed deck has left", () => {
  test("that are whole are left alone", async () => {
    const store = await home();
    writeFileSync(fileOf(store, runA), wanted(store, runA));
    store.append([goal("short, so that the last line can be seen", runA)], { synced: true });
    writeFileSync(fileOf(store, runA), wanted(store, runA));
    expect(await complete(store)).not.toContain(runA);
  });

  test.each<[string, (store: Store, path: string) => void]>([
    ["lack what is on record", (store) => void store.append([chat("last words")], { synced: true })],
    ["are missing", (_, path) => rmSync(path)],
    ["are empty", (_, path) => writeFileSync(path, "")],
    ["end in half a line", (_, path) => appendFileSync(path, '{"type":"cons')],
    ["end in half of a long line", (_, path) => truncateSync(path, statSync(path).size - 1000)],
  ])("that %s are completed, although nothing more happens in the run", async (_, damage) => {
    const store = await home();
    damage(store, fileOf(store, runA));
    expect(await complete(store)).toContain(runA);
    expect(readFileSync(fileOf(store, runA), "utf8")).toBe(wanted(store, runA));
    expect(readFileSync(fileOf(store, runB), "utf8")).toBe(wanted(store, runB));
  });

  test("whose folder somebody has removed are not made again", async () => {
    const store = await home();
    rmSync(join(store.home, "runs", runA), { recursive: true });
    mkdirSync(join(store.home, "runs"), { recursive: true });
    await complete(store);
    expect(existsSync(join(store.home, "runs", runA))).toBe(false);
  });
});
