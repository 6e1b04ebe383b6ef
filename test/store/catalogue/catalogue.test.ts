import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { boxes, listed, places, things, type Thing } from "./places.ts";
import type { Catalogue } from "../../../src/store/catalogue/catalogue.ts";

const thing = (name: string, say = "hello"): string => `name = "${name}"\nsay = "${say}"\n`;

const names = (catalogue: Catalogue<Thing>): string[] => catalogue.entries().map(({ name }) => name);
const sayOf = (catalogue: Catalogue<Thing>, name: string): string | undefined => {
  const found = catalogue.find(name);
  return found.kind === "found" ? found.entry.value.say : undefined;
};
const problems = (catalogue: Catalogue<Thing>): string =>
  catalogue
    .refused()
    .map(({ problem }) => problem)
    .join("\n");

test("places that are not there have no entries, and no problem", () => {
  using all = places();
  const catalogue = all.open(things);
  expect(catalogue.entries()).toEqual([]);
  expect(catalogue.refused()).toEqual([]);
  expect(catalogue.find("a")).toEqual({ kind: "unknown" });
});

test("the home wins over the user's folder, and that over what ships", () => {
  using all = places();
  for (const [place, text] of [
    ["shipped", "ship"],
    ["config/cyberdeck", "user"],
    ["home", "home"],
  ] as const) {
    for (const name of place === "shipped" ? ["a", "b", "c"] : place === "home" ? ["a"] : ["a", "b"])
      all.write(`${place}/things/${name}.toml`, thing(name, text));
  }
  const catalogue = all.open(things);
  expect(names(catalogue).map((name) => sayOf(catalogue, name))).toEqual(["home", "user", "ship"]);
});

test("a bad file costs only itself, and is told with its line and what is allowed", () => {
  using all = places();
  all.write("home/things/good.toml", thing("good"));
  all.write("home/things/bad.toml", 'name = "bad"\nsai = "x"\n');
  const catalogue = all.open(things);
  expect(names(catalogue)).toEqual(["good"]);
  expect(catalogue.refused()).toMatchObject([{ name: "bad", line: 1, path: join(all.home, "things/bad.toml") }]);
  expect(catalogue.find("bad")).toMatchObject({ kind: "refused", refused: { line: 1 } });
});

test("a syntax error is told with its line and column", () => {
  using all = places();
  all.write("home/things/bad.toml", 'name = "bad"\nsay = = "x"\n');
  expect(all.open(things).refused()).toMatchObject([{ line: 2, problem: expect.stringContaining("column 7") }]);
});

test("a strong place's entry that was never valid is not replaced by a weaker one of that name", () => {
  using all = places();
  all.write("shipped/things/a.toml", thing("a", "lenient"));
  all.write("home/things/a.toml", "name = 7");
  const catalogue = all.open(things);
  expect(catalogue.find("a")).toMatchObject({ kind: "refused", refused: { path: join(all.home, "things/a.toml") } });
  expect(names(catalogue)).toEqual([]);
});

test("a weak place's bad entry does not matter where a stronger one has that name, but is told", () => {
  using all = places();
  all.write("config/cyberdeck/things/a.toml", "name = 7");
  all.write("home/things/a.toml", thing("a"));
  const catalogue = all.open(things);
  expect(sayOf(catalogue, "a")).toBe("hello");
  expect(catalogue.refused()).toHaveLength(1);
});

test("a bad edit keeps the last good version, and is told once", () => {
  using all = places();
  all.write("home/things/a.toml", thing("a", "first"));
  const catalogue = all.open(things);
  all.write("home/things/a.toml", thing("a", "far too long a text for this"));
  catalogue.look();
  catalogue.look();
  expect(sayOf(catalogue, "a")).toBe("first");
  expect(all.told).toMatchObject([{ name: "a", line: 2, problem: expect.stringContaining('"say"') }]);
});

