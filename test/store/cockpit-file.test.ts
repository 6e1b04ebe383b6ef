import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { defaultCockpitSettings } from "../../src/protocol/cockpit-settings.ts";
import { readCockpitFile } from "../../src/store/cockpit-file.ts";

describe("the settings of the cockpit", () => {
  let home = "";
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "cockpit-file-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));
  const read = (text: string) => {
    writeFileSync(join(home, "cockpit.toml"), text);
    return readCockpitFile(home);
  };

  test("are the built-in ones where there is no file", () => {
    expect(readCockpitFile(home)).toMatchObject({ settings: defaultCockpitSettings(), problems: [] });
  });

  test("are read from the file, and what it leaves out is built in", () => {
    const { settings, problems } = read(
      'theme = "light"\nmouse = false\n[keys]\n"construct.kill" = ["x", "ctrl+k"]\n[notify]\nhold = ["bell"]\n',
    );
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({
      theme: "light",
      mouse: false,
      keys: { "construct.kill": ["x", "ctrl+k"] },
      notify: { hold: ["bell"], daemon: ["bell", "desktop"] },
    });
  });

  test("lead to the line of a value, for what is found out later", () => {
    const { lineOf } = read('theme = "dark"\n\n[keys]\n"construct.kill" = "x"\n');
    expect(lineOf?.(["keys", "construct.kill"])).toBe(4);
  });

  test("tell a wrong value with its line and what is allowed, and keep the rest", () => {
    const { settings, problems } = read('mouse = false\ntheme = "pink"\n');
    expect(problems).toEqual(['cockpit.toml:2: "theme" cannot be "pink"; it is one of: dark, light, terminal, mono']);
    expect(settings).toMatchObject({ mouse: false, theme: "dark" });
  });

  test("tell a wrong value in a table and keep its neighbours", () => {
    const { settings, problems } = read(
      'theme = "light"\n[notify]\ntitle = "yes"\nhold = ["drum"]\ndone = ["bell"]\n[keys]\n"a.b" = 3\n"c.d" = "x"\n',
    );
    expect(problems.map((problem) => problem.slice(0, 15))).toEqual([
      "cockpit.toml:3:",
      "cockpit.toml:4:",
      "cockpit.toml:7:",
    ]);
    expect(settings).toMatchObject({
      theme: "light",
      notify: { title: true, hold: ["bell", "desktop"], done: ["bell"] },
      keys: { "c.d": "x" },
    });
  });

  test("tell a key that does not exist, and the one that was probably meant", () => {
    const { settings, problems } = read('tehme = "light"\nmouse = false\n[notify]\nhodl = []\n');
    expect(problems).toEqual([
      expect.stringContaining('did you mean "theme"?'),
      expect.stringContaining('did you mean "hold"?'),
    ]);
    expect(settings.mouse).toBe(false);
  });

  test("are the built-in ones where the file is no TOML, and its line is told", () => {
    const { settings, problems } = read('theme = "light"\nmouse = = false\n');
    expect(settings).toEqual(defaultCockpitSettings());
    expect(problems).toEqual([expect.stringMatching(/^cockpit\.toml:2: this is not TOML/)]);
  });

  test("are the built-in ones where a table is something else", () => {
    const { settings, problems } = read('keys = "k"\nnotify = 3\nmouse = false\n');
    expect(problems).toHaveLength(2);
    expect(settings).toEqual({ ...defaultCockpitSettings(), mouse: false });
  });

  test("are the built-in ones where the file cannot be read, which is told", () => {
    mkdirSync(join(home, "cockpit.toml"));
    const { settings, problems } = readCockpitFile(home);
    expect(settings).toEqual(defaultCockpitSettings());
    expect(problems).toEqual([expect.stringContaining("cockpit.toml cannot be read")]);
  });
});
