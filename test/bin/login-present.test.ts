import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loginPresent } from "../../src/bin/login-present.ts";

function home(file?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "login-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (file === undefined) return folder;
  mkdirSync(join(folder, file, ".."), { recursive: true });
  writeFileSync(join(folder, file), "not to be read", { mode: 0o000 });
  return folder;
}

test.each(["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_USE_BEDROCK"])(
  "a login is present where the variable %s has a value, which is not told",
  async (name) => {
    const login = await loginPresent({ env: { [name]: "the value" }, homeDir: home() });
    expect(login).toEqual({ present: true, how: `the variable ${name} is set` });
    expect((await loginPresent({ env: { [name]: "" }, homeDir: home() })).present).toBe(false);
  },
);

test("a login is present where the agent has left one, in its usual folder or in the one that it is told", async () => {
  const usual = home(".claude/.credentials.json");
  expect(await loginPresent({ env: {}, homeDir: usual })).toMatchObject({
    present: true,
    how: expect.stringContaining(".credentials.json"),
  });
  const other = home("mine/.credentials.json");
  const env = { CLAUDE_CONFIG_DIR: join(other, "mine") };
  expect((await loginPresent({ env, homeDir: home() })).present).toBe(true);
  expect((await loginPresent({ env, homeDir: usual })).how).toContain("mine");
  expect((await loginPresent({ env: { CLAUDE_CONFIG_DIR: join(other, "nowhere") }, homeDir: usual })).present).toBe(
    false,
  );
});

test("no login is present where nothing of that is there, and on a Mac it is said what was not looked at", async () => {
  const homeDir = home();
  const around = { env: { PATH: "/bin" }, homeDir };
  expect(await loginPresent(around, "linux")).toEqual({ present: false, how: "no login and no key was found" });
  expect((await loginPresent(around, "darwin")).how).toContain("keychain");
});
