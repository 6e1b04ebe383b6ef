import { describe, expect, test } from "vitest";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "../../../src/base/fault.ts";
import { inert } from "../../../src/base/text.ts";
import { scriptedDeck } from "./scripted-deck.ts";
import { run, stand, type Stand } from "./test-world.ts";

const refused = async (argv: string[]): Promise<string> => {
  const deck = scriptedDeck();
  const world = stand(argv, deck);
  const { code, out, err } = await run(world);
  expect(code).toBe(2);
  expect(out).toBe("");
  expect(world.opened).toEqual([]);
  expect(err).toMatch(/^error: .+\nnext: .+\n$/);
  return err;
};

describe("a wrong command", () => {
  test.each([
    [["rnu"], "did you mean run?"],
    [["run", "--brak", "paranoid", "goal"], "did you mean --brake?"],
    [["run", "--brake"], "argument missing"],
    [["run", "--brake", "strict", "goal"], "paranoid, default, yolo"],
    [["run", "--effort", "extreme", "goal"], "low, medium, high, xhigh, max"],
    [["run", "--max-concurrent", "0", "goal"], "from 1 up"],
    [["run", "--max-concurrent", "many", "goal"], "from 1 up"],
    [["run", "--max-spawns", "-1", "goal"], "from 0 up"],
    [["run", "--max-starting", "1.5", "goal"], "from 1 up"],
    [["run", "--pool", "-1", "goal"], "from 0 up"],
    [["run", "--budget", "-3", "goal"], "US dollars"],
    [["run", "--budget", "NaN", "goal"], "US dollars"],
    [["run", "--idle-limit", "10", "goal"], "with its unit"],
    [["run", "--time-limit", "0s", "goal"], "with its unit"],
    [["run", "--time-limit", "", "goal"], "with its unit"],
    [["run", "--model", "  ", "goal"], "--model is empty"],
    [["run", "--hub", "nats://127.0.0.1:4222", "goal"], "a host has its own"],
    [["run", "--embedded", "--fleet", "lab", "goal"], "--fleet needs --hub"],
    [["run"], "there is no goal"],
    [["run", ""], "the goal is empty"],
    [["run", " \n\t "], "the goal is empty"],
    [["run", "fix", "the", "tests"], "in quotes"],
    [["run", "--resume", "last", "another goal"], "leave the goal out"],
    [["run", "--set", "host_idle=1m", "goal"], "cyberdeck settings set host_idle 1m"],
    [["run", "--say", "proceed"], "--resume last"],
    [["run", "goal", "--say", "proceed"], "--resume last"],
    [["run", "--workspace", "/nowhere/at/all", "goal"], "there is no folder"],
    [["run", "--json=yes", "goal"], "--json"],
    [["spawn"], "there is no task"],
    [["spawn", "one", " "], "task 2 is empty"],
    [["spawn", "--autopilot", "task"], "--autopilot"],
    [["show", "a", "b"], "too many arguments"],
    [["runs", "--brake", "yolo"], "--brake"],
    [["host", "bogus"], "unknown command 'host bogus'"],
    [["host", "stauts"], "did you mean status? there are: serve, status, stop"],
    [["nodes", "--json", "drian"], "did you mean drain? there are: list, drain, undrain"],
    [["host", "serve", "bogus"], "too many arguments for 'serve'"],
    [["host", "bogus\u001b[2J"], "there are: serve, status, stop"],
  ])("%j is refused with exit code 2, one message and the next step", async (argv, part) => {
    expect(await refused(argv)).toContain(part);
  });

  test("a workspace that is a file is refused", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cli-usage-"));
    try {
      await writeFile(join(folder, "file"), "");
      expect(await refused(["run", "--workspace", join(folder, "file"), "goal"])).toContain("is not a folder");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("an escape sequence in an argument does not reach the terminal", async () => {
    const err = await refused(["run", "--brake", "\u001b]0;owned\u0007\u009b31m", "goal"]);
    expect(inert(err)).toBe(err);
  });

  test("stdin without a goal is refused", async () => {
    const world = stand(["run", "-"], scriptedDeck());
    world.stdin.end("  \n");
    expect(await run(world)).toMatchObject({ code: 2, err: expect.stringContaining("stdin held no goal") });
  });

  test("a goal that is too long is refused before a deck is opened", async () => {
    const world = stand(["run", "-"], scriptedDeck());
    world.stdin.end("x".repeat(300_000));
    expect(await run(world)).toMatchObject({ code: 2, err: expect.stringContaining("name that file") });
    expect(world.opened).toEqual([]);
  });

  test("an interrupt while the goal is awaited on stdin ends with 130", async () => {
    const world = stand(["run", "-"], scriptedDeck());
    const ended = run(world);
    await expect.poll(() => world.listening).toBeGreaterThan(0);
    world.raise("SIGINT");
    expect((await ended).code).toBe(130);
    expect(world.listening).toBe(0);
  });
});

describe("trouble", () => {
  test("a fault of the deck is told with its cause and its hint, and ends with 1", async () => {
    const fault = new Fault("setup", "x", "the home is locked", {
      cause: new Error("EEXIST lock"),
      hint: "stop the other",
    });
    const { code, err } = await run(stand(["run", "goal"], () => Promise.reject(fault)));
    expect({ code, err }).toEqual({
      code: 1,
      err: "error: the home is locked\ncause: EEXIST lock\nnext: stop the other\n",
    });
  });

  test("a cause that the message holds already is not told twice", async () => {
    const fault = new Fault("setup", "x", "cannot open: disk full", { cause: new Error("disk full") });
    expect((await run(stand(["runs"], () => Promise.reject(fault)))).err).toBe("error: cannot open: disk full\n");
  });

  test("an unexpected error is one line without a stack, unless CYBERDECK_DEBUG asks for it", async () => {
    const broken = (): Promise<never> => Promise.reject(new TypeError("x is not a function\n    at secret"));
    const usual = await run(stand(["runs"], broken));
    expect(usual.code).toBe(1);
    expect(usual.err).toMatch(/^error: .+\nnext: .+CYBERDECK_DEBUG=1.+\n$/);
    const debug = await run(stand(["runs"], broken, { env: { CYBERDECK_DEBUG: "1" } }));
    expect(debug.err).toContain("usage.test.ts");
  });

  test("the deck is closed when it refuses to open the run", async () => {
    const deck = scriptedDeck({ refuse: () => new Fault("refused", "x", "no constructs today") });
    expect(await run(stand(["run", "goal"], deck))).toMatchObject({ code: 1, out: "" });
    expect(deck.closings).toBe(1);
  });
});

describe("help", () => {
  test("the bare command explains itself on stdout and ends with 0", async () => {
    const { code, out, err } = await run(stand([], scriptedDeck()));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Examples:");
  });

  test.each([["run"], ["spawn"], ["runs"], ["show"]])("%s --help has examples and opens no deck", async (name) => {
    for (const argv of [
      [name, "--help"],
      ["help", name],
    ]) {
      const world = stand(argv, scriptedDeck());
      const { code, out, err } = await run(world);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toMatch(new RegExp(`Usage: cyberdeck ${name} [^]+Examples:\n {2}cyberdeck ${name}`));
      expect(world.opened).toEqual([]);
    }
  });

  test.each([[["--version"]], [["run", "--version"]], [["-V"]]])("%j prints the version alone", async (argv) => {
    expect(await run(stand(argv, scriptedDeck()))).toEqual({ code: 0, out: "9.8.7\n", err: "" });
  });
});

describe("flags", () => {
  const commandOf = async (argv: string[], changes = {}) => {
    const deck = scriptedDeck({ onOpen: (stage) => stage.close("done") });
    const world = stand(argv, deck, changes);
    expect((await run(world)).code).toBe(0);
    return { command: deck.commands[0], options: world.opened[0] };
  };

  test("all settings of a goal reach the deck", async () => {
    const flags =
      "--max-concurrent 3 --max-spawns 0 --max-starting 1 --pool 0 --model haiku --effort low --daemon-model sonnet " +
      "--daemon-effort max --autopilot --no-streaming --structured --brake paranoid --idle-limit 90s " +
      "--time-limit 1h30m --budget $2.50 --offline";
    const { command, options } = await commandOf(["run", " do it ", ...flags.split(" ")]);
    expect(command).toMatchObject({
      type: "goal.set",
      goal: "do it",
      settings: {
        max_concurrent: 3,
        max_spawns: 0,
        max_starting: 1,
        pool: 0,
        caliber: { model: "haiku", effort: "low" },
        daemon_caliber: { model: "sonnet", effort: "max" },
        autopilot: true,
        backend: "one-shot",
        structured_reply: true,
        brake: "paranoid",
        idle_limit_ms: 90_000,
        time_limit_ms: 5_400_000,
        budget_usd: 2.5,
        offline: true,
      },
    });
    expect(options).toMatchObject({ offline: true, mode: "host" });
  });

  test("home is the flag, else CYBERDECK_HOME, else below the workspace", async () => {
    const home = async (flags: string[], env = {}) => (await commandOf(["run", "x", ...flags], { env })).options?.home;
    expect(await home(["--home", "/a"], { CYBERDECK_HOME: "/b" })).toBe("/a");
    expect(await home([], { CYBERDECK_HOME: "/b" })).toBe("/b");
    expect(await home([], { CYBERDECK_HOME: "" })).toBe(join(tmpdir(), ".cyberdeck"));
    expect(await home(["--home=~/deck"])).toBe("/home/nobody/deck");
    expect(await home(["--workspace", "/"])).toBe("/.cyberdeck");
  });

  test("each task of spawn is one task, and the goal of - is what stdin holds", async () => {
    expect((await commandOf(["spawn", "one", "two words"])).command).toMatchObject({ tasks: ["one", "two words"] });
    const deck = scriptedDeck({ onOpen: (stage) => stage.close("done") });
    const world = stand(["run", "-"], deck);
    world.stdin.end("from\nstdin\n");
    await run(world);
    expect(deck.commands[0]).toMatchObject({ goal: "from\nstdin" });
  });

  test("commands that only look ask the deck that runs, else the record, and start nothing", async () => {
    const world: Stand = stand(["runs", "--workspace", "/"], () =>
      world.opened.at(-1)?.mode === "attach"
        ? Promise.reject(new Fault("refused", "deck.not_running", "no deck runs here", { hint: "Start one." }))
        : Promise.resolve(scriptedDeck()),
    );
    expect((await run(world)).out).toContain("No runs yet");
    const place = { workspace: "/", home: "/.cyberdeck", offline: false };
    expect(world.opened).toEqual([
      { ...place, mode: "attach" },
      { ...place, mode: "read" },
    ]);
  });
});
