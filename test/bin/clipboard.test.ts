import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { copyToMachine } from "../../src/bin/clipboard.ts";

describe("the clipboard of a machine", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "clipboard-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const install = (name: string, script: string): void => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  };
  const env = (more: Record<string, string> = {}): Record<string, string> => ({
    PATH: [folder, "/usr/bin", "/bin"].join(delimiter),
    ...more,
  });
  const kept = (): string => readFileSync(join(folder, "kept"), "utf8");

  test.each([
    ["pbcopy", {}, "darwin"],
    ["wl-copy", { WAYLAND_DISPLAY: "wayland-0" }, "linux"],
    ["xclip", { DISPLAY: ":0" }, "linux"],
    ["xsel", { DISPLAY: ":0" }, "linux"],
    ["clip.exe", { WSL_DISTRO_NAME: "Debian" }, "linux"],
  ] as const)("is filled by %s", async (name, variables, platform) => {
    install(name, `cat > '${folder}/kept'`);
    const text = "数える\n$(touch never) `x` \u001b[2J";
    expect(await copyToMachine(text, env(variables), platform)).toBeUndefined();
    expect(kept()).toBe(text);
  });

  test("is told to be missing where there is no program for it, or no screen that it is of", async () => {
    expect(await copyToMachine("x", { PATH: folder, DISPLAY: ":0" }, "linux")).toContain("install wl-clipboard");
    install("xclip", `cat > '${folder}/kept'`);
    expect(await copyToMachine("x", env(), "linux")).toContain("no program for its clipboard");
    expect(existsSync(join(folder, "kept"))).toBe(false);
  });

  test("is told to have failed by the program's exit", async () => {
    install("xclip", "cat > /dev/null; exit 3");
    expect(await copyToMachine("x", env({ DISPLAY: ":0" }), "linux")).toBe("xclip has failed (exit 3)");
  });

  test("is told to have failed by a program that does not read", async () => {
    install("xclip", "exit 1");
    expect(await copyToMachine("x".repeat(2_000_000), env({ DISPLAY: ":0" }), "linux")).toContain("xclip has failed");
  });

  test("gives a program nothing of the environment but what it needs", async () => {
    install("xclip", `cat > /dev/null; env > '${folder}/kept'`);
    await copyToMachine("x", env({ DISPLAY: ":0", ANTHROPIC_API_KEY: "secret", NODE_OPTIONS: "--inspect" }), "linux");
    expect(kept()).toContain("DISPLAY=:0");
    expect(kept()).not.toMatch(/ANTHROPIC|NODE_OPTIONS/);
  });

  test("ends a program that neither reads nor ends", async () => {
    install("xclip", `echo $$ > '${folder}/pid'; exec tail -f /dev/null`);
    expect(await copyToMachine("x", env({ DISPLAY: ":0" }), "linux")).toContain("did not take the text");
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    await expect.poll(() => existsSync(`/proc/${pid}/exe`), { timeout: 5000 }).toBe(false);
  });
});
