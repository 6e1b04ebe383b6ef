import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { judgeFor } from "../../../src/engine/gate/judge.ts";
import { readText } from "../../../src/engine/gate/read-text.ts";

const folder = mkdtempSync(join(tmpdir(), "read-text-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const judge = judgeFor({
  tier: () => "default",
  workspace: folder,
  runFolder: at(".cyberdeck/runs/run-1"),
  deckHome: at(".cyberdeck"),
  agentHome: "/nowhere/home",
  keptProcesses: () => [4711, 4712],
});
const decisionOn = (command: string): string => judge({ id: "c", tool: "Bash", input: { command } }).decision;

describe("what the brake can read of the project", () => {
  test("is the text of small ordinary files, also through a link", () => {
    writeFileSync(at("small"), "echo hé");
    symlinkSync("small", at("link"));
    expect([readText(at("small")), readText(at("link"))]).toEqual(["echo hé", "echo hé"]);
  });

  test("is nothing of a pipe, a folder, a large file or one that is not there, and it does not wait for any", () => {
    execFileSync("mkfifo", [at("pipe")]);
    writeFileSync(at("large"), Buffer.alloc(300 * 1024, "x"));
    expect([at("pipe"), folder, at("large"), at("none")].map(readText)).toEqual(Array(4).fill(undefined));
  });
});

test("the deck's own processes are kept from being signalled by number, others are not", () => {
  for (const command of ["kill 4711", "kill -9 -4712", "kill -s TERM 99 4711", "echo 4712 && kill -STOP 4712"])
    expect(`${command}: ${decisionOn(command)}`).toBe(`${command}: deny`);
  expect(decisionOn("kill 4713")).toBe("allow");
});

describe("the scripts of a project", () => {
  test("count for what they do as they stand on disk at the time of the call", () => {
    const scripts = { build: "tsc -p .", wipe: "rm -rf ~/", release: "npm publish" };
    writeFileSync(at("package.json"), JSON.stringify({ scripts }));
    expect(decisionOn("npm run build")).toBe("allow");
    expect(decisionOn("npm run wipe")).toBe("deny");
    expect(decisionOn("npm run release")).toBe("hold");
    writeFileSync(at("package.json"), JSON.stringify({ scripts: { build: "sudo make install" } }));
    expect(decisionOn("npm run build")).toBe("deny");
  });
});
