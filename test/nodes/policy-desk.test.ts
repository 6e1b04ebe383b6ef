import { mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { policyDesk, type PolicyDesk } from "../../src/nodes/host/policy-desk.ts";
import { readPolicy } from "../../src/nodes/node/held-policy.ts";
import { nodePolicySchema, type NodePolicy } from "../../src/nodes/wire/policy.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";

const denying = (command: string): string => `[commands]\ndeny = ["${command}"]\n`;

/** The home of a host with two runs, and what it tells its nodes. */
function hosted(file?: string) {
  const folder = temporaryFolder();
  const path = join(folder, "deck/policy.toml");
  mkdirSync(dirname(path));
  if (file !== undefined) writeFileSync(path, file);
  const runs: NodePolicy["runs"] = {
    "run-1": { tier: "default", isAirgapped: false },
    "run-2": { tier: "yolo", isAirgapped: false },
  };
  const place = { workspace: join(folder, "work"), home: join(folder, "home"), deckHome: join(folder, "deck") };
  return { path, runs, open: (): PolicyDesk => policyDesk({ path, place, runs: () => runs }) };
}

/** All versions that it has had, each once. */
const count = (versions: string[]): number => new Set(versions).size;

describe("what a host tells its nodes to judge by", () => {
  test("is the file as it is and the settings of each open run, and a node takes it as that", () => {
    const { runs, open } = hosted(`# mine\n${denying("make")}`);
    const desk = open();
    const told = desk.current();
    expect(told).toEqual({ version: desk.version(), file: `# mine\n${denying("make")}`, runs });
    const arrived = readPolicy(JSON.parse(JSON.stringify(nodePolicySchema.parse(told))));
    expect(arrived).toMatchObject({ version: told.version, runs: new Map(Object.entries(runs)) });
  });

  test("is another version at once when the file, a tier, an airgap or the runs change, and the same when they do not", () => {
    const { path, runs, open } = hosted();
    const desk = open();
    expect(desk.current().file).toBe(null);
    const versions = [desk.version()];
    const changes: (() => void)[] = [
      () => writeFileSync(path, denying("make")),
      () => writeFileSync(path, denying("mak2")),
      () => (runs["run-1"] = { tier: "paranoid", isAirgapped: false }),
      () => (runs["run-1"] = { tier: "paranoid", isAirgapped: true }),
      () => delete runs["run-2"],
      () => (runs["run-3"] = { tier: "paranoid", isAirgapped: true }),
    ];
    for (const change of changes) {
      change();
      versions.push(desk.version());
      expect(desk.version()).toBe(versions.at(-1));
    }
    expect(count(versions)).toBe(changes.length + 1);
    // The same content is the same version, whoever tells it.
    expect(open().version()).toBe(versions.at(-1));
    rmSync(path);
    delete runs["run-3"];
    runs["run-1"] = { tier: "default", isAirgapped: false };
    runs["run-2"] = { tier: "yolo", isAirgapped: false };
    expect(desk.version()).toBe(versions[0]);
  });

  test.each<[string, (path: string) => void]>([
    ["is not TOML", (path) => writeFileSync(path, "deny deny deny")],
    ["has a mistyped key", (path) => writeFileSync(path, '[comands]\ndeny = ["make"]\n')],
    ["opens the home folder", (path) => writeFileSync(path, '[folders]\nwritable = ["~"]\n')],
    ["is a link", (path) => (rmSync(path), symlinkSync("/etc/hostname", path))],
    ["is a folder", (path) => (rmSync(path), mkdirSync(path))],
    ["is larger than any policy", (path) => writeFileSync(path, "#".repeat(300_000))],
  ])("does not change by an edit after which the file %s", (_, spoil) => {
    const { path, open } = hosted(denying("make"));
    const desk = open();
    const before = desk.current();
    spoil(path);
    expect(desk.current()).toEqual(before);
    rmSync(path, { recursive: true });
    writeFileSync(path, denying("cmake"));
    expect(desk.current().file).toBe(denying("cmake"));
  });

  test("is nothing at all while the file was wrong from the start, and what it says once it is right", () => {
    const { path, runs, open } = hosted("deny deny deny");
    const desk = open();
    expect(desk.current()).toMatchObject({ file: null, runs: {} });
    const before = desk.version();
    writeFileSync(path, denying("make"));
    expect(desk.current()).toMatchObject({ file: denying("make"), runs });
    expect(desk.version()).not.toBe(before);
  });

  test("is another one for a file of the same length and time, too", () => {
    const { path, open } = hosted(denying("make"));
    const desk = open();
    const before = desk.version();
    const { atime, mtime } = statSync(path);
    writeFileSync(path, denying("cake"));
    utimesSync(path, atime, mtime);
    expect(desk.version()).not.toBe(before);
  });

  test("is a copy: who changes what it was given changes nothing", () => {
    const { open, runs } = hosted();
    const desk = open();
    const told = desk.current();
    runs["run-1"] = { tier: "paranoid", isAirgapped: true };
    expect(told.runs["run-1"]?.tier).toBe("default");
    expect(typeof readPolicy(told)).toBe("object");
  });
});
