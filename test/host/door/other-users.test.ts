import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { doorStage } from "./door-stage.ts";

/**
 * What another user of the machine gets for each of these: a socket to connect to, a file to read.
 * @param folder into which others may look: our own Node may be where they may not, such as below the home of root
 */
async function asAnother(
  folder: string,
  sockets: readonly string[],
  files: readonly string[],
): Promise<Record<string, string>> {
  const node = join(folder, "node");
  copyFileSync(process.execPath, node);
  chmodSync(node, 0o755);
  const script = `
    const { connect } = require("node:net");
    const { readFileSync } = require("node:fs");
    const found = {};
    for (const path of ${JSON.stringify(files)})
      try { readFileSync(path); found[path] = "READ"; } catch (error) { found[path] = error.code; }
    let left = ${sockets.length};
    const done = (path, what) => { found[path] = what; if (--left === 0) { console.log(JSON.stringify(found)); process.exit(); } };
    for (const path of ${JSON.stringify(sockets)})
      connect(path).on("connect", () => done(path, "IN")).on("error", (error) => done(path, error.code));
  `;
  // Only root can be somebody else. Whoever is not asks as itself, and must be told so by the test's modes instead.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawn(node, ["-e", script], { ...nobody, cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  await once(child, "close");
  const found: unknown = JSON.parse(out);
  return Object.fromEntries(Object.entries(Object(found)).map(([path, what]) => [path, String(what)]));
}

test.each([
  ["in the deck's own folder", "home", 0o700],
  ["outside of it, where others may look into the folder", "shared", 0o755],
])("another user of the machine gets neither through the socket %s nor at the token", async (_, name, mode) => {
  await using stage = doorStage();
  chmodSync(stage.folder, 0o755);
  stage.home = join(stage.folder, name);
  mkdirSync(stage.home, { recursive: true });
  chmodSync(stage.home, mode);
  const { path } = await stage.open({ http: { port: 0 } });
  const note = join(stage.home, "http.json");
  const found = await asAnother(stage.folder, [path], [note]);
  const isRoot = process.getuid?.() === 0;
  expect(found).toEqual(isRoot ? { [path]: "EACCES", [note]: "EACCES" } : { [path]: "IN", [note]: "READ" });
});
