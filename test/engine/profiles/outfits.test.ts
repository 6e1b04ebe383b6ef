import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import type { SpawnSpec } from "../../../src/engine/construct/outcome-of.ts";
import { outfitsOf, type Outfits } from "../../../src/engine/profiles/outfits.ts";
import { openCatalogues } from "../../../src/store/catalogue/catalogues.ts";
import { profileFile } from "./fixtures.ts";

let folder: string;
let noted: [string, unknown][];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "outfits-"));
  mkdirSync(join(folder, "profiles"));
  noted = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, ...lines: string[]): void =>
  writeFileSync(join(folder, "profiles", `${name}.toml`), profileFile(name, ...lines));

function open(): Outfits {
  const note = (type: string, body: unknown): boolean => noted.push([type, body]) > 0;
  const [user, shipped] = [join(folder, "user"), join(folder, "shipped")];
  const place = { deckHome: folder, user, shipped, path: "", home: folder, clock: systemClock };
  const catalogues = openCatalogues({ ...place, onChange: () => undefined, onRefusal: () => undefined });
  return outfitsOf({
    catalogues,
    judge: () => ({ decision: "deny", rule: "test", reason: "a test", effects: [] }),
    workspace: folder,
    note,
  });
}

const spec = (id: string, profile: string): SpawnSpec => ({
  id,
  task: "Work",
  origin: "netrunner",
  parent: null,
  caliber: { model: "sonnet", effort: "low" },
  after: [],
  profile,
  plugins: null,
});

test("an edit holds for the next construct and leaves the one at work as it is, its limits too", () => {
  write("mine", 'tools = ["Read"]', "limits = { turns = 3, usd = 1 }");
  const outfits = open();
  const first = outfits.of(spec("cx-00000001", "mine"));
  write("mine", 'tools = ["Read", "Write"]');
  const second = outfits.of(spec("cx-00000002", "mine"));
  const denies = (outfit: typeof first): boolean =>
    outfit.stage({ id: "c", tool: "Write", input: {} }, { decision: "allow", rule: "t", reason: "t", effects: [] }) !==
    undefined;
  expect([denies(first), denies(second)]).toEqual([true, false]);
  // Whoever asks again, with another copy of the same spawn, gets what the construct started with.
  expect(outfits.of(spec("cx-00000001", "mine"))).toBe(first);
  expect(outfits.limitsOf("cx-00000001")).toMatchObject({ construct_turns: 3, construct_usd: 1 });
  expect(outfits.limitsOf("cx-00000002")).toMatchObject({ construct_turns: 0, construct_usd: 0 });
  expect(outfits.hasDollarBound).toBe(true);
});

test("a profile that is gone is replaced once, on the record, and by one that may only read: it may have been as narrow", () => {
  const outfits = open();
  const own = outfits.of(spec("cx-00000001", "gone"));
  outfits.of(spec("cx-00000001", "gone"));
  expect(own).toMatchObject({ profile: { name: "default" }, text: expect.stringContaining("Read, Glob, Grep") });
  const verdict = { decision: "allow", rule: "t", reason: "t", effects: [] } as const;
  expect(own.stage({ id: "c", tool: "Bash", input: {} }, verdict)).toMatchObject({ decision: "deny" });
  expect(own.stage({ id: "c", tool: "Read", input: {} }, verdict)).toBeUndefined();
  expect(noted).toMatchObject([["profile.replaced", { profile: "gone", by: "default" }]]);
});

test("a construct that nobody has started has no limits of a profile", () => {
  const outfits = open();
  expect(outfits.limitsOf("cx-0000000f")).toEqual({
    construct_turns: 0,
    construct_tokens: 0,
    construct_usd: 0,
    time_limit_ms: 0,
  });
  expect(outfits.hasDollarBound).toBe(false);
});

test("names that every object has are no profiles", () => {
  const outfits = open();
  for (const name of ["constructor", "__proto__", "toString", ""]) {
    expect(outfits.profile(name)).toBeUndefined();
    expect(outfits.objection(name)?.rule).toBe("profile.unknown");
  }
});
