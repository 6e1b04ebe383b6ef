import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { changeSettings, readSettings } from "../../src/store/settings-file.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "settings-test-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const file = (): string => join(home, "settings.json");

describe("the settings of a home", () => {
  test("are nothing where there is no file, and hold only what was changed", () => {
    expect(readSettings(home)).toEqual({});
    changeSettings(home, { set: { budget_usd: 5, pool: 0 }, unset: [] });
    expect(JSON.parse(readFileSync(file(), "utf8"))).toEqual({ budget_usd: 5, pool: 0 });
    changeSettings(home, { set: { hold_window_ms: null }, unset: ["pool"] });
    expect(readSettings(home)).toEqual({ budget_usd: 5, hold_window_ms: null });
  });

  test.each([
    ['{\n  "pool": 3,\n  oops\n}', /line 3/],
    ['{"pool": "many"}', /pool: /],
    ['{"pool": -1}', /pool: /],
    ['{"poool": 3}', /there is no setting "poool"; did you mean pool\?/],
    ['{"offline": true}', /there is no setting "offline"/],
    ["[]", /expected object/],
    ["", /JSON/],
  ])("that are broken (%s) are refused with the place and a next step, and left as they are", (text, where) => {
    writeFileSync(file(), text);
    expect(() => readSettings(home)).toThrow(where);
    expect(() => readSettings(home)).toThrow(
      expect.objectContaining({ code: "settings.unreadable", hint: expect.any(String) }),
    );
    expect(() => changeSettings(home, { set: { pool: 1 }, unset: [] })).toThrow(where);
    expect(readFileSync(file(), "utf8")).toBe(text);
  });

  test("a value that is none is not kept", () => {
    changeSettings(home, { set: { pool: 2 }, unset: [] });
    expect(() => changeSettings(home, { set: { pool: -2 }, unset: [] })).toThrow(/pool/);
    expect(readSettings(home)).toEqual({ pool: 2 });
  });

  test("that several processes change at the same time, keep all changes", async () => {
    const script = join(home, "writer.ts");
    const module = new URL("../../src/store/settings-file.ts", import.meta.url).pathname;
    writeFileSync(
      script,
      `import { changeSettings } from ${JSON.stringify(module)};
      const [home, field] = process.argv.slice(2);
      for (let n = 1; n <= 20; n += 1) changeSettings(home, { set: { [field]: n }, unset: [] });`,
    );
    const fields = ["pool", "max_concurrent", "max_spawns", "construct_turns"];
    await Promise.all(fields.map((field) => promisify(execFile)(process.execPath, [script, home, field])));
    expect(readSettings(home)).toEqual(Object.fromEntries(fields.map((field) => [field, 20])));
    expect(readdirSync(home).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
