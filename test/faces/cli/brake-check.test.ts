import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { runCli } from "../../../src/faces/cli/run-cli.ts";
import { scriptedDeck } from "./scripted-deck.ts";
import { run, stand, terminal, type Stand } from "./test-world.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cli-check-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const world = (...argv: string[]): Stand => stand(["brake", "check", ...argv], scriptedDeck(), { cwd: folder });

const place = { cwd: "/home/ana/shop", workspace: "/home/ana/shop", home: "/home/ana", tier: "default" };
const bash = (id: string, command: string, more: object = {}): object => ({
  id,
  tool: "Bash",
  input: { command },
  ...place,
  ...more,
});

const answerSchema = z.strictObject({
  id: z.union([z.string(), z.number()]),
  verdict: z.enum(["allow", "hold", "deny"]),
  rule: z.string(),
  reason: z.string().min(1),
});

/** Puts lines through the check and reads what comes out. */
async function check(lines: (object | string | Buffer)[], ...argv: string[]) {
  const asked = world(...argv);
  for (const line of lines) {
    asked.stdin.write(Buffer.isBuffer(line) || typeof line === "string" ? line : JSON.stringify(line));
    asked.stdin.write("\n");
  }
  asked.stdin.end();
  const { code, out, err } = await run(asked);
  const answers = out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => answerSchema.parse(JSON.parse(line)));
  return { code, err, answers, verdicts: answers.map(({ id, verdict }) => `${id} ${verdict}`) };
}

