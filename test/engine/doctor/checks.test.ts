import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { agentCheck, gateCheck } from "../../../src/engine/doctor/agent.ts";
import { ok, runChecks, type Check } from "../../../src/engine/doctor/check.ts";
import { loginCheck } from "../../../src/engine/doctor/login.ts";
import {
  clipboardCheck,
  diskCheck,
  gitCheck,
  terminalCheck,
  wallCheck,
  type MachineParts,
} from "../../../src/engine/doctor/machine.ts";
import { without } from "../../../src/engine/wall/wall.ts";
import { eventually } from "../../kit/deck.ts";

const check = (name: string, look: Check["look"], limitMs = 10_000): Check => ({ name, look, limitMs });

const resultOf = async (one: Check) => (await runChecks([one]))[0];

describe("the checks", () => {
  test("are made side by side, and one that hangs is a problem of its own after its time", async () => {
    const told: string[] = [];
    const findings = await runChecks(
      [check("hangs", () => new Promise(() => undefined), 50), check("quick", () => ok("fine"))],
      ({ check: name }) => told.push(name),
    );
    expect(findings.map(({ check: name, state }) => [name, state])).toEqual([
      ["hangs", "problem"],
      ["quick", "ok"],
    ]);
    expect(findings[0]?.text).toContain("0.05 s");
    expect(told).toEqual(["quick", "hangs"]);
  });

  test("that fail are problems, with the fault's own next step, and never end the others", async () => {
    const findings = await runChecks([
      check("throws", () => {
        throw new Fault("setup", "x", "it is broken\u001b[31m\nin two lines", { hint: "Mend it." });
      }),
      check("rejects", () => Promise.reject(new Error("no"))),
      check("fine", () => ok("fine")),
    ]);
    expect(findings).toMatchObject([
      { state: "problem", text: "it is broken in two lines", next: "Mend it." },
      { state: "problem", text: "no", next: null },
      { state: "ok" },
    ]);
  });

  test("that nobody waits for any more are told so", async () => {
    const aborted = Promise.withResolvers<boolean>();
    const hangs = check(
      "hangs",
      (signal) =>
        new Promise(() => {
          signal.addEventListener("abort", () => aborted.resolve(true));
        }),
      20,
    );
    await runChecks([hangs]);
    expect(await aborted.promise).toBe(true);
  });
});

