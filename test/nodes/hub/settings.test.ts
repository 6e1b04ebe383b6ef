import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readHubAccess } from "../../../src/nodes/hub/settings.ts";

const folder = mkdtempSync(join(tmpdir(), "hub-settings-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const urls = ["nats://127.0.0.1:4222"];
const env: Record<string, string> = { SECRET: " s3cret\n", EMPTY: "" };
const read = (settings: object) => readHubAccess({ urls, fleet: "f", ...settings }, (name) => env[name]);

test("a secret is read from the environment or a file, without the white space around it", async () => {
  const file = join(folder, "token");
  writeFileSync(file, "t0ken\n");
  expect((await read({ user: "u", password: "env:SECRET" })).login).toEqual({
    by: "password",
    user: "u",
    password: "s3cret",
  });
  expect((await read({ token: `file:${file}` })).login).toEqual({ by: "token", token: "t0ken" });
  expect((await read({})).login).toEqual({ by: "nothing" });
});

test("tls is wanted when an address or a file says so, and is left to the server otherwise", async () => {
  expect((await read({})).tls).toBeUndefined();
  expect((await read({ urls: ["tls://a:1"] })).tls).toEqual({});
});

test.each([
  ["a secret as itself", { token: "s3cret" }, "hub.bad_settings"],
  ["a password without a user", { password: "env:SECRET" }, "hub.bad_settings"],
  ["a user without a password", { user: "u" }, "hub.bad_settings"],
  ["two logins", { user: "u", password: "env:SECRET", token: "env:SECRET" }, "hub.bad_settings"],
  ["a variable that is not set", { token: "env:NOBODY" }, "hub.no_secret"],
  ["a variable that is empty", { token: "env:EMPTY" }, "hub.no_secret"],
  ["a file that is not there", { token: `file:${folder}/none` }, "hub.unreadable"],
  ["a seed that is none", { nkey: "env:SECRET" }, "hub.bad_settings"],
  ["a certificate without its key", { tls: { cert: "/c" } }, "hub.bad_settings"],
  ["a certificate that is not there", { tls: { ca: `${folder}/none.pem` } }, "hub.unreadable"],
  ["no address", { urls: [] }, "hub.bad_settings"],
  ["an address of something else", { urls: ["http://127.0.0.1"] }, "hub.bad_address"],
  ["an address without a machine", { urls: ["nats://"] }, "hub.bad_address"],
  ["no address at all", { urls: ["localhost"] }, "hub.bad_address"],
  ["an address with a path", { urls: ["nats://127.0.0.1:4222/s3cret"] }, "hub.bad_address"],
  ["an address whose host is a part of a login", { urls: ["nats://u/s3cret"] }, "hub.bad_address"],
  ["an address with a query", { urls: ["nats://127.0.0.1:4222?token=s3cret"] }, "hub.bad_address"],
  ["an address with a fragment", { urls: ["nats://127.0.0.1:4222/#s3cret"] }, "hub.bad_address"],
  ["an address with a port that is none", { urls: ["nats://u:s3cret"] }, "hub.bad_address"],
  ["a login without a host", { urls: ["u:s3cret"] }, "hub.bad_address"],
  ["a bad address behind a good one", { urls: ["nats://127.0.0.1:4222", "s3cret"] }, "hub.bad_address"],
  ["a fleet with a dot", { fleet: "a.b" }, "hub.bad_settings"],
  ["a setting that nobody knows", { passwort: "env:SECRET" }, "hub.bad_settings"],
])("%s is refused with the next step, and without the secret", async (_, settings, code) => {
  const fault: unknown = await read(settings).catch((error: unknown) => error);
  expect(fault).toMatchObject({ code, hint: expect.stringMatching(/\w/) });
  expect(JSON.stringify(fault) + String(fault)).not.toContain("s3cret");
});

test.each([
  ["a fleet with a dot", { fleet: "a.b" }, /--fleet/],
  ["a user without a password", { user: "u" }, /--password/],
  ["a password without a user", { password: "env:SECRET" }, /--user/],
  ["a secret as itself", { user: "u", password: "s3cret" }, /file:PATH.*env:NAME/],
  ["two logins", { user: "u", password: "env:SECRET", token: "env:SECRET" }, /one of them/],
  ["a certificate without its key", { tls: { cert: "/c" } }, /--tls-key/],
  ["a seed that is none", { nkey: "env:SECRET" }, /nk -gen user/],
  ["a setting that nobody knows", { passwort: "env:SECRET" }, /The settings are urls, fleet/],
])("the next step for %s is about that, and not about addresses", async (_, settings, hint) => {
  const fault: unknown = await read(settings).catch((error: unknown) => error);
  expect(fault).toMatchObject({ kind: "usage", hint: expect.stringMatching(hint) });
  expect(fault).toMatchObject({ hint: expect.not.stringContaining("An address is") });
});

test.each([
  ["a variable that is not set", { token: "env:NOBODY" }],
  ["a file that is not there", { token: `file:${folder}/none` }],
  ["a certificate that is not there", { tls: { ca: `${folder}/none.pem` } }],
])("%s is a mistake in what was asked for, as other wrong settings are", async (_, settings) => {
  await expect(read(settings)).rejects.toMatchObject({ kind: "usage" });
});

test.each([
  ["nats://host:99999", /Ports end at 65535/],
  ["tls://[::1]:65536/", /Ports end at 65535/],
  ["nats://host:4222/x", /nothing stands behind the port/],
  ["nats://host:port", /nothing stands behind the port/],
])("the next step for the address %s is about what is wrong with it", async (url, hint) => {
  await expect(read({ urls: [url] })).rejects.toMatchObject({
    code: "hub.bad_address",
    hint: expect.stringMatching(hint),
  });
});

test.each([
  "nats://me:s3cret@127.0.0.1:4222",
  "nats://s3cret@127.0.0.1",
  "http://me:s3cret@127.0.0.1:4222",
  "nats://user:s3cret/w@host:4222",
  "nats://s3cret/en@host:4222",
  "nats://s3cret?en@host:4222",
  "nats://user:s3cret#w@host:4222",
  "user:s3cret@host:4222",
  "s3cret@host",
  "nats://user:s3cret%40host:4222",
  "nats://host:4222/s3cret@",
])(
  "an address with a login in it (%s) is refused, as others could read it, and no part of it is repeated",
  async (url) => {
    const fault: unknown = await read({ urls: [...urls, url] }).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: "hub.secret_in_url", hint: expect.stringContaining("env:NAME") });
    expect(JSON.stringify(fault) + String(fault)).not.toMatch(/s3cret|user:|me:/);
  },
);

test("an address may end with a slash, and be a number of either kind", async () => {
  const all = ["nats://127.0.0.1:4222/", "nats://[::1]:4222", "tls://hub.example.org", "NATS://a"];
  expect((await read({ urls: all })).urls).toEqual(all);
});