describe("brake check", () => {
  test("judges each case in its own place and answers in order", async () => {
    const { code, err, verdicts } = await check([
      bash("a", "touch x"),
      bash("b", "rm -rf /"),
      bash("c", "git push --force"),
      bash("d", "rm -rf /", { tier: "yolo" }),
      bash("e", "touch x", { tier: "paranoid" }),
      bash("f", "touch ~/shop/y", { cwd: "/srv/other", workspace: "/srv/other", home: "/srv" }),
      bash("g", "touch ../x", { cwd: "/home/ana/shop/src" }),
      { ...bash("h", ""), tool: "Write", input: { file_path: "/home/ana/shop/.cyberdeck/runs/run-1/a.md" } },
      { ...bash("i", ""), tool: "Write", input: { file_path: "/home/ana/shop/.cyberdeck/policy.toml" } },
      bash("j", "npm ci", { tool: "PowerShell", cwd: "D:\\shop", workspace: "D:\\shop", home: "C:\\Users\\ana" }),
    ]);
    expect([code, err]).toEqual([0, ""]);
    expect(verdicts).toEqual([
      "a allow",
      "b deny",
      "c hold",
      "d allow",
      "e deny",
      "f deny",
      "g allow",
      "h allow",
      "i deny",
      "j allow",
    ]);
  });

  test("answers each case before the next one comes", async () => {
    const asked = world();
    const ended = runCli(asked);
    for (const id of ["1", "2", "3"]) {
      asked.stdin.write(`${JSON.stringify(bash(id, "ls"))}\n`);
      while (!asked.out.includes(`"id":"${id}"`)) await once(asked.stdout, "data");
    }
    asked.stdin.end();
    expect(await ended).toBe(0);
    expect(asked.out.trimEnd().split("\n")).toHaveLength(3);
  });

  test("goes on after lines that are no cases: each is denied under its number, and the exit code says so", async () => {
    const bad = [
      "{",
      "null",
      '"text"',
      "[]",
      "{}",
      bash("x", "ls", { tier: "strict" }),
      bash("x", "ls", { workspace: "shop" }),
      bash("x", "ls", { id: {} }),
      bash("x", "ls", { expect: "maybe" }),
      { ...bash("x", "ls"), tool: 7 },
      Buffer.from([0xff, 0xfe, 0x00]),
      `{"id":"${"x".repeat(17_000_000)}"}`,
    ];
    const { code, err, answers } = await check([bash("first", "ls"), ...bad, "", bash("last", "ls")]);
    expect(code).toBe(2);
    expect(answers.map(({ id }) => id)).toEqual(["first", ...bad.map((_, index) => String(index + 2)), "last"]);
    for (const { verdict, rule } of answers.slice(1, -1)) expect([verdict, rule]).toEqual(["deny", "case.malformed"]);
    expect(err.match(/^line \d+: no case: .+$/gm)).toHaveLength(bad.length);
    expect(err).toContain(`${bad.length} malformed`);
  });

  test("takes a case without a place as one of the folder and user that ask, and one without an id by its line", async () => {
    const { answers } = await check([
      { tool: "Bash", input: { command: `touch ${folder}/x` } },
      { tool: "Bash", input: { command: "touch /home/nobody/x" } },
      { tool: "Bash" },
      { id: 7, tool: "Read", input: { file_path: "~/.ssh/id_rsa" } },
    ]);
    expect(answers.map(({ id, verdict }) => [id, verdict === "allow"])).toEqual([
      ["1", true],
      // The temporary folder is writable anyway; the home of the user is not.
      ["2", false],
      ["3", false],
      [7, false],
    ]);
  });

  test("lets the flags win over the case, and takes the folder of the call along into another workspace", async () => {
    const cases = [bash("a", "touch ../x", { cwd: "/home/ana/shop/src" }), bash("b", "touch /home/ana/shop/x")];
    expect((await check(cases, "--workspace", "/srv/new")).verdicts).toEqual(["a allow", "b deny"]);
    expect((await check(cases, "--tier", "paranoid")).verdicts).toEqual(["a deny", "b deny"]);
    const keys = [{ ...bash("k", ""), tool: "Write", input: { file_path: "/home/ben/.bashrc" } }];
    expect((await check(keys, "--home-dir", "/home/ben", "--workspace", "/home/ben/w")).verdicts).toEqual(["k deny"]);
  });

  test("counts what the cases expect, and lists the misses when it is asked to", async () => {
    const cases = [
      bash("a", "rm -rf /", { expect: "block" }),
      bash("b", "ls", { expect: "block" }),
      bash("c", "ls", { expect: "allow" }),
      bash("d", "sudo id", { expect: "allow" }),
      bash("e", "ls"),
    ];
    const quiet = await check(cases);
    expect([quiet.code, quiet.err]).toEqual([0, "dangerous blocked 1/2, benign allowed 1/2\n"]);
    const { err } = await check(cases, "--misses");
    expect(err).toMatch(
      /^miss: b expects block, got allow \(.+\): .*ls.*\nmiss: d expects allow, got deny \(.+\): .*\n/,
    );
    expect(err.trimEnd().split("\n")).toHaveLength(3);
  });

  test("goes by the policy file of the home that is named", async () => {
    mkdirSync(join(folder, ".cyberdeck"));
    writeFileSync(join(folder, ".cyberdeck", "policy.toml"), '[commands]\nallow = ["frob *"]\ndeny = ["ls"]\n');
    const cases = [bash("a", "frob --purge"), bash("b", "ls")];
    expect((await check(cases)).verdicts).toEqual(["a allow", "b deny"]);
    expect((await check(cases, "--home", "/nowhere")).verdicts).toEqual(["a hold", "b allow"]);
  });

  test("reads a last line without a line feed, and lines cut anywhere", async () => {
    const asked = world();
    const bytes = Buffer.from(`${JSON.stringify(bash("ü", "echo ☃"))}\n${JSON.stringify(bash("last", "ls"))}`);
    for (const byte of bytes) asked.stdin.write(Buffer.from([byte]));
    asked.stdin.end();
    const { out } = await run(asked);
    expect(out).toContain('"id":"ü"');
    expect(out).toContain('"id":"last"');
  });

  test("says that cases are missing when it would read from a terminal", async () => {
    const asked = world();
    Object.assign(asked.stdin, { isTTY: true });
    terminal(asked.stdout);
    const { code, err } = await run(asked);
    expect(code).toBe(2);
    expect(err).toContain("brake check < cases.ndjson");
  });

  test("of nothing is nothing", async () => {
    expect(await check([])).toMatchObject({ code: 0, err: "", answers: [] });
  });
});