test("an edit that mends a bad one is told, also when it is what was in force all along", () => {
  using all = places();
  all.write("home/things/a.toml", thing("a"));
  const catalogue = all.open(things);
  all.write("home/things/a.toml", "nonsense");
  catalogue.look();
  all.write("home/things/a.toml", thing("a"));
  catalogue.look();
  expect(catalogue.refused()).toEqual([]);
  expect(all.told.map((one) => ("change" in one ? one.change : "refused"))).toEqual(["refused", "changed"]);
});

test("what is added, changed and removed is told by name and file", () => {
  using all = places();
  const catalogue = all.open(things);
  const path = join(all.user, "things/a.toml");
  all.write("config/cyberdeck/things/a.toml", thing("a"));
  catalogue.look();
  all.write("config/cyberdeck/things/a.toml", thing("a", "other"));
  catalogue.look();
  all.remove("config/cyberdeck/things/a.toml");
  catalogue.look();
  expect(all.told).toEqual(
    ["added", "changed", "removed"].map((change) => ({ kind: "profile", name: "a", change, path })),
  );
  expect(catalogue.find("a")).toEqual({ kind: "unknown" });
});

test("an entry that is removed from the home gives way to the weaker one", () => {
  using all = places();
  all.write("home/things/a.toml", thing("a", "home"));
  all.write("shipped/things/a.toml", thing("a", "ship"));
  const catalogue = all.open(things);
  all.remove("home/things");
  catalogue.look();
  expect(sayOf(catalogue, "a")).toBe("ship");
  expect(all.told).toMatchObject([{ change: "changed", path: join(all.root, "shipped/things/a.toml") }]);
});

test("a file that is written again in the same moment with the same length is read again", () => {
  using all = places();
  all.write("home/things/a.toml", thing("a", "aaaa"));
  const catalogue = all.open(things);
  all.write("home/things/a.toml", thing("a", "bbbb"));
  catalogue.look();
  expect(sayOf(catalogue, "a")).toBe("bbbb");
});

test("an editor that puts a new file in the old one's place is followed", () => {
  using all = places();
  all.write("home/things/a.toml", thing("a"));
  const catalogue = all.open(things);
  all.write("home/things/.a.toml.new", thing("a", "renamed"));
  renameSync(join(all.home, "things/.a.toml.new"), join(all.home, "things/a.toml"));
  catalogue.look();
  expect(sayOf(catalogue, "a")).toBe("renamed");
});

test("what editors leave lying about is not an entry", () => {
  using all = places();
  for (const name of [".a.toml", "a.toml~", "a.toml.swp", "4913", "README.md"]) all.write(`home/things/${name}`, "x");
  const catalogue = all.open(things);
  expect([catalogue.entries(), catalogue.refused()]).toEqual([[], []]);
});

test.each(["Big.toml", "-dash.toml", "a b.toml", "ä.toml", "a.b.toml"])("the file name %s is refused", (name) => {
  using all = places();
  all.write(`home/things/${name}`, thing("x"));
  const catalogue = all.open(things);
  expect(catalogue.entries()).toEqual([]);
  expect(problems(catalogue)).toContain("small letters");
});

test("a link that leads out of its place is refused, one that stays inside is not", () => {
  using all = places();
  all.write("outside.toml", thing("out"));
  all.write("home/things/in.toml", thing("in"));
  symlinkSync(join(all.root, "outside.toml"), join(all.home, "things/out.toml"));
  symlinkSync("in.toml", join(all.home, "things/same.toml"));
  const catalogue = all.open(things);
  expect(names(catalogue)).toEqual(["in", "same"]);
  expect(problems(catalogue)).toContain("leads out");
});

test("a folder of entries that is itself a link out of its place is refused", () => {
  using all = places();
  all.write("elsewhere/a.toml", thing("a"));
  mkdirSync(all.home);
  symlinkSync(join(all.root, "elsewhere"), join(all.home, "things"));
  const catalogue = all.open(things);
  expect(catalogue.entries()).toEqual([]);
  expect(problems(catalogue)).toContain("leads out");
});

test("the user's whole folder may be a link, as with dotfiles", () => {
  using all = places();
  all.write("dotfiles/things/a.toml", thing("a"));
  mkdirSync(join(all.root, "config"));
  symlinkSync(join(all.root, "dotfiles"), all.user);
  expect(names(all.open(things))).toEqual(["a"]);
});

