import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fullSettings } from "../../src/host/full-settings.ts";
import { commandSchema } from "../../src/protocol/command.ts";
import { runSettingsSchema } from "../../src/protocol/settings.ts";
import { homePaths } from "../../src/store/home.ts";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "deck-settings-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test("a goal needs no settings: they are what the home keeps, and what is built in", () => {
  writeFileSync(homePaths(home).settings, JSON.stringify({ max_spawns: 7, budget_usd: 3 }));
  const command = commandSchema.parse({ type: "goal.set", goal: "Count." });
  if (command.type !== "goal.set") throw new Error("another command");
  expect(command.command_line).toEqual([]);
  const settings = fullSettings(command.settings, { home, offline: true });
  expect(settings).toMatchObject({ max_spawns: 7, budget_usd: 3, offline: true, max_concurrent: 10 });
  expect(runSettingsSchema.parse(settings)).toEqual(settings);
});

test("what is given goes before what the home keeps, also when it is 0", () => {
  writeFileSync(homePaths(home).settings, JSON.stringify({ max_spawns: 7, budget_usd: 3 }));
  const given = { budget_usd: 0, max_spawns: undefined };
  expect(fullSettings(given, { home, offline: false })).toMatchObject({ budget_usd: 0, max_spawns: 7, offline: false });
});

test("a setting that there is not, or of the wrong kind, is no command", () => {
  const wrong = { type: "spawn", tasks: ["One."], settings: { max_spawns: "many" } };
  expect(commandSchema.safeParse(wrong).success).toBe(false);
});
