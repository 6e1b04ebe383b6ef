import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { call, say } from "../../src/offline/reply.ts";
import { openStoreToRead } from "../../src/store/event-log.ts";
import { openScene } from "./command-line.ts";
import { isAlive } from "./remains.ts";

test("an agent that no record names, whose deck and guardian were killed, is ended by the next deck of its home", async () => {
  await using scene = await openScene({
    answer: ({ firstUserText }) =>
      firstUserText.includes("For long.") ? call("Bash", { command: "sleep 170 & wait" }) : say("Done."),
  });
  const flags = ["--brake", "yolo", "--sandbox", "off", "--set", "pool=0"];
  const dead = await scene.inGroup(["spawn", "--embedded", ...flags, "For long."]);
  await scene.recorded((events) => events.some(({ type }) => type === "construct.tool_called"));
  const agent = scene.events().find(({ type }) => type === "construct.started")?.pid ?? 0;
  // A stopped one does not end when its input does.
  process.kill(-agent, "SIGSTOP");
  const [guardian = 0] = childrenOf(dead.pid).filter((pid) => commandOf(pid).includes("guardian"));
  process.kill(guardian, "SIGKILL");
  dead.signal("SIGKILL");
  await dead.ended;
  expect(isAlive(agent)).toBe(true);
  for (const file of readdirSync(scene.home).filter((name) => name.startsWith("deck.db")))
    rmSync(join(scene.home, file));

  const next = await scene.inGroup(["spawn", "--embedded", ...flags, "Something short."]);
  expect(await next.ended).toBe(0);
  expect(isAlive(agent)).toBe(false);
  expect([isAlive(dead.sentinel), isAlive(next.sentinel)]).toEqual([true, true]);
  using reader = opened(scene.home);
  const [told] = [...reader.eventsAfter(0)].flatMap(({ type, body }) => (type === "strays.ended" ? [body] : []));
  expect(told).toMatchObject({ agents: [], proven: true });
  expect(told?.processes.map(({ pid }) => pid)).toContain(agent);
}, 60_000);

function opened(home: string) {
  const reader = openStoreToRead(home);
  return Object.assign(reader, { [Symbol.dispose]: () => reader.close() });
}

const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, "utf8");

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
