import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { call } from "../../../src/offline/reply.ts";
import { homePaths } from "../../../src/store/home.ts";
import { openTestDeck, type TestDeck } from "../../kit/deck.ts";
import { command, knock } from "./visitor.ts";

/** A deck whose home keeps settings of its own, and whose constructs work until they are stopped. */
function openBusyDeck(): Promise<TestDeck> {
  const folder = mkdtempSync(join(tmpdir(), "deck-asked-"));
  const home = join(folder, "workspace", ".cyberdeck");
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const frugal = { tripwire_author: "off", pool: 0, sandbox: "off" };
  writeFileSync(homePaths(home).settings, JSON.stringify({ ...frugal, max_spawns: 7, budget_usd: 3 }));
  return openTestDeck({ folder, answer: () => call("Bash", { command: "touch started; sleep 300 & wait" }) });
}

const openedSchema = z.object({ run: z.string(), afterSeq: z.int() });
const viewSchema = z.object({ run: z.looseObject({ settings: z.record(z.string(), z.unknown()) }) });

/** Gives a goal or tasks as another program does, and what settings the run then has. */
async function settingsOfRun(kit: TestDeck, asked: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { socket } = homePaths(kit.home);
  const { status, body } = await command(socket, JSON.stringify(asked));
  expect([status, body]).toEqual([200, expect.anything()]);
  const { run } = openedSchema.parse(body);
  const shown = await knock(socket, `/v1/snapshot?run=${run}`);
  return viewSchema.parse(shown.body).run.settings;
}

describe("over the door", () => {
  test("a goal without settings runs under what the home keeps, and what is built in", async () => {
    await using kit = await openBusyDeck();
    const settings = await settingsOfRun(kit, { type: "goal.set", goal: "Count." });
    expect(settings).toMatchObject({ max_spawns: 7, budget_usd: 3, offline: true, max_concurrent: 10 });
  });

  test("tasks with one setting have that one, also when it is 0, and the others as they are", async () => {
    await using kit = await openBusyDeck();
    const settings = await settingsOfRun(kit, { type: "spawn", tasks: ["One."], settings: { budget_usd: 0 } });
    expect(settings).toMatchObject({ max_spawns: 7, budget_usd: 0, tripwire_author: "off" });
  });

  test.each([
    ["of the wrong kind", { max_spawns: "many" }],
    ["that is out of its range", { max_concurrent: -1 }],
  ])("a goal with a setting %s is refused, with its name, and no run is opened", async (_, settings) => {
    await using kit = await openBusyDeck();
    const { socket } = homePaths(kit.home);
    const { status, body } = await command(socket, JSON.stringify({ type: "goal.set", goal: "Count.", settings }));
    expect(status).toBe(400);
    const name = Object.keys(settings)[0] ?? "";
    expect(body).toMatchObject({ fault: { code: "door.bad_command", message: expect.stringContaining(name) } });
    expect(await kit.deck.send({ type: "runs.list" })).toEqual({ runs: [] });
  });

  test("settings of a home that cannot be read refuse the goal, and say which file", async () => {
    await using kit = await openBusyDeck();
    const path = homePaths(kit.home).settings;
    writeFileSync(path, "{");
    const { status, body } = await command(homePaths(kit.home).socket, '{"type":"goal.set","goal":"Count."}');
    expect(status).toBe(507);
    expect(body).toMatchObject({ fault: { code: "settings.unreadable", message: expect.stringContaining(path) } });
  });
});
