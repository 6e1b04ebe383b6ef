import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checksOfHub } from "../../src/bin/hub-checks.ts";
import { runChecks } from "../../src/engine/doctor/check.ts";
import type { Examination } from "../../src/protocol/finding.ts";

const folder = mkdtempSync(join(tmpdir(), "hub-file-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is said of the settings alone: nothing answers at these addresses. */
async function ofSettings(hub: Examination["hub"], file?: string, mode = 0o600) {
  const home = mkdtempSync(join(folder, "home-"));
  if (file !== undefined) {
    writeFileSync(join(home, "hub.json"), file);
    chmodSync(join(home, "hub.json"), mode);
  }
  const asked: Examination = {
    workspace: home,
    home,
    offline: true,
    reap: false,
    terminal: undefined,
    onBegin: () => undefined,
    onFinding: () => undefined,
    ...(hub === undefined ? {} : { hub }),
  };
  const around = { env: { PASS: "s3cret" }, cwd: home, homeDir: home, version: "1.0.0" };
  await using checks = checksOfHub(asked, around);
  return (await runChecks(checks.checks.slice(0, 1)))[0];
}

const kept = JSON.stringify({ urls: ["nats://127.0.0.1:1"], fleet: "mine", user: "u", password: "env:PASS" });

test("the hub of the home is looked at with what the home says, and with what the command line says of it", async () => {
  expect(await ofSettings(undefined, kept)).toMatchObject({
    state: "ok",
    text: expect.stringContaining("fleet mine at nats://127.0.0.1:1, as host, with a password"),
  });
  expect((await ofSettings({ settings: { fleet: "other" } }, kept))?.text).toContain("fleet other at");
});

test("an address of the command line goes before that of the home, whose login stays; as a node at another address nothing of the home is used", async () => {
  const there = { urls: ["nats://127.0.0.1:2"] };
  expect((await ofSettings({ settings: there }, kept))?.text).toContain(
    "fleet mine at nats://127.0.0.1:2, as host, with a password",
  );
  expect((await ofSettings({ settings: there, as: "n1" }, kept))?.text).toContain(
    "fleet main at nats://127.0.0.1:2, as n1, without a login",
  );
});

test("as a node without an address it is the server of the home that is looked at, with the login of the node", async () => {
  const login = { user: "n1", password: "env:PASS" };
  expect(await ofSettings({ settings: login, as: "n1" }, kept)).toMatchObject({
    state: "ok",
    text: expect.stringMatching(
      /^fleet mine at nats:\/\/127\.0\.0\.1:1, as n1, with a password \(server and fleet of .*hub\.json\)$/,
    ),
  });
  expect((await ofSettings({ settings: { ...login, fleet: "other" }, as: "n1" }, kept))?.text).toContain("fleet other");
  const open = JSON.stringify({ urls: ["nats://127.0.0.1:1"] });
  expect((await ofSettings({ settings: {}, as: "n1" }, open))?.text).toContain("as n1, without a login");
});

test("as a node the login of the host is not used: that of the node is asked for", async () => {
  expect(await ofSettings({ settings: {}, as: "n1" }, kept)).toMatchObject({
    state: "problem",
    text: expect.stringContaining("with which login n1 comes"),
    next: expect.stringContaining("--user"),
  });
  expect(await ofSettings({ settings: {}, as: "n1" })).toMatchObject({
    state: "problem",
    text: "it is not said where the hub is",
  });
});

test.each([
  ["is not JSON", "{", /hub\.json cannot be used/, /docs\/hub/],
  ["is no object", "[1]", /cannot be used/, /docs\/hub/],
  ["has a setting that nobody knows", '{"urls": ["nats://a"], "fleed": "x"}', /fleed/, /docs\/hub/],
])("a file of the home that %s is refused with the next step", async (_, file, text, next) => {
  expect(await ofSettings(undefined, file)).toMatchObject({
    state: "problem",
    text: expect.stringMatching(text),
    next: expect.stringMatching(next),
  });
});

test("a home without a hub, a name that no node can have, and a file that others may read are told", async () => {
  expect(await ofSettings({ settings: {} })).toMatchObject({
    state: "problem",
    next: expect.stringContaining("--hub"),
  });
  expect(await ofSettings({ settings: {}, as: "a.b" }, kept)).toMatchObject({ state: "problem" });
  expect(await ofSettings(undefined, kept, 0o644)).toMatchObject({
    state: "problem",
    next: expect.stringContaining("chmod 600"),
  });
  const secret = join(folder, "secret");
  writeFileSync(secret, "s3cret", { mode: 0o644 });
  expect(await ofSettings({ settings: { urls: ["nats://127.0.0.1:1"], token: `file:${secret}` } })).toMatchObject({
    state: "warning",
    command: `chmod 600 '${secret}'`,
  });
});

test.each([
  [0o600, "ok"],
  [0o400, "ok"],
  [0o640, "warning"],
  [0o604, "warning"],
  [0o620, "warning"],
])("a secret in a file with the mode %o is %s", async (mode, state) => {
  const secret = join(folder, `secret-${mode}`);
  writeFileSync(secret, "s3cret");
  chmodSync(secret, mode);
  const settings = { urls: ["nats://127.0.0.1:1"], token: `file:${secret}` };
  expect(await ofSettings({ settings })).toMatchObject({ state });
});
