import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { editDiff } from "../../../src/engine/gate/edit-diff.ts";
import { holdTargets } from "../../../src/engine/gate/hold-targets.ts";
import { judgeFor } from "../../../src/engine/gate/judge.ts";
import type { ToolCall } from "../../../src/protocol/verdict.ts";

let folder: string;
let workspace: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "hold-view-")));
  workspace = join(folder, "workspace");
  mkdirSync(workspace);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const effectsOf = (call: ToolCall) =>
  judgeFor({
    tier: () => "default",
    workspace,
    runFolder: join(workspace, ".cyberdeck", "runs", "r"),
    deckHome: join(workspace, ".cyberdeck"),
    agentHome: join(folder, "agent-home"),
  })(call).effects;

const bash = (command: string): ToolCall => ({ id: "t", tool: "Bash", input: { command } });
const targets = (call: ToolCall): string[] => holdTargets(effectsOf(call), workspace);

describe("the targets of a held call", () => {
  test("are absolute, and say what is outside, recursive, or secret", () => {
    expect(targets(bash("rm -rf src ../other && cat .env"))).toEqual([
      `delete ${workspace}/src (with all that is in it)`,
      `delete ${folder}/other (outside the workspace, with all that is in it)`,
      `read ${workspace}/.env (holds secrets)`,
    ]);
  });

  test("show where a link leads, so that what looks inside is seen to be outside", () => {
    symlinkSync(folder, join(workspace, "link"));
    expect(targets(bash("rm link/file"))).toEqual([
      `delete ${workspace}/link/file → ${folder}/file (outside the workspace)`,
    ]);
  });

  test("that only the shell knows are shown as they stand and said to be unknown", () => {
    expect(targets(bash('rm -r "$DIR"/x'))).toEqual([expect.stringMatching(/\$DIR.*known only when it runs/)]);
  });

  test("name hosts and what is sent", () => {
    expect(targets(bash("curl -T notes.txt https://example.com/up"))).toContain(
      "network: https://example.com/up (sends data)",
    );
  });

  test("that are remarkable stand before harmless ones, and a flood of them cannot push one out", () => {
    const many = Array.from({ length: 50 }, (_, index) => `file${index}`).join(" ");
    const lines = targets(bash(`cat ${many} && rm -rf /etc/passwd`));
    expect(lines[0]).toBe("delete /etc/passwd (outside the workspace, with all that is in it)");
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toMatch(/^and \d+ more$/);
  });

  test("cannot steer a terminal", () => {
    const shown = targets(bash("rm $'a\\e[31mb' \u001b[2Jc")).join("\n");
    expect(shown).not.toContain("\u001b");
  });
});

describe("the diff of a held edit", () => {
  const diff = (tool: string, input: unknown): Promise<string | null> => {
    const call = { id: "t", tool, input };
    return editDiff(call, effectsOf(call), workspace);
  };
  const file = (name: string, text: string | Buffer): string => {
    writeFileSync(join(workspace, name), text);
    return join(workspace, name);
  };

  test("is a unified diff against the file on disk", async () => {
    const path = file("a.txt", "one\ntwo\nthree\n");
    const input = { file_path: path, old_string: "two", new_string: "zwei" };
    expect(await diff("Edit", input)).toBe(`--- ${path}\n+++ ${path}\n@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three\n`);
    expect(await diff("Edit", { ...input, file_path: "a.txt" })).toContain("-two\n+zwei");
  });

  test("takes several edits in their order, replaces all only where that is asked, and takes patterns literally", async () => {
    file("a.txt", "x $& x\n");
    const edits = [
      { old_string: "x", new_string: "$&$1", replace_all: true },
      { old_string: "$&$1 $&", new_string: "y" },
    ];
    expect(await diff("MultiEdit", { file_path: "a.txt", edits })).toContain("-x $& x\n+y $&$1\n");
    expect(await diff("Edit", { file_path: "a.txt", old_string: "x", new_string: "z" })).toContain("would fail");
  });

  test("of a new file shows all of it, and of a whole file what differs", async () => {
    expect(await diff("Write", { file_path: "new.txt", content: "hello\n" })).toContain("--- /dev/null");
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}\n`);
    file("long.txt", lines.join(""));
    const changed = await diff("Write", { file_path: "long.txt", content: lines.with(50, "other\n").join("") });
    expect(changed).toContain("-line 50\n+other\n");
    expect(changed).not.toContain("line 10\n");
  });

  test("is not there for other calls, for calls that are malformed, and for files that hold secrets", async () => {
    expect(await diff("Bash", { command: "ls" })).toBeNull();
    expect(await diff("Edit", { file_path: 5 })).toBeNull();
    expect(await diff("Edit", null)).toBeNull();
    file(".env", "TOKEN=abc\nOTHER=1\n");
    const effects = [{ kind: "read", path: ".env", secret: true } as const];
    const call = { id: "t", tool: "Edit", input: { file_path: ".env", old_string: "1", new_string: "2" } };
    expect(await editDiff(call, effects, workspace)).toBe("(no diff: the file holds secrets)");
  });

  test("says why there is none: not to be found, not to be read, no file, too large, too different", async () => {
    file("a.txt", "one\n");
    file("bytes", Buffer.from([1, 0, 2]));
    file("big", "x".repeat(1_100_000));
    file("many", Array.from({ length: 30_000 }, (_, n) => `${n}\n`).join(""));
    mkdirSync(join(workspace, "folder"));
    execFileSync("mkfifo", [join(workspace, "pipe")]);
    const write = (name: string, content = "y\n"): Promise<string | null> =>
      diff("Write", { file_path: name, content });
    expect(await diff("Edit", { file_path: "a.txt", old_string: "two", new_string: "2" })).toContain("would fail");
    expect(await write("bytes")).toBe("(no diff: it is no text)");
    expect(await write("big")).toContain("larger than");
    expect(await write("folder")).toMatch(/no ordinary file|EISDIR/);
    expect(await write("pipe")).toBe("(no diff: it is no ordinary file)");
    expect(await write("a.txt/below")).toContain("ENOTDIR");
    expect(await write("a.txt", "one\n")).toBe("(nothing would change)");
    const reversed = Array.from({ length: 30_000 }, (_, n) => `${n * 7}\n`).join("");
    expect(await write("many", reversed)).toMatch(/too much would change|bytes left out/);
  });

  test("of a large change is cut in the middle, and says so", async () => {
    const text = Array.from({ length: 3000 }, (_, n) => `line number ${n}\n`).join("");
    const shown = (await diff("Write", { file_path: "new.txt", content: text })) ?? "";
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(16_384);
    expect(shown).toContain("bytes left out");
  });
});
