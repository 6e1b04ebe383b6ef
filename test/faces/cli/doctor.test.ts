import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import details from "../../../node_modules/@anthropic-ai/claude-agent-sdk/package.json" with { type: "json" };
import { triedVersion } from "../../../src/drivers/claude/tried.ts";
import type { Examination, Finding } from "../../../src/protocol/finding.ts";
import { runCli } from "../../../src/faces/cli/run-cli.ts";
import type { OpenDeck, World } from "../../../src/faces/cli/world.ts";
import { stand, terminal } from "./test-world.ts";

const noDeck = (): Promise<OpenDeck> => Promise.reject(new Error("no deck is needed for this"));

const finding = (check: string, parts: Partial<Finding> = {}): Finding => ({
  check,
  state: "ok",
  text: `${check} is fine`,
  next: null,
  command: null,
  took_ms: 1,
  ...parts,
});

/** A doctor that finds this, in this order of time. */
const finds =
  (names: string[], ...findings: Finding[]): World["examine"] =>
  (asked) => {
    asked.onBegin(names);
    for (const each of findings) asked.onFinding(each);
    return Promise.resolve(names.flatMap((name) => findings.find(({ check }) => check === name) ?? []));
  };

describe("cyberdeck doctor", () => {
  test("writes the findings in the order of the checks, with their remedies, and is content where there is no problem", async () => {
    const lacking = finding("two", {
      state: "warning",
      text: "it lacks\u001b[31m",
      next: "Mend it.",
      command: "mend it",
    });
    const world = stand(["doctor"], noDeck, {
      examine: finds(["one", "two", "three"], finding("three"), lacking, finding("one")),
    });
    expect(await runCli(world)).toBe(0);
    expect(world.out.split("\n")).toEqual([
      "✓ one         one is fine",
      "! two         it lacks",
      "              → Mend it.",
      "              → mend it",
      "✓ three       three is fine",
      "",
      "1 warning: runs can work.",
      "",
    ]);
    expect(world.err).toBe("");
  });

  test("ends with 1 where there is a problem, and writes lines of JSON where that is wanted", async () => {
    const bad = finding("one", { state: "problem", text: "it is broken" });
    const world = stand(["doctor", "--json"], noDeck, { examine: finds(["one"], bad) });
    expect(await runCli(world)).toBe(1);
    expect(JSON.parse(world.out)).toEqual(bad);
  });

  test("says on a terminal what is still being looked at, and takes that away", async () => {
    const world = stand(["doctor", "--no-color"], noDeck, {
      env: { TERM: "xterm" },
      examine: finds(["one", "two"], finding("two"), finding("one")),
    });
    terminal(world.stderr);
    await runCli(world);
    expect(world.err).toContain("looking at: one");
    expect(world.err.endsWith("\r\u001b[K")).toBe(true);
  });

  test("looks at a hub as the flags say, and refuses flags of a hub where none is asked for", async () => {
    const asked: Examination["hub"][] = [];
    const examine: World["examine"] = ({ hub }) => {
      asked.push(hub);
      return Promise.resolve([]);
    };
    const login = ["--user", "n1", "--password", "env:PASS", "--tls-ca", "/ca.pem", "--fleet", "f"];
    await runCli(stand(["doctor"], noDeck, { examine }));
    await runCli(stand(["doctor", "--hub"], noDeck, { examine }));
    await runCli(stand(["doctor", "--hub", "tls://a:1,tls://b:2", "--as", "n1", ...login], noDeck, { examine }));
    expect(asked).toEqual([
      undefined,
      { settings: {} },
      {
        settings: {
          urls: ["tls://a:1", "tls://b:2"],
          fleet: "f",
          user: "n1",
          password: "env:PASS",
          tls: { ca: "/ca.pem" },
        },
        as: "n1",
      },
    ]);
    for (const flags of [login, ["--as", "n1"]]) {
      const wrong = stand(["doctor", ...flags], noDeck, { examine });
      expect(await runCli(wrong)).toBe(2);
      expect(wrong.err).toContain("Add --hub");
    }
    expect(asked.length).toBe(3);
  });

  test("is asked to reap only by the netrunner, never by a construct", async () => {
    const asked: Examination[] = [];
    const examine: World["examine"] = (examination) => {
      asked.push(examination);
      return Promise.resolve([]);
    };
    await runCli(stand(["doctor", "--home", "/h"], noDeck, { examine }));
    await runCli(stand(["doctor", "--reap", "--offline"], noDeck, { examine }));
    expect(asked.map(({ reap, offline, home }) => [reap, offline, home === "/h"])).toEqual([
      [false, false, true],
      [true, true, false],
    ]);
    const construct = stand(["doctor", "--reap"], noDeck, { examine, env: { CYBERDECK_CONSTRUCT: "cx-00000000" } });
    expect(await runCli(construct)).toBe(1);
    expect(construct.err).toContain("a construct may not end processes");
    expect(asked.length).toBe(2);
  });
});

test("the real doctor goes through without a home, an account or a variable, and leaves nothing but its word", async () => {
  const folder = mkdtempSync(join(tmpdir(), "doctor-"));
  const [workspace, homeDir, scratch] = ["workspace", "home", "tmp"].map((name) => join(folder, name));
  for (const path of [workspace, homeDir, scratch]) mkdirSync(path ?? "");
  const { code, out } = await new Promise<{ code: number; out: string }>((resolve) => {
    const script = join(import.meta.dirname, "../../../src/bin/cyberdeck.ts");
    const env = { PATH: "/usr/bin:/bin", HOME: homeDir, TMPDIR: scratch, ANTHROPIC_API_KEY: "not-for-anybody" };
    const child = execFile(
      process.execPath,
      [script, "doctor", "--json", "-w", workspace ?? ""],
      { env },
      (error, stdout) => resolve({ code: typeof error?.code === "number" ? error.code : 0, out: stdout }),
    );
    child.stdin?.end();
  });
  const findings = out
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(findings).toMatchObject([
    { check: "agent", state: "ok" },
    { check: "login", state: "ok", text: "the variable ANTHROPIC_API_KEY is set" },
    { check: "gate", state: "ok" },
    { check: "wall" },
    { check: "sqlite", state: "ok" },
    { check: "lock", state: "ok" },
    { check: "log", state: "skipped" },
    { check: "strays", state: "ok" },
    { check: "settings", state: "ok" },
    { check: "policy", state: "ok" },
    { check: "catalogues", state: "ok" },
    { check: "disk" },
    { check: "git" },
    { check: "terminal", state: "skipped" },
    { check: "clipboard" },
  ]);
  expect(out).not.toContain("not-for-anybody");
  expect(code).toBe(findings.some((each) => JSON.stringify(each).includes('"problem"')) ? 1 : 0);
  for (const path of [workspace, homeDir, scratch]) expect(readdirSync(path ?? "")).toEqual([]);
  rmSync(folder, { recursive: true });
});

test("the version that was tried is the one that comes along", () => {
  expect(details.claudeCodeVersion).toBe(triedVersion);
});
