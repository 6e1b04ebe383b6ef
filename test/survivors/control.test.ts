import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { call, say } from "../../src/offline/reply.ts";
import { until } from "../process/workbench.ts";
import { openScene } from "./command-line.ts";
import { remainsOf } from "./remains.ts";

test("from another terminal a construct is frozen in the middle of a command, let go on, and killed without a trace", async () => {
  const command = "touch started; sleep 300 & while :; do echo x >>ticks; sleep 0.05; done";
  await using scene = await openScene({
    answer: ({ toolResults }) => (toolResults.length === 0 ? call("Bash", { command }) : say("Done.")),
  });
  const ticks = (): number => statSync(join(scene.workspace, "ticks"), { throwIfNoEntry: false })?.size ?? 0;
  const deck = await scene.inGroup(["spawn", "--embedded", "work for ever"]);
  await until(() => ticks() > 0, 30_000);
  const construct = scene.events().find(({ type }) => type === "construct.started")?.construct ?? "";
  const tell = async (...args: string[]): Promise<string> => {
    const told = await scene.inGroup(args);
    expect(await told.ended).toBe(0);
    return told.output();
  };

  expect(await tell("pause", "--freeze", construct)).toContain(`${construct}: frozen`);
  const still = ticks();
  const again = await scene.inGroup(["pause", construct.slice(3, 7)]);
  expect([await again.ended, again.output()]).toEqual([1, expect.stringContaining("frozen")]);
  expect(ticks()).toBe(still);
  expect(await tell("resume", construct)).toContain("goes on");
  await until(() => ticks() > still, 30_000);
  await tell("pause", "--freeze", construct);
  expect(await tell("kill", construct)).toContain("killed");
  expect(await deck.ended).toBe(1);
  expect(scene.events().flatMap(({ outcome }) => outcome?.cause ?? [])).toEqual(["netrunner"]);
  expect(existsSync(join(scene.workspace, "started"))).toBe(true);
  expect(remainsOf(scene.folder).filter((line) => !line.includes("sleep 599"))).toEqual([]);
});
