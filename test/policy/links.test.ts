import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BrakeContext } from "../../src/policy/context.ts";
import { judge } from "../../src/policy/judge.ts";
import { realPath } from "../../src/engine/gate/real-path.ts";
import { call, line } from "./calls.ts";

let root: string;
let context: BrakeContext;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "brake-")));
  const workspace = join(root, "garden");
  const deckHome = join(workspace, ".cyberdeck");
  const runFolder = join(deckHome, "runs", "run-1");
  mkdirSync(runFolder, { recursive: true });
  mkdirSync(join(workspace, ".git", "hooks"), { recursive: true });
  mkdirSync(join(workspace, "src"));
  mkdirSync(join(root, "home", ".ssh"), { recursive: true });
  writeFileSync(join(root, "home", ".ssh", "id_ed25519"), "");
  context = { tier: "default", workspace, runFolder, cwd: workspace, home: join(root, "home"), deckHome, realPath };
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const link = (target: string, name: string): void => symlinkSync(target, join(context.workspace, name));
const write = (path: string): string => judge(call("Write", { file_path: path, content: "" }), context).decision;

describe("a link in the workspace", () => {
  it("that leads outside counts as outside, also for what does not exist yet", () => {
    link("/etc", "conf");
    expect(write(join(context.workspace, "conf/passwd"))).toBe("deny");
    expect(write(join(context.workspace, "conf/new/file"))).toBe("deny");
    expect(line("echo x > conf/new", context).decision).toBe("deny");
    expect(line("rm -rf conf/x", context).decision).toBe("deny");
    expect(line("cp a conf", context).decision).toBe("deny");
    expect(line("cd conf && echo x > new", context).decision).toBe("deny");
    expect(line("cd conf && rm *.d", context).decision).toBe("deny");
  });

  it("that dangles is followed: writing through it would create its target", () => {
    link("/etc/brake-test-does-not-exist", "later");
    expect(write(join(context.workspace, "later"))).toBe("deny");
    expect(line("echo x > later", context).decision).toBe("deny");
  });

  it("that leads to the hooks counts as the hooks", () => {
    link(".git/hooks", "tools");
    expect(write(join(context.workspace, "tools/pre-commit"))).toBe("deny");
    expect(line("rm tools/*", context).decision).toBe("deny");
  });

  it("that leads to a key does not make the key readable", () => {
    link(join(root, "home", ".ssh", "id_ed25519"), "notes.txt");
    link(join(root, "home"), "docs");
    expect(line("cat notes.txt", context).decision).toBe("deny");
    expect(line("cat docs/.ssh/id_ed25519", context).decision).toBe("deny");
    expect(line("grep -r key docs", context).decision).toBe("deny");
    expect(judge(call("Read", { file_path: join(context.workspace, "notes.txt") }), context).decision).toBe("deny");
  });

  it("is left by .. from its target, as the kernel does", () => {
    link("/usr/share", "data");
    expect(line("echo x > data/../x", context).decision).toBe("deny");
    expect(line("cd data && cd .. && echo x > x", context).decision).toBe("deny");
    expect(line("cd data && echo x > ../x", context).decision).toBe("deny");
  });

  it("to a script outside is not run", () => {
    link("/usr/lib/x.js", "x.js");
    expect(line("node x.js", context).decision).toBe("deny");
  });

  it("that stays inside changes nothing", () => {
    link("src", "source");
    expect(write(join(context.workspace, "source/a.ts"))).toBe("allow");
    expect(line("echo x > source/a.ts", context).decision).toBe("allow");
  });
});

describe("a workspace below /tmp", () => {
  it("is not removed by way of /tmp, not by a wildcard either", () => {
    for (const text of [
      `rm -rf ${root}`,
      `rm -rf ${root}/garden`,
      `rm -rf ${root}/g*`,
      "rm -rf /tmp/b*",
      "rm -rf /tmp/brake-*",
    ])
      expect(line(text, context).decision).toBe("deny");
  });

  it("that is reached through a link is the same workspace", () => {
    symlinkSync(context.workspace, join(root, "alias"));
    const through = { ...context, workspace: join(root, "alias"), cwd: join(root, "alias") };
    expect(line("echo x > src/a.ts && node src/a.js", through).decision).toBe("allow");
    expect(line("echo x > .git/hooks/pre-commit", through).decision).toBe("deny");
    expect(line(`rm -rf ${context.workspace}`, through).decision).toBe("deny");
  });
});

describe("the real path", () => {
  it("of a circle of links is an error, and what asked for it is denied", () => {
    link("b", "a");
    link("a", "b");
    expect(() => realPath(join(context.workspace, "a"))).toThrow(/too many links/);
    expect(line("cat a", context)).toMatchObject({ decision: "deny", rule: "brake.failed" });
  });

  it("agrees with the system's where the path exists", () => {
    link("src", "source");
    link("source", "again");
    expect(realPath(join(context.workspace, "again"))).toBe(realpathSync(join(context.workspace, "again")));
    expect(realPath("/proc/self/..")).toBe("/proc");
  });
});
