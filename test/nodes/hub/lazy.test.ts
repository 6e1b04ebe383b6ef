import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const source = join(import.meta.dirname, "../../../src");
const probe = join(import.meta.dirname, "../kit/loaded.cjs");

/** How many modules of NATS a program has loaded. */
async function loadedBy(...args: string[]): Promise<number> {
  const run = promisify(execFile);
  const env = { PATH: process.env["PATH"], HOME: "/nonexistent" };
  const { stderr } = await run(process.execPath, ["--require", probe, ...args], { env });
  return Number(/loaded of NATS: (\d+)/.exec(stderr)?.[1]);
}

test("a command that needs no hub loads nothing of NATS; opening one does", async () => {
  expect(await loadedBy(join(source, "bin/cyberdeck.ts"), "--help")).toBe(0);
  expect(await loadedBy(join(source, "nodes/hub/open-hub.ts"))).toBe(0);
  const opens = `import { openHub } from ${JSON.stringify(join(source, "nodes/hub/open-hub.ts"))};
    await openHub({ me: "host", access: { urls: ["nats://127.0.0.1:1"], fleet: "f", login: { by: "nothing" } } }).catch(() => {});`;
  expect(await loadedBy("--input-type=module", "--eval", opens)).toBeGreaterThan(10);
});

test("nothing but the folder that is loaded with the hub names the clients of NATS, and only the door leads there", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
  const naming = (words: RegExp): string[] =>
    files.filter((path) => words.test(readFileSync(join(source, path), "utf8")));
  const outside = (path: string): boolean => !path.startsWith(join("nodes", "hub", "nats"));
  expect(naming(/["']@nats-io\//).filter(outside)).toEqual([]);
  expect(naming(/from\s+["'][^"']*hub\/nats\/|from\s+["']\.\/nats\//).filter(outside)).toEqual([]);
  expect(naming(/import\(["']\.\/nats\/open\.ts["']\)/)).toEqual([join("nodes", "hub", "open-hub.ts")]);
});
