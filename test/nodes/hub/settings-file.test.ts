import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readHubFile } from "../../../src/nodes/hub/settings-file.ts";
import { temporaryFolder } from "../../kit/temporary-folder.ts";

function fileOf(text: string, mode = 0o600): string {
  const file = join(temporaryFolder(), "hub.json");
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

describe("the hub of a home", () => {
  test("is what its file says, in the fleet main if none is named", async () => {
    const urls = ["nats://10.0.0.1:4222"];
    expect(await readHubFile(fileOf(JSON.stringify({ urls })))).toEqual({ urls, fleet: "main" });
    const full = { urls, fleet: "lab", user: "host", password: "env:HUB_PASSWORD" };
    expect(await readHubFile(fileOf(JSON.stringify(full)))).toEqual(full);
  });

  test("is none where there is no file", async () => {
    expect(await readHubFile(join(temporaryFolder(), "hub.json"))).toBeUndefined();
  });

  test.each([
    ["no JSON", "urls: x"],
    ["a setting that is not known", '{"urls": ["nats://a:1"], "passwort": "env:X"}'],
    ["no JSON near a secret", '{"password": hunter2}'],
    ["a secret itself", '{"urls": ["nats://a:1"], "token": "hunter2"}'],
    ["no address", '{"urls": []}'],
    ["a fleet that is no name", '{"urls": ["nats://a:1"], "fleet": "a.b"}'],
  ])("is refused with what to do when the file has %s, and its text is not repeated", async (_, text) => {
    const fault = await readHubFile(fileOf(text)).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: "hub.bad_file", kind: "usage", hint: expect.stringContaining("Correct it") });
    expect(String(fault)).not.toContain("hunter2");
  });

  test.each([
    ["addresses as a text", '{"urls": "nats://a:1"}', /urls: it is a list of addresses, such as \["nats/],
    ["no addresses", '{"fleet": "f"}', /urls: it is a list of addresses/],
    ["a list of something else", '{"urls": [4222]}', /urls\.0: it is a list of addresses/],
    ["a user that is a number", '{"urls": ["nats://a:1"], "user": 7}', /user: it is a text/],
    ["tls that is a path", '{"urls": ["nats://a:1"], "tls": "/ca.pem"}', /tls: it has the paths ca, cert and key/],
    ["a setting that nobody knows", '{"urls": ["nats://a:1"], "fleed": "x"}', /there is no such setting: fleed/],
    ["a list", "[1]", /the settings of a hub are an object/],
  ])("says in its own words what is wrong with %s", async (_, text, words) => {
    const fault: unknown = await readHubFile(fileOf(text)).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: "hub.bad_file", message: expect.stringMatching(words) });
    expect(String(fault)).not.toMatch(/Invalid input|Unrecognized|expected/);
  });

  test.each([0o644, 0o660, 0o602])("is refused when others may read or change its file (%o)", async (mode) => {
    await expect(readHubFile(fileOf('{"urls": ["nats://a:1"]}', mode))).rejects.toMatchObject({
      code: "hub.bad_file",
      hint: expect.stringContaining("chmod 600"),
    });
  });
});
