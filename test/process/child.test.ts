import { execFile } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { type ChildSpec, spawnChild, startChild } from "../../src/process/child.ts";
import { linuxTable } from "../../src/process/linux.ts";
import { showExit } from "../../src/process/exit.ts";
import { stopTree } from "../../src/process/stop.ts";
import { newMarker, quick, until, workbench, type Workbench } from "./workbench.ts";

const spec = (bench: Workbench, change: Partial<ChildSpec>): ChildSpec => ({
  command: "/bin/sh",
  args: [],
  cwd: bench.folder,
  env: { PATH: "/usr/bin:/bin" },
  marker: newMarker(),
  ...change,
});

async function refusal(wish: ChildSpec): Promise<Fault> {
  const error: unknown = await spawnChild(wish).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Fault)) throw new Error(`not refused with a fault: ${String(error)}`);
  expect(error.kind).toBe("setup");
  expect(error.hint).not.toBe(undefined);
  return error;
}

test("a missing command is refused, by path and by name", async () => {
  await using bench = await workbench();
  expect((await refusal(spec(bench, { command: "/no/such/agent" }))).code).toBe("process.command_missing");
  expect((await refusal(spec(bench, { command: "no-such-agent" }))).code).toBe("process.command_missing");
});

test("a working directory that is missing, or a file, is named as the trouble", async () => {
  await using bench = await workbench();
  const file = join(bench.folder, "file");
  await writeFile(file, "");
  expect((await refusal(spec(bench, { cwd: join(bench.folder, "gone") }))).code).toBe("process.cwd_missing");
  expect((await refusal(spec(bench, { cwd: file }))).code).toBe("process.cwd_not_folder");
});

test("a working directory below one that may not be entered is refused", async () => {
  await using bench = await workbench();
  // Root may enter everything, so the attempt is made as somebody else, who may not even read the code: it comes first.
  const script = `
    const { startChild } = await import(process.argv[1]);
    if (process.getuid() === 0) {
      process.setgid(65534);
      process.setuid(65534);
    }
    const spec = { command: "/bin/true", args: [], cwd: process.argv[2], env: {}, marker: { name: "A", value: "b" } };
    const exit = await startChild(spec).closed;
    console.log(exit.how, exit.fault?.code);`;
  const module = join(import.meta.dirname, "../../src/process/child.ts");
  await chmod(bench.folder, 0o600);
  const said = await new Promise<string>((resolve) => {
    const args = ["--input-type=module", "-e", script, module, bench.folder];
    execFile(process.execPath, args, { env: {}, cwd: "/" }, (_error, out, err) => resolve(out || err));
  });
  expect(said.trim()).toBe("never process.cwd_denied");
});

test("a file that is not executable, or whose interpreter is missing, is refused", async () => {
  await using bench = await workbench();
  const plain = join(bench.folder, "plain");
  const orphan = join(bench.folder, "orphan");
  await writeFile(plain, "#!/bin/sh\n");
  await writeFile(orphan, "#!/no/such/interpreter\n", { mode: 0o755 });
  expect((await refusal(spec(bench, { command: plain }))).code).toBe("process.command_denied");
  expect((await refusal(spec(bench, { command: orphan }))).code).toBe("process.interpreter_missing");
});

test("arguments that the kernel does not take are refused, not thrown", async () => {
  await using bench = await workbench();
  const wish = spec(bench, { args: ["-c", "true", "x".repeat(4_000_000)] });
  expect((await refusal(wish)).code).toBe("process.too_long");
  expect((await refusal(spec(bench, { args: ["nul\0byte"] }))).code).toBe("process.not_started");
  const child = startChild(wish);
  expect(child.pid).toBe(undefined);
  expect((await child.closed).how).toBe("never");
  child.stdin.end("goes nowhere");
});

test("the exit is told while a grandchild still holds stdout and stderr", async () => {
  await using bench = await workbench();
  const child = await bench.sh("sleep 300 & echo $! >$BENCH/holder; echo last >&2; exit 7");
  expect(await child.closed).toEqual({ how: "code", code: 7 });
  expect(child.signal.aborted).toBe(true);
  expect(child.signal.reason).toBe(child.exit);
  expect(await bench.isAlive(await bench.pid("holder"))).toBe(true);
  expect(await child.lastWords(50)).toBe("last\n");
});

test("an end by a signal is told as the signal", async () => {
  await using bench = await workbench();
  const child = await bench.sh("kill -USR1 $$");
  const exit = await child.closed;
  expect(exit).toEqual({ how: "signal", signal: "SIGUSR1" });
  expect(showExit(exit)).toBe("signal SIGUSR1");
});

test("a flood on stderr does not block the child, and only its end is kept", async () => {
  await using bench = await workbench();
  const child = await bench.sh("head -c 50000000 /dev/zero | tr '\\0' x >&2; printf 'the ünd' >&2; exit 5");
  expect(await child.closed).toEqual({ how: "code", code: 5 });
  const words = await child.lastWords(5000);
  expect(Buffer.byteLength(words)).toBe(8192);
  expect(words.endsWith("xxxthe ünd")).toBe(true);
});

test("a cut in the middle of a character leaves no broken one", async () => {
  await using bench = await workbench();
  const child = await bench.sh("yes ü | head -n 9000 | tr -d '\\n' >&2; printf x >&2");
  const words = await child.lastWords(5000);
  expect(words).not.toContain("\ufffd");
  expect(words).toMatch(/^ü+x$/);
});

test("writing to a child that is gone breaks nothing", async () => {
  await using bench = await workbench();
  const child = await bench.sh("exit 0");
  await child.closed;
  child.stdin.write("too late");
  child.stdin.end();
  expect(child.exit).toEqual({ how: "code", code: 0 });
});

test("a child gets the given environment, the marker, and nothing else", async () => {
  await using bench = await workbench();
  const marker = newMarker();
  const child = await spawnChild(spec(bench, { command: "/usr/bin/env", env: { ONE: "1" }, marker }));
  await child.closed;
  let out = "";
  for await (const chunk of child.stdout) out += String(chunk);
  expect(out.trim().split("\n").sort()).toEqual([`${marker.name}=${marker.value}`, "ONE=1"]);
  await stopTree(child, quick);
});

test("a child leads a group and a session of its own, and its identity is the kernel's", async () => {
  await using bench = await workbench();
  const child = await bench.sh("exec sleep 300");
  const entry = await linuxTable().find(child.pid ?? 0);
  expect(entry).toMatchObject({ ...(await child.started), group: child.pid, session: child.pid, parent: process.pid });
});

test("a child that ends at once is still identified", async () => {
  await using bench = await workbench();
  const child = await bench.sh("exit 0");
  expect(Number.isFinite((await child.started).started)).toBe(true);
  await until(() => child.exit !== undefined);
});
