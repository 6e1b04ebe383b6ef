import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, watch } from "node:fs";
import { PassThrough, Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { eventually } from "../../kit/deck.ts";
import { sealedEnvironment } from "../../../src/nodes/workspace/git-environment.ts";
import { runGit, type GitCall } from "../../../src/nodes/workspace/run-git.ts";
import { place, put } from "./kit/place.ts";

const here = place();

const call = (more: Partial<GitCall>): Promise<unknown> => {
  const { folder, tools } = here();
  return runGit({ args: ["version"], cwd: folder, env: sealedEnvironment(tools.path), timeoutMs: 20_000, ...more });
};

/** A program in the place of git; it may use what is on the path after it. */
function instead(script: string): Record<string, string> {
  const { at, tools } = here();
  put(at("bin"), { git: `#!/bin/sh\n${script}\n` });
  chmodSync(at("bin/git"), 0o755);
  return { ...sealedEnvironment(`${at("bin")}:${tools.path}`), AT: at("") };
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    // There is none of this number.
    return false;
  }
};

describe("a run of git", () => {
  test("gives its output, and takes an exit that is an answer", async () => {
    expect(await call({})).toMatchObject({ code: 0, out: expect.any(Buffer) });
    expect(await call({ env: instead("exit 3"), codes: [0, 3] })).toMatchObject({ code: 3 });
  });

  test("that fails is a fault with its words, and without what a terminal would act on", async () => {
    const env = instead(String.raw`printf 'fatal: \033[31mno\033[0m such thing\n' >&2; exit 128`);
    await expect(call({ env })).rejects.toMatchObject({
      code: "git.failed",
      message: "git version failed: fatal: no such thing",
      facts: { code: 128 },
    });
  });

  test("that says nothing and fails, or is killed, says so", async () => {
    await expect(call({ env: instead("exit 7") })).rejects.toThrow("it ended with 7");
    await expect(call({ env: instead("kill -9 $$") })).rejects.toMatchObject({ code: "git.failed" });
  });

  test("that is stopped ends with all that it has started", async () => {
    const env = instead('sleep 300 & echo $! > "$AT/pid.new"; mv "$AT/pid.new" "$AT/pid"; wait');
    const { folder, at } = here();
    const stop = new AbortController();
    const seen = Promise.withResolvers<void>();
    const watcher = watch(folder, () => (existsSync(at("pid")) ? seen.resolve() : undefined));
    const running = call({ env, signal: stop.signal });
    const fault = running.catch((error: unknown) => error);
    await seen.promise;
    watcher.close();
    const pid = Number(readFileSync(at("pid"), "utf8"));
    expect(isAlive(pid)).toBe(true);
    stop.abort();
    expect(await fault).toMatchObject({ code: "git.stopped" });
    // The kernel kills it in its own time, and whoever inherits it buries it.
    await eventually(() => !isAlive(pid), "what git has started is gone");
  });

  test("that takes too long, or says too much, is ended", async () => {
    await expect(call({ env: instead("sleep 300 & wait"), timeoutMs: 300 })).rejects.toMatchObject({
      code: "git.too_slow",
    });
    await expect(call({ env: instead("yes"), mostBytes: 100_000 })).rejects.toMatchObject({ code: "git.too_much" });
  });

  test("that is over but has left something behind that holds its output is waited for no longer than allowed", async () => {
    const { at } = here();
    const env = instead('setsid sleep 300 & echo $! > "$AT/pid"; exit 0');
    await expect(call({ env, timeoutMs: 1000 })).rejects.toMatchObject({ code: "git.too_slow" });
    process.kill(Number(readFileSync(at("pid"), "utf8")), "SIGKILL");
  });

  test("whose reader fails, fails for that reason", async () => {
    const sink = new Writable({ write: (_chunk, _encoding, done) => done(new Error("the disk is full")) });
    await expect(call({ env: instead("yes"), sink })).rejects.toThrow("the disk is full");
  });

  test("whose input cannot be read fails for that reason", async () => {
    const input = new PassThrough();
    const running = call({ env: instead("cat"), input });
    input.destroy(new Error("the file is gone"));
    await expect(running).rejects.toThrow("the file is gone");
  });

  test("may leave its input alone, however long that is", async () => {
    expect(await call({ env: instead("exit 0"), input: Buffer.alloc(5_000_000) })).toMatchObject({ code: 0 });
  });

  test("has nothing of our environment, and no settings of the machine", async () => {
    const { tools } = here();
    const seen = execFileSync("env", {
      env: sealedEnvironment(tools.path, { "core.hooksPath": "/tmp/evil" }),
    }).toString();
    expect(seen).not.toContain("evil");
    expect(seen).toContain("HOME=/dev/null");
    expect(seen).not.toContain("NODE");
  });
});
