import { readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { eventually, openTestDeck } from "../kit/deck.ts";

test("a deck that opens a home completes what a killed one has left of a run's events, whatever it does itself", async () => {
  let folder: string;
  let path: string;
  {
    await using kit = await openTestDeck({ keep: true });
    folder = kit.folder;
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const events = await kit.runTasks(["Say something."]);
    path = join(kit.home, "runs", events[0]?.run ?? "", "events.ndjson");
  }
  const whole = readFileSync(path, "utf8");
  truncateSync(path, Math.floor(whole.length / 2));
  await using kit = await openTestDeck({ folder });
  expect(await eventually(() => readFileSync(path, "utf8") === whole, "the file is whole again")).toBe(true);
  expect(await kit.deck.snapshot()).toBeUndefined();
});
