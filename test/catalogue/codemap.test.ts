import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";

const script = join(import.meta.dirname, "../../catalogue/plugins/codemap/codemap.mjs");

const named = z.object({ name: z.string(), files: z.int(), lines: z.int() });
const mapSchema = z.object({
  listed_by: z.string(),
  files: z.int(),
  lines: z.int(),
  tests: z.int(),
  languages: z.array(named),
  folders: z.array(named),
  key_files: z.array(z.string()),
  largest: z.array(z.object({ path: z.string(), lines: z.int() })),
  most_imported: z.array(z.object({ path: z.string(), by: z.int() })),
  most_changed: z.array(z.object({ path: z.string(), commits: z.int() })).nullable(),
});

interface Folder extends Disposable {
  path: string;
  write(files: Record<string, string>): void;
  git(...args: string[]): void;
}

function folder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "codemap-"));
  // Nothing of this machine's git settings.
  const env = { PATH: process.env["PATH"] ?? "", HOME: path, GIT_CONFIG_NOSYSTEM: "1" };
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
  return {
    path,
    write(files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), text);
      }
    },
    git: (...args) => void execFileSync("git", [...who, "-C", path, ...args], { env, stdio: "ignore" }),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

const run = (args: string[], cwd: string): { code: number | null; out: string; err: string } => {
  const ended = spawnSync(process.execPath, [script, ...args], { cwd, encoding: "utf8" });
  return { code: ended.status, out: ended.stdout, err: ended.stderr };
};

const mapOf = (path: string, ...args: string[]): z.infer<typeof mapSchema> =>
  mapSchema.parse(JSON.parse(run(["--json", ...args], path).out));

const project = {
  "README.md": "# it\n",
  "src/a.ts": 'import { b } from "./b.ts";\nimport "./deep/c.js";\n',
  "src/b.ts": 'export { c } from "./deep/c";\nexport const b = 1;\n',
  "src/deep/c.ts": "export const c = 1;\nexport const d = 2;\nexport const e = 3;\n",
  "pkg/__init__.py": "",
  "pkg/main.py": "from .part import x\nimport pkg.part\n",
  "pkg/part.py": "x = 1\n",
  "test/a.test.ts": 'import "../src/a.ts";\n',
};

describe("codemap", () => {
  test("counts lines by language and folder, and finds what is imported most, in folders without git", () => {
    using at = folder();
    at.write({ ...project, "node_modules/x/index.js": "1\n", ".hidden/y.ts": "1\n" });
    const map = mapOf(at.path);
    expect(map).toMatchObject({ listed_by: "folders", files: 8, lines: 12, tests: 1, most_changed: null });
    expect(map.languages[0]).toEqual({ name: "TypeScript", files: 4, lines: 8 });
    expect(map.largest[0]).toEqual({ path: "src/deep/c.ts", lines: 3 });
    expect(map.most_imported.slice(0, 2)).toEqual([
      { path: "src/deep/c.ts", by: 2 },
      { path: "pkg/part.py", by: 1 },
    ]);
    expect(map.key_files).toEqual(["README.md"]);
  });

  test("goes by git where there is one: ignored files are left out, and what changed lately is told", () => {
    using at = folder();
    at.write({ ...project, ".gitignore": "made/\n", "made/big.ts": "1\n".repeat(99) });
    at.git("init", "-q");
    at.git("add", "-A");
    at.git("commit", "-qm", "one");
    at.write({ "src/b.ts": "export const b = 2;\n" });
    at.git("commit", "-qam", "two");
    const map = mapOf(at.path, "--top", "3");
    expect(map.listed_by).toBe("git");
    expect(map.largest.map(({ path }) => path)).not.toContain("made/big.ts");
    expect(map.most_changed?.[0]).toEqual({ path: "src/b.ts", commits: 2 });
    expect(map.most_changed?.length).toBe(3);
    expect(mapOf(join(at.path, "src")).most_changed?.[0]).toEqual({ path: "b.ts", commits: 2 });
  });

  test("is a page for people: names that hold escape sequences or line feeds stay one harmless line", () => {
    using at = folder();
    at.write({ "src/\u001b[31mred\nfile.ts": "1\n2\n" });
    const { out, code } = run([], at.path);
    expect(code).toBe(0);
    expect(out).toContain("2 lines src/?[31mred?file.ts");
    expect(out).not.toContain("\u001b");
  });

  test("follows no link, waits for no pipe, and counts binary and huge files by their bytes alone", () => {
    using at = folder();
    at.write({ "a.ts": "1\n", "b.ts": "\0binary\n", "c.ts": "x\n".repeat(1024 * 1024) });
    symlinkSync("/etc/passwd", join(at.path, "d.ts"));
    execFileSync("mkfifo", [join(at.path, "e.ts")]);
    const map = mapOf(at.path);
    expect(map).toMatchObject({ files: 3, lines: 1 });
  });

  test("runs nothing that a repository's own settings name", () => {
    using at = folder();
    at.write({ "a.ts": "1\n" });
    at.git("init", "-q");
    at.git("config", "core.fsmonitor", `touch ${join(at.path, "was-run")};`);
    at.git("config", "core.pager", `touch ${join(at.path, "was-run")}`);
    expect(mapOf(at.path).files).toBe(1);
    expect(mapOf(at.path).files).toBe(1);
  });

  test.each([[["--nonsense"]], [["a", "b"]], [["--top", "0"]], [["--top", "many"]], [["/no/such/folder"]]])(
    "says how it is called when it is called wrongly: %j",
    (args) => {
      const { code, out, err } = run(args, "/");
      expect([code, out]).toEqual([2, ""]);
      expect(err).toContain("codemap [--json]");
    },
  );
});
