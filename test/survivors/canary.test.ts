import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openScene } from "./command-line.ts";
import { remainsOf } from "./remains.ts";

test("the command line starts no construct of an agent that runs what it is denied, and says what to do", async () => {
  await using scene = await openScene();
  const deck = await scene.inGroup(["spawn", "--embedded", "--claude-bin", scene.agent("heedless"), "one", "two"]);
  expect(await deck.ended).toBe(4);
  const types = scene.events().map(({ type }) => type);
  expect(types).toContain("canary.failed");
  expect(types).not.toContain("construct.started");
  expect(deck.output()).toContain("It ran a call at top level that it was told not to run");
  expect(deck.output()).toMatch(/name one with --claude-bin PATH[\s\S]*cyberdeck run --resume/);
  expect(existsSync(join(scene.home, "canary"))).toBe(false);
  expect(remainsOf(scene.folder).filter((line) => !line.startsWith(`${deck.sentinel} `))).toEqual([]);
});

test("the command line tries the gate in the real agent beside the start of a run, without its provider", async () => {
  await using scene = await openScene();
  const deck = await scene.inGroup(["spawn", "--embedded", "one"]);
  expect(await deck.ended).toBe(0);
  const types = scene.events().map(({ type }) => type);
  expect(types.indexOf("canary.passed")).toBeGreaterThan(types.indexOf("construct.queued"));
  expect(types.indexOf("construct.started")).toBeGreaterThan(types.indexOf("canary.passed"));
  expect(existsSync(join(scene.home, "canary"))).toBe(false);
});