/** An executable in a folder of its own. */
function program(text: string): { path: string; folder: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), "doctor-"));
  const path = join(folder, "claude");
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return { path, folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

describe("the check of the agent", () => {
  const asked = (path: string) =>
    agentCheck({ executable: Promise.resolve(path), tried: "2.1.330", env: { PATH: "/usr/bin:/bin" } });

  test.each([
    ["echo '2.1.330 (Claude Code)'", "ok", "was tried with"],
    ["echo '2.1.999 (Claude Code)'", "warning", "Claude Code 2.1.999"],
    ["echo 'no number here'", "problem", "no number here"],
    ["echo 'it needs glibc' >&2; exit 127", "problem", "it needs glibc"],
    ["env | grep -c KEY_OF_MINE; echo 2.1.330", "ok", "2.1.330"],
  ])("takes %j as %s", async (text, state, words) => {
    using agent = program(text);
    const finding = await resultOf(asked(agent.path));
    expect(finding).toMatchObject({ state, text: expect.stringContaining(words) });
  });

  test("does not hang with an agent that hangs, and ends it", async () => {
    using agent = program(`echo $$ >"$(dirname "$0")/pid"; exec tail -f /dev/null`);
    const finding = await resultOf({ ...asked(agent.path), limitMs: 1500 });
    expect(finding?.state).toBe("problem");
    const pid = readFileSync(join(agent.folder, "pid"), "utf8").trim();
    await eventually(() => !existsSync(`/proc/${pid}`), "it is gone");
  });

  test("says what to do where there is none", async () => {
    const none = new Fault("setup", "agent.not_found", "Claude Code was not found", { hint: "Install Claude Code." });
    const executable = Promise.reject(none);
    const [agent, gate] = await runChecks([
      agentCheck({ executable, tried: "2.1.330", env: {} }),
      gateCheck(executable, () => Promise.reject(new Error("it is not tried"))),
    ]);
    expect(agent).toMatchObject({ state: "problem", next: "Install Claude Code." });
    expect(gate).toMatchObject({ state: "skipped" });
  });

  test("a gate that does not hold is a problem", async () => {
    const bad = { passed: false, agent: "claude", version: "9", problem: "It ran a call." } as const;
    const finding = await resultOf(gateCheck(Promise.resolve("/bin/true"), () => Promise.resolve(bad)));
    expect(finding).toMatchObject({ state: "problem", text: expect.stringContaining("It ran a call.") });
  });
});

describe("the check of the login", () => {
  const asked = (parts: Partial<Parameters<typeof loginCheck>[0]>) =>
    resultOf(
      loginCheck({ variables: new Set(), stateFolder: "/nowhere", platform: "linux", offline: false, ...parts }),
    );

  test("takes a variable that is set, and a file that is there, without a look into it", async () => {
    expect(await asked({ variables: new Set(["ANTHROPIC_API_KEY"]) })).toMatchObject({
      state: "ok",
      text: "the variable ANTHROPIC_API_KEY is set",
    });
    const stateFolder = mkdtempSync(join(tmpdir(), "doctor-"));
    // Nothing could read this: it is a folder.
    mkdirSync(join(stateFolder, ".credentials.json"));
    expect((await asked({ stateFolder }))?.state).toBe("ok");
    rmSync(stateFolder, { recursive: true });
  });

  test("is a problem where there is neither, a warning where a helper or a keychain may have it, and nothing offline", async () => {
    expect(await asked({})).toMatchObject({ state: "problem", command: "claude /login" });
    expect((await asked({ platform: "darwin" }))?.state).toBe("warning");
    expect((await asked({ offline: true }))?.state).toBe("skipped");
    const stateFolder = mkdtempSync(join(tmpdir(), "doctor-"));
    writeFileSync(join(stateFolder, "settings.json"), "{");
    expect((await asked({ stateFolder }))?.state).toBe("warning");
    rmSync(stateFolder, { recursive: true });
  });
});

describe("the checks of the machine", () => {
  const machine = (env: MachineParts["env"], terminal?: MachineParts["terminal"]): MachineParts => ({
    platform: "linux",
    env,
    terminal,
  });

  test.each([
    [undefined, {}, "skipped", "not go to a terminal"],
    [{ columns: 100, rows: 30 }, { TERM: "xterm-256color", LANG: "de_DE.UTF-8" }, "ok", "UTF-8, 256 colours"],
    [{ columns: 100, rows: 30 }, { TERM: "xterm", LANG: "C.utf8", COLORTERM: "truecolor" }, "ok", "16 million"],
    [{ columns: 100, rows: 30 }, { TERM: "xterm", LANG: "C.utf8", NO_COLOR: "1" }, "ok", "NO_COLOR"],
    [{ columns: 100, rows: 30 }, { TERM: "dumb", LANG: "C.utf8" }, "warning", "TERM is dumb"],
    [{ columns: 100, rows: 30 }, { TERM: "xterm", LANG: "C" }, "warning", "not set to UTF-8"],
    [{ columns: 100, rows: 30 }, { TERM: "xterm", LANG: "C.utf8", LC_ALL: "POSIX" }, "warning", "not set to UTF-8"],
    [{ columns: 60, rows: 30 }, { TERM: "xterm", LANG: "C.utf8" }, "warning", "60 by 30"],
  ] as const)("take a terminal of %j with %j as %s", async (terminal, env, state, words) => {
    const finding = await resultOf(terminalCheck(machine(env, terminal)));
    expect(finding).toMatchObject({ state, text: expect.stringContaining(words) });
  });

  test("find a program that copies for the desktop that there is, and name one where there is none", async () => {
    using copier = program("cat");
    writeFileSync(join(copier.folder, "xclip"), "#!/bin/sh\n", { mode: 0o755 });
    const { folder } = copier;
    expect(await resultOf(clipboardCheck(machine({ PATH: folder, DISPLAY: ":0" })))).toMatchObject({ state: "ok" });
    expect(await resultOf(clipboardCheck(machine({ PATH: folder, WAYLAND_DISPLAY: "w" })))).toMatchObject({
      state: "warning",
      command: "apt-get install wl-clipboard",
    });
    expect((await resultOf(clipboardCheck(machine({ PATH: folder }))))?.state).toBe("skipped");
    // What lies in the current folder is not a program of the machine's.
    expect((await resultOf(clipboardCheck(machine({ PATH: "", DISPLAY: ":0" }))))?.state).toBe("warning");
  });

  test("tell a workspace that is in no repository, with a command that can be pasted", async () => {
    using place = program("");
    writeFileSync(join(place.folder, "git"), "#!/bin/sh\n", { mode: 0o755 });
    const workspace = join(place.folder, "it's here");
    mkdirSync(workspace);
    const asked = () => resultOf(gitCheck(machine({ PATH: place.folder }), workspace));
    expect(await asked()).toMatchObject({
      state: "warning",
      command: expect.stringContaining(String.raw`it'\''s here`),
    });
    mkdirSync(join(place.folder, ".git"));
    expect(await asked()).toMatchObject({ state: "ok" });
    expect((await resultOf(gitCheck(machine({ PATH: "" }), workspace)))?.command).toBe("apt-get install git");
  });

  test("tell the free space of folders that are not there yet, and make none of them", async () => {
    using place = program("");
    const before = readdirSync(place.folder);
    const finding = await resultOf(diskCheck([join(place.folder, "not/there"), place.folder]));
    expect(finding?.text).toBe(`${finding?.text.split(" ")[0]} GB free in ${place.folder}`);
    expect(readdirSync(place.folder)).toEqual(before);
  });

  test("warn where no wall can be put up, with the command that installs one where that is what is missing", async () => {
    const missing = await resultOf(
      wallCheck(() => Promise.resolve(without("bubblewrap is not installed; install it"))),
    );
    expect(missing).toMatchObject({ state: "warning", command: "apt-get install bubblewrap" });
    const forbidden = await resultOf(wallCheck(() => Promise.resolve(without("it needs user namespaces"))));
    expect(forbidden).toMatchObject({ state: "warning", command: null });
  });
});