test("a link that leads nowhere, a folder and a file of other bytes are refused by name", () => {
  using all = places();
  mkdirSync(join(all.home, "things/folder.toml"), { recursive: true });
  symlinkSync("nothing", join(all.home, "things/dangling.toml"));
  writeFileSync(join(all.home, "things/bytes.toml"), Buffer.from([0xff, 0xfe, 0x00]));
  all.write("home/things/good.toml", thing("good"));
  const catalogue = all.open(things);
  expect(names(catalogue)).toEqual(["good"]);
  expect(catalogue.refused().map(({ name }) => name)).toEqual(["bytes", "dangling", "folder"]);
});

test("a named pipe does not hold anybody up", () => {
  using all = places();
  mkdirSync(join(all.home, "things"), { recursive: true });
  execFileSync("mkfifo", [join(all.home, "things/pipe.toml")]);
  expect(problems(all.open(things))).toContain("not a file");
});

test("a file over the cap is refused", () => {
  using all = places();
  all.write("home/things/a.toml", `${thing("a")}# ${"x".repeat(64 * 1024)}`);
  expect(problems(all.open(things))).toContain("larger than 64 KB");
});

test("keys that would reach into every object are refused", () => {
  using all = places();
  all.write("home/things/a.toml", '"__proto__" = { say = "x" }\n');
  expect(all.open(things).refused()).toHaveLength(1);
  expect(Reflect.get({}, "say")).toBeUndefined();
});

test("a folder that cannot be read keeps what was read of it before", () => {
  using all = places();
  all.write("home/things/a.toml", thing("a"));
  const catalogue = all.open(things);
  all.remove("home/things");
  symlinkSync("things", join(all.home, "things"));
  catalogue.look();
  expect(names(catalogue)).toEqual(["a"]);
  expect(problems(catalogue)).toContain("cannot be read");
});

test("of too many files some are read, and the rest is told", () => {
  using all = places();
  for (let index = 0; index < 205; index += 1) all.write(`home/things/t${index}.toml`, thing(`t${index}`));
  const catalogue = all.open(things);
  expect(names(catalogue)).toHaveLength(200);
  expect(problems(catalogue)).toContain("more than 200");
});

test("entries in folders of their own go by the folder's name; a folder without the file is none", () => {
  using all = places();
  all.write("home/boxes/one/box.toml", thing("one"));
  all.write("home/boxes/two/other.toml", thing("two"));
  all.write("home/boxes/three", "a file");
  const catalogue = all.open(boxes);
  expect(names(catalogue)).toEqual(["one"]);
  expect(catalogue.refused()).toEqual([]);
});

test("in a file of several, a bad entry keeps its own last good version and the others go on", () => {
  using all = places();
  const list = (...entries: [string, string][]): string =>
    entries.map(([name, say]) => `[[thing]]\n${thing(name, say)}`).join("\n");
  all.write("home/things.toml", list(["a", "one"], ["b", "one"]));
  const catalogue = all.open(listed);
  all.write("home/things.toml", list(["a", "two"], ["b", "far too long a text for this"], ["c", "one"]));
  catalogue.look();
  expect(names(catalogue).map((name) => [name, sayOf(catalogue, name)])).toEqual([
    ["a", "two"],
    ["b", "one"],
    ["c", "one"],
  ]);
});

test("in a file of several, a syntax error keeps all of them", () => {
  using all = places();
  all.write("home/things.toml", `[[thing]]\n${thing("a")}`);
  const catalogue = all.open(listed);
  all.write("home/things.toml", "[[thing");
  catalogue.look();
  expect(names(catalogue)).toEqual(["a"]);
  expect(all.told).toMatchObject([{ name: null, line: 1 }]);
});

test("a format that throws costs the file that it threw at", () => {
  using all = places();
  all.write("home/things/a.toml", thing("a"));
  const catalogue = all.open<Thing>({
    ...things,
    read: () => {
      throw new Error("broken format");
    },
  });
  expect(problems(catalogue)).toContain("broken format");
});
