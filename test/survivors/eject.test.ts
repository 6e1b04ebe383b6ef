import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { call, say } from "../../src/offline/reply.ts";
import { until } from "../process/workbench.ts";
import { openScene } from "./command-line.ts";
import { remainsOf } from "./remains.ts";

const doneSchema = z.looseObject({ proven: z.boolean(), snapshot: z.string() });

test("from another terminal a construct is told something and redirected, and then everything is ejected without a trace", async () => {
  const work = (name: string) => call("Bash", { command: `touch ${name}; sleep 300 & setsid sleep 301 & wait` });
  await using scene = await openScene({
    answer({ firstUserText, lastUserText, toolResults }) {
      if (lastUserText.includes("INSTRUCTION FROM")) return work("redirected");
      return firstUserText.includes("TASK:") && toolResults.length === 0 ? work("started") : say("Done.");
    },
  });
  const deck = await scene.inGroup(["spawn", "--embedded", "--max-concurrent", "1", "work for ever", "wait for ever"]);
  await scene.recorded((events) => events.some(({ type }) => type === "construct.tool_called"));
  const [old = "", queued = ""] = scene
    .events()
    .flatMap(({ type, construct }) => (type === "construct.queued" ? [construct ?? ""] : []));
  const tell = async (...args: string[]): Promise<string> => {
    const told = await scene.inGroup(args);
    expect([await told.ended, told.output()]).toEqual([0, expect.any(String)]);
    return told.output();
  };

  expect(await tell("send", queued, "be brief")).toContain("it gets this with its task");
  expect(await tell("interrupt", old, "do it otherwise")).toMatch(/stopped; cx-[0-9a-f]{8} goes on in its place/);
  await until(
    () =>
      remainsOf(scene.workspace).length > 0 &&
      scene.events().filter(({ type }) => type === "construct.tool_called").length === 2,
    30_000,
  );
  const line = (await tell("eject", "--reason", "enough", "--json")).split("\n").find((text) => text.startsWith("{"));
  const done = doneSchema.parse(JSON.parse(line ?? ""));
  expect(done.proven).toBe(true);
  expect(await deck.ended).toBe(130);
  expect(remainsOf(scene.folder).filter((text) => !text.includes("sleep 599"))).toEqual([]);
  expect(
    scene.events().flatMap(({ outcome }) => (outcome === undefined ? [] : [`${outcome.state} ${outcome.cause}`])),
  ).toEqual(["redirected inject", "killed eject", "killed eject"]);
  expect(readFileSync(done.snapshot, "utf8")).toContain("be brief");
  expect(done.snapshot).toContain(join(scene.home, "runs"));
});
