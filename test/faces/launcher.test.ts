import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { once } from "node:events";
import { transform } from "esbuild";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const original = join(import.meta.dirname, "..", "..", "bin", "cyberdeck.cjs");
const packageName = `node-${process.platform === "darwin" && process.arch === "arm64" ? "bin-" : ""}${process.platform}-${process.arch}`;

let folder: string;
let launcher: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "launcher-"));
  launcher = join(folder, "node_modules", "cyberdeck", "bin", "cyberdeck.cjs");
  await mkdir(dirname(launcher), { recursive: true });
  await copyFile(original, launcher);
  // Makes any Node say that it is an old one.
  await put(
    "old.cjs",
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "24.15.9" } });',
  );
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(path: string, text: string): Promise<string> {
  const whole = join(folder, path);
  await mkdir(dirname(whole), { recursive: true });
  await writeFile(whole, text);
  return whole;
}

/** Installs something in the place of a newer Node: a shell script. */
async function installNode(place: string, script: string): Promise<void> {
  await chmod(await put(join(place, packageName, "bin", "node"), `#!/bin/sh\n${script}\n`), 0o755);
}

interface Result {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

const environment = { PATH: process.env["PATH"] ?? "" };

function start(node: string, args: string[]): Promise<Result> {
  const { promise, resolve } = Promise.withResolvers<Result>();
  const child = execFile(node, args, { env: environment, timeout: 30_000 }, (_, out, err) =>
    resolve({ code: child.exitCode, signal: child.signalCode, out, err }),
  );
  return promise;
}

const startOld = (...args: string[]): Promise<Result> =>
  start(process.execPath, ["--require", join(folder, "old.cjs"), launcher, ...args]);

test("the launcher holds no syntax that a Node 12 cannot read", async () => {
  const source = await readFile(original, "utf8");
  const supported = { "dynamic-import": true };
  const old = await transform(source, { target: "node12.0", supported });
  const modern = await transform(source, { target: "esnext", supported });
  expect(old.code).toBe(modern.code);
});

test("every Node of this machine gets the version out of it", async () => {
  const { version } = JSON.parse(await readFile(join(dirname(original), "..", "package.json"), "utf8"));
  const nodes = [process.execPath, "/usr/bin/node", "/usr/local/bin/node"].filter((path) => existsSync(path));
  for (const node of nodes)
    expect(await start(node, [original, "--version"])).toEqual({ code: 0, signal: null, out: `${version}\n`, err: "" });
});

describe("on a Node that is recent", () => {
  test("the built program is started if there is one, else the source", async () => {
    // Node strips no types below node_modules: the source is for a checkout.
    const inCheckout = join(folder, "real", "bin", "cyberdeck.cjs");
    await mkdir(dirname(inCheckout), { recursive: true });
    await copyFile(original, inCheckout);
    await put("real/src/bin/cyberdeck.ts", 'const from: string = "source"; console.log(from);');
    expect(await start(process.execPath, [inCheckout])).toMatchObject({ code: 0, out: "source\n" });
    await put("real/dist/cyberdeck.js", 'console.log("built", ...process.argv.slice(2));');
    expect(await start(process.execPath, [inCheckout, "a b", "--c"])).toMatchObject({
      code: 0,
      out: "built a b --c\n",
    });
  });

  test("a program that cannot be loaded is one message and the next step", async () => {
    await put("node_modules/cyberdeck/dist/cyberdeck.js", 'import "./missing.js";');
    const { code, err } = await start(process.execPath, [launcher]);
    expect(code).toBe(1);
    expect(err).toMatch(/^error: .+\nnext: .+\n$/);
  });
});

describe("on a Node that is too old", () => {
  test("without a newer one beside it, it says how to get one and ends with 1", async () => {
    const { code, out, err } = await startOld("run", "goal");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err.trimEnd().split("\n")).toEqual([
      "cyberdeck needs Node 24.16 or newer; this is 24.15.9. Two ways to get one:",
      `  npm install -g ${packageName}@26.10.0`,
      "  nvm install 26 && nvm use 26 && npm install -g cyberdeck",
    ]);
  });

  test.each(["node_modules", "node_modules/cyberdeck/node_modules"])(
    "a newer one in %s gets the arguments as they are, and its exit code is passed on",
    async (place) => {
      await installNode(place, 'for word in "$@"; do echo "<$word>"; done; exit 7');
      const { code, out } = await startOld("run", "a  b", "", "--x='y'");
      expect(code).toBe(7);
      expect(out).toBe(`<${launcher}>\n<run>\n<a  b>\n<>\n<--x='y'>\n`);
    },
  );

  test("a newer one is found through a link to the launcher, as npm makes it", async () => {
    await installNode("node_modules", "echo found");
    await mkdir(join(folder, "bin"));
    await symlink(launcher, join(folder, "bin", "cyberdeck"));
    const args = ["--require", join(folder, "old.cjs"), join(folder, "bin", "cyberdeck")];
    expect(await start(process.execPath, args)).toMatchObject({ code: 0, out: "found\n" });
  });

  test("a newer one that is too old as well does not start itself for ever", async () => {
    await installNode("node_modules", `exec "${process.execPath}" --require "${join(folder, "old.cjs")}" "$@"`);
    const { code, err } = await startOld("run", "goal");
    expect(code).toBe(1);
    expect(err.match(/needs Node/g)).toHaveLength(1);
  });

  test("a newer one that cannot be started is told, with the way out", async () => {
    await put(join("node_modules", packageName, "bin", "node"), "not a program");
    const { code, err } = await startOld("run", "goal");
    expect(code).toBe(1);
    expect(err).toMatch(/could not be started[^]+npm install -g/);
  });

  test("a newer one that is killed by a signal takes the launcher with it", async () => {
    await installNode("node_modules", "kill -KILL $$");
    expect(await startOld("run")).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "%s is passed on, and the answer to it is the result",
    async (name) => {
      const program = await put(
        "trap.cjs",
        `process.on("${name}", () => { console.log("got it"); process.exit(9); });
         process.stdin.resume().on("end", () => process.exit(3));
         console.log("ready");`,
      );
      await installNode("node_modules", `exec "${process.execPath}" "${program}"`);
      const args = ["--require", join(folder, "old.cjs"), launcher, "run"];
      const child = spawn(process.execPath, args, { env: environment, stdio: ["pipe", "pipe", "inherit"] });
      try {
        await once(child.stdout, "data");
        const said = once(child.stdout, "data");
        const ended = once(child, "exit");
        child.kill(name);
        expect(String(await said)).toBe("got it\n");
        expect(await ended).toEqual([9, null]);
      } finally {
        child.kill("SIGKILL");
      }
    },
  );
});
