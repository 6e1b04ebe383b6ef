import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openWritingDeck } from "../../../src/host/deck.ts";
import { openDoor } from "../../../src/host/door/door.ts";
import { isAuthor, propose } from "../../../src/offline/author.ts";
import { block, reply, say, useTool } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import { startOfflineApi } from "../../../src/offline/server.ts";
import { eventually, of, openTestDeck, outcomesOf, type TestDeckOptions } from "../../kit/deck.ts";
import { allowEverything, theWall, makesCalls, outsideFolder, plantKey, tryWall } from "../../kit/wall.ts";

const walled = (options: TestDeckOptions) =>
  openTestDeck({ judge: allowEverything, settings: { sandbox: "on", brake: "yolo" }, ...options });

const bash = (command: string) => ["Bash", { command }] as const;

test("auto says at the start of a run whether there is a wall, and why", async () => {
  const { agents, why } = await tryWall();
  await using kit = await openTestDeck({});
  const events = await kit.runTasks(["Say something."]);
  const [chosen] = of(events, "sandbox.chosen");
  expect(chosen?.body).toEqual({ mode: agents === undefined ? "none" : "wall", why });
  expect(why).toMatch(/bubblewrap|Linux/);
});

describe.each(await theWall("the wall around the real agent"))("behind %s, with a gate that allows everything,", () => {
  test("a Bash write outside fails, and one into the workspace, the run folder or /tmp works", async () => {
    using outside = outsideFolder();
    await using kit = await walled({
      answer: (request) => {
        const runFolder = /\S+\/runs\/run-[\w-]+/.exec(request.firstUserText)?.[0] ?? "no-run-folder";
        return makesCalls(
          bash(`echo x > ${outside.path}/escaped`),
          bash(`echo x > inside && echo x > ${runFolder}/kept && file=$(mktemp -p /tmp) && rm $file && echo all three`),
        )(request);
      },
    });
    const events = await kit.runTasks(["Write."]);
    expect(outcomesOf(events)[0]?.result).toMatch(/0: [^]*Read-only file system[^]*1: all three/);
    expect(readdirSync(outside.path)).toEqual([]);
    expect(existsSync(join(kit.workspace, "inside"))).toBe(true);
    expect(existsSync(join(of(events, "run.opened")[0]?.body.folder ?? "", "kept"))).toBe(true);
  });

  test("a write of the Write tool outside fails, also through a link, and one into the workspace works", async () => {
    using outside = outsideFolder();
    await using kit = await walled({
      answer: (request) =>
        makesCalls(
          ["Write", { file_path: `${outside.path}/escaped`, content: "x" }],
          bash(`ln -s ${outside.path} link`),
          ["Write", { file_path: join(kit.workspace, "link", "escaped"), content: "x" }],
          ["Write", { file_path: join(kit.workspace, "inside"), content: "x" }],
        )(request),
    });
    await kit.runTasks(["Write."]);
    expect(readdirSync(outside.path)).toEqual([]);
    expect(existsSync(join(kit.workspace, "inside"))).toBe(true);
  });

  test("no credential of the user's can be read, neither by a command nor by the agent's tools", async () => {
    const names = [".ssh/id_rsa", ".aws/credentials", ".netrc", ".claude/.credentials.json", ".config/gh/hosts.yml"];
    await using kit = await walled({
      answer: (request) =>
        makesCalls(
          bash(names.map((name) => `cat ~/${name}`).join("; ")),
          bash("grep -rs planted ~; find ~ -name 'id_rsa' | xargs cat; cat /proc/$PPID/root/$HOME/.ssh/id_rsa"),
          bash("ln -s ~ linked; env | grep offline-no-key; cat /proc/*/environ | grep -ao offline-no-key"),
          ...names.map((name) => ["Read", { file_path: join(kit.workspace, "linked", name) }] as const),
          ...names.map((name) => ["Read", { file_path: join(kit.agentHome, name) }] as const),
          ["Grep", { pattern: "planted", path: kit.agentHome, output_mode: "content", "-uu": true }],
        )(request),
    });
    for (const name of names) plantKey(kit.agentHome, name);
    const events = await kit.runTasks(["Read."]);
    expect(outcomesOf(events)[0]?.state).toBe("done");
    expect(outcomesOf(events)[0]?.result).not.toMatch(/planted-key|offline-no-key/);
    expect(of(events, "construct.tool_returned").some(({ body }) => body.text.includes("planted-key"))).toBe(false);
  });

  test("the deck's own state, git hooks and the agent's settings cannot be written", async () => {
    await using kit = await walled({
      files: { ".git/hooks/pre-commit.sample": "", ".claude/notes": "" },
      answer: (request) => {
        const runFolder = /\S+\/runs\/run-[\w-]+/.exec(request.firstUserText)?.[0] ?? "no-run-folder";
        const targets = [
          ".cyberdeck/deck.db",
          ".cyberdeck/new",
          `.cyberdeck/wall/$(basename ${runFolder})/network`,
          `.cyberdeck/wall/$(basename ${runFolder})/shell`,
          ".git/hooks/pre-commit",
          ".claude/settings.json",
        ];
        // In a script, because the agent itself does not run a command that names these.
        return makesCalls(
          ["Write", { file_path: join(kit.workspace, "try.sh"), content: targets.map(tryLine).join("\n") }],
          bash("sh try.sh; echo tried"),
        )(request);
      },
    });
    const events = await kit.runTasks(["Write."]);
    expect(outcomesOf(events)[0]?.result).toContain("tried");
    expect(outcomesOf(events)[0]?.result).not.toContain("WRITTEN");
    expect(existsSync(join(kit.workspace, ".git/hooks/pre-commit"))).toBe(false);
  });

  test("the agent's own settings in the user's HOME cannot be written, neither by a command nor by its tools", async () => {
    await using kit = await walled({
      answer: (request) =>
        makesCalls(
          ["Write", { file_path: join(kit.agentHome, ".claude", "CLAUDE.md"), content: "evil" }],
          ["Write", { file_path: join(kit.agentHome, ".claude", "commands", "evil.md"), content: "evil" }],
          bash("ln -s ~/.claude state; cd state; echo evil > settings.json; echo evil > CLAUDE.md; echo tried"),
          ["Write", { file_path: join(kit.workspace, "state", "CLAUDE.md"), content: "evil" }],
        )(request),
    });
    await kit.runTasks(["Write."]);
    const made = readdirSync(join(kit.agentHome, ".claude"));
    expect(made).toContain("projects");
    for (const name of ["CLAUDE.md", "commands", "settings.json"]) expect(made).not.toContain(name);
  });

  test("the deck's door, the token for it and its log are closed: no construct gives commands, or reads what others do", async () => {
    await using kit = await walled({
      files: {
        "knock.mjs":
          "import { connect } from 'node:net';\nconnect('.cyberdeck/deck.sock').on('connect', () => console.log('INSIDE')).on('error', ({ code }) => console.log(code));",
      },
      answer: makesCalls(
        bash(`${process.execPath} knock.mjs; wc -c < .cyberdeck/deck.db; wc -c < .cyberdeck/http.json`),
      ),
      open: (options, provide) => openWritingDeck({ ...options, http: { port: 0 } }, provide),
    });
    expect(existsSync(join(kit.home, "http.json"))).toBe(true);
    expect(existsSync(join(kit.home, "deck.sock"))).toBe(true);
    const events = await kit.runTasks(["Knock."]);
    expect(outcomesOf(events)[0]?.result).toMatch(/^0: (?:ECONNREFUSED|ENOTSOCK|EACCES)\n0\n0$/);
  });

  test("the deck's door cannot be reached, in the home or outside of it: no construct answers its own hold", async () => {
    const knock = (path: string): string =>
      `${process.execPath} -e 'require("net").connect("${path}").on("error", (e) => console.log(e.code)).on("connect", () => { console.log("INSIDE"); process.exit(); })'`;
    await using kit = await walled({
      answer: (request) => makesCalls(bash(knock(join(kit.home, "deck.sock"))), bash(knock(outside.path)))(request),
    });
    const home = join(kit.folder, "x".repeat(90));
    mkdirSync(home);
    const outside = await openDoor({ home, port: kit.deck, version: "0" });
    const events = await kit.runTasks(["Knock."]);
    await outside.close();
    expect(outcomesOf(events)[0]?.result).toMatch(/^0: E[A-Z]+\s+1: ENOENT\s*$/);
  });

  test("the kernel's settings, its devices and other processes' views of the disk are out of reach, also for root", async () => {
    await using kit = await walled({
      answer: makesCalls(
        bash(
          "find /proc/sys /sys -maxdepth 4 -type f -writable 2>/dev/null | head -3; ls /dev | grep -E '^(sd|vd|nvme|mem)'; cat /proc/1/root/etc/hostname; ls /proc/$PPID/root/; echo looked",
        ),
      ),
    });
    const [outcome] = outcomesOf(await kit.runTasks(["Look."]));
    expect(outcome?.result).toContain("looked");
    expect(
      outcome?.result.split("\n").filter((line) => !/Permission denied|looked|Not a directory/.test(line)),
    ).toEqual([]);
  });

  test("what a command starts in the background, in a session of its own or twice removed, ends with the construct", async () => {
    await using kit = await walled({
      answer: makesCalls(
        bash(
          "sleep 4711 & nohup sleep 4711 >/dev/null 2>&1 & setsid -f sleep 4711; (setsid sh -c 'sleep 4711 & exit' &) ; env -i setsid -f sleep 4711; echo started",
        ),
      ),
    });
    const events = await kit.runTasks(["Start."]);
    expect(outcomesOf(events)[0]?.result).toContain("started");
    expect(commandLines().filter((line) => line.includes("sleep 4711"))).toEqual([]);
  });

  test("nothing outlives a deck that is killed, also without a guardian", async () => {
    const folder = mkdtempSync(join(tmpdir(), "wall-test-"));
    using _folder = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
    await using api = await startOfflineApi({
      answer: (request) =>
        isAuthor(request)
          ? propose([], request)
          : isDaemon(request)
            ? block({ actions: [{ type: "spawn", task: "Stay." }], status: "waiting" })
            : makesCalls(bash("setsid -f sleep 4712; env -i setsid -f sleep 4712; sleep 4712"))(request),
    }).then((started) => Object.assign(started, { [Symbol.asyncDispose]: () => started.close() }));
    const script = join(import.meta.dirname, "../../kit/deck-process.ts");
    const deck = spawn(process.execPath, [script, folder, api.url, "Stay.", "on"], { stdio: "ignore" });
    using _deck = { [Symbol.dispose]: () => void deck.kill("SIGKILL") };
    const sleepers = () => commandLines().filter((line) => line.startsWith("sleep 4712"));
    await eventually(() => sleepers().length === 3, "all three are asleep");
    deck.kill("SIGKILL");
    await eventually(() => sleepers().length === 0, "they have ended with the deck");
    expect(sleepers()).toEqual([]);
  });

  test("the constructs of a run do not see each other's processes, and work at the same time", async () => {
    await using kit = await walled({ answer: makesCalls(bash("ps -e -o comm= | grep -c '^claude' ; echo counted")) });
    const events = await kit.runTasks(["One.", "Two.", "Three."]);
    for (const outcome of outcomesOf(events)) expect(outcome.result).toContain("1\ncounted");
  });

  test("the first request is not a byte larger, and the wall leaves nothing in the home", async () => {
    const sizes: (number | undefined)[] = [];
    for (const sandbox of ["on", "off"] as const) {
      await using kit = await openTestDeck({ settings: { sandbox } });
      await kit.runTasks(["Say something."]);
      sizes.push(kit.api.requests.find(({ path }) => path === "/v1/messages")?.bytes);
      expect(existsSync(join(kit.home, "wall")) ? readdirSync(join(kit.home, "wall")) : []).toEqual([]);
    }
    expect(sizes[0]).toBe(sizes[1]);
  });

  test("everyday tools work: a commit, also in a work tree of another repository, and an install", async () => {
    const git = "git -c user.name=n -c user.email=e@x.org";
    await using kit = await walled({
      files: { "package.json": "{}", "part/package.json": '{ "name": "part", "version": "1.0.0" }' },
      answer: makesCalls(
        bash(`git init -q . && git add package.json && ${git} commit -qm first && git log --format=%s`),
        bash("npm install ./part --no-audit --no-fund && ls node_modules"),
        bash(
          `git worktree add -q tree && cd tree && echo x > new && git add new && ${git} commit -qm second && git log --format=%s`,
        ),
      ),
    });
    const events = await kit.runTasks(["Work."]);
    expect(outcomesOf(events)[0]?.result).toMatch(/0: first[^]*1: [^]*part[^]*2: [^]*second\nfirst/);
    expect(of(events, "construct.tool_returned").filter(({ body }) => body.failed)).toEqual([]);
  });

  test("a commit works in a workspace that is a part of a repository, whose hooks stay closed", async () => {
    using outside = outsideFolder();
    execFileSync("git", ["init", "-q", outside.path], { env: { PATH: process.env["PATH"] ?? "" } });
    await using kit = await walled({
      folder: join(outside.path, "part"),
      keep: true,
      answer: makesCalls(
        bash(
          "echo x > new && git add new && git -c user.name=n -c user.email=e@x.org commit -qm inside && git log --format=%s",
        ),
        [
          "Write",
          {
            file_path: join(outside.path, "part/workspace/try.sh"),
            content: "cd $(git rev-parse --git-dir) && touch hooks/evil && echo WRITTEN",
          },
        ],
        bash("sh try.sh; echo tried"),
      ),
    });
    const [outcome] = outcomesOf(await kit.runTasks(["Commit."]));
    expect(outcome?.result).toMatch(/0: inside[^]*tried/);
    expect(outcome?.result).not.toContain("WRITTEN");
  });

  test("two calls of one reply work beside each other", async () => {
    await using kit = await walled({
      answer: ({ toolResults }) =>
        toolResults.length === 0
          ? reply(useTool("Bash", { command: "echo one" }), useTool("Bash", { command: "echo two" }))
          : say(
              toolResults
                .map(({ text }) => text)
                .sort()
                .join(" and "),
            ),
    });
    expect(outcomesOf(await kit.runTasks(["Both."]))[0]?.result).toBe("one and two");
  });
});

const tryLine = (target: string): string => `(echo x >> "${target}") 2>/dev/null && echo WRITTEN "${target}"`;

/** The command lines of all processes of this machine. */
function commandLines(): string[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      return /^\d+$/.test(name) ? [readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ")] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}
