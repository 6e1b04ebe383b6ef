import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findExecutable } from "../../src/drivers/claude/executable.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "executable-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(path: string, mode = 0o755): string {
  const full = join(folder, path);
  mkdirSync(join(full, ".."), { recursive: true });
  writeFileSync(full, "#!/bin/sh\n");
  chmodSync(full, mode);
  return full;
}

describe("the agent's executable", () => {
  test("is the one that was asked for, before the variable and PATH", async () => {
    const asked = program("asked/agent");
    const env = { CYBERDECK_CLAUDE_BIN: program("variable/agent"), PATH: join(program("bin/claude"), "..") };
    expect(await findExecutable({ asked, env, cwd: "/" })).toBe(asked);
  });

  test("is the one of CYBERDECK_CLAUDE_BIN, before the one on PATH", async () => {
    const named = program("variable/agent");
    const env = { CYBERDECK_CLAUDE_BIN: named, PATH: join(program("bin/claude"), "..") };
    expect(await findExecutable({ env, cwd: "/" })).toBe(named);
  });

  test("is the first claude on PATH that can be run, before the one in the SDK", async () => {
    const second = program("two/claude");
    program("one/claude", 0o644);
    mkdirSync(join(folder, "zero/claude"), { recursive: true });
    const PATH = [join(folder, "zero"), join(folder, "one"), join(folder, "two")].join(":");
    expect(await findExecutable({ env: { PATH, CYBERDECK_CLAUDE_BIN: "" }, cwd: "/" })).toBe(second);
  });

  test("is the one that the SDK ships when there is no other", async () => {
    expect(await findExecutable({ env: { PATH: folder }, cwd: "/" })).toContain("claude-agent-sdk");
  });

  test("a relative name is meant from the caller's folder, a bare one is looked for on PATH first", async () => {
    const path = program("bin/agent");
    expect(await findExecutable({ asked: "bin/agent", env: {}, cwd: folder })).toBe(path);
    expect(await findExecutable({ asked: "agent", env: { PATH: join(folder, "bin") }, cwd: "/" })).toBe(path);
    expect(await findExecutable({ asked: "agent", env: {}, cwd: join(folder, "bin") })).toBe(path);
  });

  test("an asked one that is not there, is not a file or may not be run is a setup fault that says what to do", async () => {
    const claude = join(program("bin/claude"), "..");
    mkdirSync(join(folder, "a-folder"));
    for (const asked of ["no-such", program("plain", 0o644), join(folder, "a-folder"), `${program("f")}/below`]) {
      await expect(findExecutable({ asked, env: { PATH: claude }, cwd: folder })).rejects.toMatchObject({
        kind: "setup",
        code: "agent.not_found",
        hint: expect.stringContaining("--claude-bin"),
      });
    }
  });
});
