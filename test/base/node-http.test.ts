import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..", "..");

/** Whether a process that has loaded these has undici, which is most of the time that they would take. */
async function loadsUndici(...modules: string[]): Promise<boolean> {
  const imports = modules.map((one) => `await import(${JSON.stringify(one)});`).join("");
  const program = `${imports} process.stdout.write(JSON.stringify(process.moduleLoadList))`;
  const args = ["--input-type=module", "-e", program];
  const { stdout } = await run(process.execPath, args, { cwd: root, env: {} });
  return stdout.includes("undici");
}

const own = (...path: string[]): string => join(root, "src", ...path);

test.each([
  ["what talks to a deck", own("host", "door", "attach.ts")],
  ["what listens for faces", own("host", "door", "door.ts")],
  ["the scripted model", own("offline", "server.ts")],
  ["the cockpit", own("faces", "cockpit", "open-cockpit.ts")],
])("%s is loaded without undici", async (_, path) => {
  expect(await loadsUndici(path)).toBe(false);
});

test("undici would be seen where it is loaded", async () => {
  expect(await loadsUndici("node:http")).toBe(true);
});
