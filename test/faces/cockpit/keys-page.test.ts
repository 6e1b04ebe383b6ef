import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { ownKeysOf } from "../../../src/faces/cockpit/own-keys.ts";
import { everyAction } from "../../../src/faces/cockpit/every-action.ts";
import { cockpitSettingsSchema, defaultCockpitSettings } from "../../../src/protocol/cockpit-settings.ts";
import { withKeys } from "./kit/keys-table.ts";

const page = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "cockpit.md"), "utf8");

test("the page of the cockpit has the keys that it has (if not: node scripts/cockpit-keys.ts)", () => {
  expect(page).toBe(withKeys(page));
});

test("the page of the cockpit shows every setting with the value that is built in", () => {
  const example = /```toml\n([^`]*)```/.exec(page)?.[1] ?? "";
  const { keys, ...rest } = cockpitSettingsSchema.parse(parse(example));
  const { keys: _none, ...standard } = defaultCockpitSettings();
  expect(rest).toEqual(standard);
  for (const name of [...Object.keys(standard), ...Object.keys(standard.notify)]) expect(example).toContain(name);
  expect(ownKeysOf(keys, everyAction()).problems).toEqual([]);
});

test("a page without a place for keys is refused", () => {
  expect(() => withKeys("# nothing")).toThrow("no place for keys");
});
