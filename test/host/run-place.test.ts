import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openWritingDeck } from "../../src/host/deck.ts";
import { misplaced } from "../../src/host/run-place.ts";
import { call, say } from "../../src/offline/reply.ts";
import { defaultSettings } from "../../src/protocol/settings.ts";
import { of, openTestDeck, type TestDeck } from "../kit/deck.ts";

/** A later deck of the same folder, whose models are the real ones as far as it knows. */
const online = (kit: TestDeck): Promise<TestDeck> =>
  openTestDeck({
    folder: kit.folder,
    open: (options, parts) => openWritingDeck({ ...options, offline: false }, parts),
  });

describe("a run that was made with the scripted model", () => {
  test("is not gone on with by a deck that pays for its models, and nothing of it is changed or started", async () => {
    const kit = await openTestDeck({
      keep: true,
      settings: { run_turns: 1 },
      answer: ({ toolResults }) => (toolResults.length > 0 ? say("Done.") : call("Bash", { command: "echo one" })),
    });
    const left = await kit.leaveTasks(["One."]);
    const run = left[0]?.run ?? "";
    await kit[Symbol.asyncDispose]();

    await using later = await online(kit);
    const before = (await later.deck.send({ type: "run.show", run })).view.lastSeq;
    await expect(later.resume(run, { settings: { offline: false } })).rejects.toMatchObject({
      code: "run.not_here",
      message: expect.stringContaining("scripted offline model"),
      hint: expect.stringContaining(`cyberdeck run --resume ${run} --offline`),
    });
    expect((await later.deck.send({ type: "run.show", run })).view.lastSeq).toBe(before);
    expect((await later.deck.send({ type: "runs.open" })).runs).toEqual([]);
  });
});

test("whether a run is offline is what its deck is, whatever a face says of it", async () => {
  await using kit = await openTestDeck({ settings: { offline: false } });
  const events = await kit.runTasks(["One."]);
  expect(of(events, "run.opened")[0]?.body.settings.offline).toBe(true);
});

describe("the place of a run", () => {
  const view = (workspace: string) => ({ workspace, settings: { ...defaultSettings(2), offline: true } }) as never;

  test("is the same by another name of its folder, and not another folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), "deck-place-"));
    try {
      for (const name of ["a", "b"]) mkdirSync(join(folder, name));
      symlinkSync(join(folder, "a"), join(folder, "link"));
      const here = { workspace: join(folder, "a"), home: join(folder, "a", ".cyberdeck"), offline: true };
      expect(await misplaced(view(join(folder, "link")), here)).toBeUndefined();
      expect(await misplaced(view(join(folder, "b")), here)).toMatchObject({
        why: `it works in ${join(folder, "b")}`,
        flags: ["--workspace", join(folder, "b"), "--home", here.home],
      });
      expect(await misplaced(view(join(folder, "a")), { ...here, offline: false })).toMatchObject({
        flags: ["--offline"],
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
