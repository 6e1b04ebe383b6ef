import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ensureHome } from "../../src/store/home.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";

describe("a home in which there is something before the deck has ever run there", () => {
  test("stays out of version control", () => {
    const home = join(temporaryFolder(), ".cyberdeck");
    mkdirSync(home);
    for (const name of ["hub.json", "hub-key.pem"]) writeFileSync(join(home, name), "");
    ensureHome(home);
    expect(readFileSync(join(home, ".gitignore"), "utf8")).toBe("*\n");
  });

  test.each([
    [["hub.json", "policy.toml", "profiles"], true],
    [["deck.db", "runs", "bin", "host.log"], true],
    [["runs", "bin"], false],
    [["hub.json", "own work"], false],
  ])(
    "is hidden from version control under another name where all of it may be the deck's: with %j, %j",
    (names, isHidden) => {
      const folder = temporaryFolder();
      for (const name of names) writeFileSync(join(folder, name), "");
      ensureHome(folder);
      expect(existsSync(join(folder, ".gitignore"))).toBe(isHidden);
    },
  );

  test("keeps what its netrunner wants git to ignore in it", () => {
    const home = join(temporaryFolder(), ".cyberdeck");
    mkdirSync(home);
    writeFileSync(join(home, ".gitignore"), "*\n!policy.toml\n");
    ensureHome(home);
    expect(readFileSync(join(home, ".gitignore"), "utf8")).toBe("*\n!policy.toml\n");
  });
});
