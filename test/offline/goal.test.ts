import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { folder, reachGoal } from "./loop.ts";

function fill(workspace: string, files: Record<string, string | Buffer>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), content);
  }
}

const sample = {
  "src/a.ts": "// TODO one\nconst a = 1; // TODO two TODO three\n",
  "src/b.ts": "no such thing",
  "docs/guide.md": "# Guide\n\nTODO last line without a line feed TODO",
  '--odd name\'s "quoted" ü\n.txt': "TODO\n",
  ".hidden/c.txt": "todo in lower case\n",
  "node_modules/x/index.js": "TODO not ours\n",
  ".git/HEAD": "TODO not ours\n",
  "deep/.cyberdeck/log": "TODO not ours\n",
  "deep/nested/bin.dat": Buffer.from([0, 1, 255, 84, 79, 68, 79, 10, 0, 84, 79, 68, 79]),
};

test("a count goal ends with the right totals, a report file, and what was left out", () => {
  using temp = folder("count");
  const workspace = join(temp.path, "work space");
  const run = join(workspace, ".cyberdeck/runs/run-1");
  fill(workspace, sample);
  const { last, spawns } = reachGoal("Count the TODO comments in each file and write a report", workspace, run);
  expect(last.status).toBe("done");
  expect(last.chat).toContain('6 lines that contain "TODO" in 4 of 6 files of the workspace.');
  expect(last.chat).toContain(`${run}/todo-report.md`);
  expect(last.chat).toContain("scripted offline model");
  expect(spawns).toHaveLength(1 + 6 + 1);
  const report = readFileSync(join(run, "todo-report.md"), "utf8");
  expect(report).toContain("    2  src/a.ts\n");
  expect(report).toContain(`    1  "--odd name's \\"quoted\\" ü\\n.txt"\n`);
  expect(report).toContain("Left out: folders named .git");
  expect(report.trimEnd().split("\n").at(-1)).toContain("scripted offline model");
});

test("five hundred files are shared by eight constructs and counted once each", () => {
  using temp = folder("many");
  const workspace = join(temp.path, "w");
  const run = join(workspace, ".cyberdeck/runs/run-1");
  fill(
    workspace,
    Object.fromEntries(
      Array.from({ length: 517 }, (_, n) => [`folder ${n % 13}/${"long-".repeat(20)}${n}.txt`, "TODO\n".repeat(n % 3)]),
    ),
  );
  const { last, spawns } = reachGoal("How many TODOs are there?", workspace, run);
  expect(spawns).toHaveLength(1 + 8 + 1);
  expect(last.chat).toContain('516 lines that contain "TODO" in 344 of 517 files');
});

test("an empty workspace is reported as empty, not as a failure", () => {
  using temp = folder("empty");
  const { last } = reachGoal("Count the TODO comments", temp.path, join(temp.path, ".cyberdeck/runs/run-1"));
  expect(last.status).toBe("done");
  expect(last.chat).toContain('0 lines that contain "TODO" in 0 of 0 files');
});

test("a folder that does not exist ends the goal with a plain sentence and no second try", () => {
  using temp = folder("missing");
  const goal = 'Count the TODO comments in the folder "no such place"';
  const { last, spawns } = reachGoal(goal, temp.path, join(temp.path, ".cyberdeck/runs/run-1"));
  expect(last.status).toBe("failed");
  expect(last.chat).toContain('there is no file or folder "no such place"');
  expect(spawns).toHaveLength(1);
});

test("headings are collected from Markdown only, in order, without what is in code fences or front matter", () => {
  using temp = folder("headings");
  const workspace = join(temp.path, "w");
  const run = join(workspace, ".cyberdeck/runs/run-1");
  fill(workspace, {
    "a.md":
      "---\ntitle: x\n---\n# One #\n\n```sh\n# not a heading\n```\ntext\n\nTwo\n---\n- item\n---\n### Three\r\n#no\n",
    "docs/b.markdown": "~~~\n# no\n```\n# no\n~~~\nTitle\n=====\n",
    "c.txt": "# not Markdown\n",
    "plain.md": "nothing here",
  });
  const { last } = reachGoal("Summarise the headings of the Markdown files", workspace, run);
  expect(last.chat).toContain("4 Markdown headings in 2 of 3 files");
  const report = readFileSync(join(run, "headings-report.md"), "utf8");
  expect(report).toContain(
    "    a.md\n      # One\n        ## Two\n          ### Three\n    docs/b.markdown\n      # Title\n",
  );
});

test("sizes are compared file by file and folder by folder", () => {
  using temp = folder("sizes");
  const workspace = join(temp.path, "w");
  const run = join(workspace, ".cyberdeck/runs/run-1");
  fill(workspace, { "a/big": "x".repeat(2000), "a/b/c": "x".repeat(10), "b/mid": "x".repeat(500), top: "xyz" });
  const { last } = reachGoal("Compare the sizes of the folders and show the largest files", workspace, run);
  expect(last.chat).toContain("2513 bytes in 4 of 4 files");
  const report = readFileSync(join(run, "bytes-report.md"), "utf8");
  expect(report).toContain("    2000  a/big\n    500  b/mid\n    10  a/b/c\n    3  top\n");
  expect(report).toContain("    2010  a/\n    500  b/\n    3  (top level)");
});

test("a list goal needs no fan-out, and links are not followed", () => {
  using temp = folder("list");
  const workspace = join(temp.path, "w");
  const run = join(temp.path, "elsewhere/run-1");
  fill(workspace, { "x.md": "", "y.txt": "" });
  symlinkSync("/etc", join(workspace, "link"));
  const { last, spawns } = reachGoal("List all files", workspace, run);
  expect(spawns).toHaveLength(2);
  expect(last.chat).toContain("2 files of the workspace.");
  expect(readFileSync(join(run, "files-report.md"), "utf8")).toContain("    x.md\n    y.txt\n");
});

test("the deck's own home is left out, whatever its name", () => {
  using temp = folder("home");
  const home = join(temp.path, "my [deck]*");
  fill(temp.path, { "a.txt": "TODO\n", "my [deck]*/runs/run-0/old.txt": "TODO\n", "my d/b.txt": "TODO\n" });
  const { last } = reachGoal("count TODO", temp.path, join(home, "runs/run-1"));
  expect(last.chat).toContain('2 lines that contain "TODO" in 2 of 2 files');
});
