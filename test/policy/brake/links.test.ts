import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BrakeContext } from "../../../src/policy/brake/context.ts";
import { realPath } from "../../../src/engine/gate/real-path.ts";
import { judgeCall, judgeLine } from "./calls.ts";

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
const write = (path: string): string => judgeCall("Write", { file_path: path, content: "" }, context).verdict;

describe("a link in the workspace", () => {
  it("that leads outside counts as outside, also for what does not exist yet", () => {
    link("/etc", "conf");
    expect(write(join(context.workspace, "conf/passwd"))).toBe("deny");
    expect(write(join(context.workspace, "conf/new/file"))).toBe("deny");
    expect(judgeLine("echo x > conf/new", context).verdict).toBe("deny");
    expect(judgeLine("rm -rf conf/x", context).verdict).toBe("deny");
    expect(judgeLine("cp a conf", context).verdict).toBe("deny");
    expect(judgeLine("cd conf && echo x > new", context).verdict).toBe("deny");
    expect(judgeLine("cd conf && rm *.d", context).verdict).toBe("deny");
  });

  it("that dangles is followed: writing through it would create its target", () => {
    link("/etc/brake-test-does-not-exist", "later");
    expect(write(join(context.workspace, "later"))).toBe("deny");
    expect(judgeLine("echo x > later", context).verdict).toBe("deny");
  });

  it("that leads to the hooks counts as the hooks", () => {
    link(".git/hooks", "tools");
    expect(write(join(context.workspace, "tools/pre-commit"))).toBe("deny");
    expect(judgeLine("rm tools/*", context).verdict).toBe("deny");
  });

  it("that leads to a key does not make the key readable", () => {
    link(join(root, "home", ".ssh", "id_ed25519"), "notes.txt");
    link(join(root, "home"), "docs");
    expect(judgeLine("cat notes.txt", context).verdict).toBe("deny");
    expect(judgeLine("cat docs/.ssh/id_ed25519", context).verdict).toBe("deny");
    expect(judgeLine("grep -r key docs", context).verdict).toBe("deny");
    expect(judgeCall("Read", { file_path: join(context.workspace, "notes.txt") }, context).verdict).toBe("deny");
  });

  it("is left by .. from its target, as the kernel does", () => {
    link("/usr/share", "data");
    expect(judgeLine("echo x > data/../x", context).verdict).toBe("deny");
    expect(judgeLine("cd data && cd .. && echo x > x", context).verdict).toBe("deny");
    expect(judgeLine("cd data && echo x > ../x", context).verdict).toBe("deny");
  });

  it("to a script outside is not run", () => {
    link("/usr/lib/x.js", "x.js");
    expect(judgeLine("node x.js", context).verdict).toBe("hold");
  });

  it("that stays inside changes nothing", () => {
    link("src", "source");
    expect(write(join(context.workspace, "source/a.ts"))).toBe("allow");
    expect(judgeLine("echo x > source/a.ts", context).verdict).toBe("allow");
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
      expect(judgeLine(text, context).verdict).toBe("deny");
  });

  it("that is reached through a link is the same workspace", () => {
    symlinkSync(context.workspace, join(root, "alias"));
    const through = { ...context, workspace: join(root, "alias"), cwd: join(root, "alias") };
    expect(judgeLine("echo x > src/a.ts && node src/a.js", through).verdict).toBe("allow");
    expect(judgeLine("echo x > .git/hooks/pre-commit", through).verdict).toBe("deny");
    expect(judgeLine(`rm -rf ${context.workspace}`, through).verdict).toBe("deny");
  });
});

describe("the real path", () => {
  it("of a circle of links is an error, and what asked for it is denied", () => {
    link("b", "a");
    link("a", "b");
    expect(() => realPath(join(context.workspace, "a"))).toThrow(/too many links/);
    expect(judgeLine("cat a", context)).toMatchObject({ verdict: "hold", rule: "effect.unknown" });
  });

  it("agrees with the system's where the path exists", () => {
    link("src", "source");
    link("source", "again");
    expect(realPath(join(context.workspace, "again"))).toBe(realpathSync(join(context.workspace, "again")));
    expect(realPath("/proc/self/..")).toBe("/proc");
  });
});
