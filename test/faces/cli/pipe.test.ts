import { spawn } from "node:child_process";
import { once } from "node:events";
import { stage } from "./pty.ts";
import { expect, test } from "vitest";
import { z } from "zod";

/** The command line as a process of its own, writing JSON without end into a real pipe. */
function flood() {
  const child = spawn(process.execPath, [stage, "flood"], {
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let err = "";
  child.stderr.on("data", (data: Buffer) => {
    err += data.toString();
  });
  return { child, err: () => err, [Symbol.dispose]: () => void child.kill("SIGKILL") };
}

test("a reader that has seen enough (| head) ends the run gracefully", async () => {
  using run = flood();
  const ended = once(run.child, "close");
  await once(run.child.stdout, "data");
  run.child.stdout.destroy();
  expect(await ended).toEqual([130, null]);
  expect(run.err()).toMatch(/^The run was stopped; .+\n {2}cyberdeck run --resume run-\S+\n$/);
});

test("an interrupt lets the reader have everything up to run.closed", async () => {
  using run = flood();
  const ended = once(run.child, "close");
  let out = "";
  run.child.stdout.on("data", (data: Buffer) => {
    out += data.toString();
  });
  await once(run.child.stdout, "data");
  run.child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
  const events = out
    .trimEnd()
    .split("\n")
    .map((line) => z.object({ type: z.string(), seq: z.int() }).parse(JSON.parse(line)));
  expect(events.at(-1)?.type).toBe("run.closed");
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
});
