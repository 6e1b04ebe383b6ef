import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { block, call, silent } from "../../../src/offline/reply.ts";
import { daemonRequests, of, openTestDeck, outcomesOf } from "../../kit/deck.ts";
import { calls, daemonThen, profileFile, spawn, workerRequests, write } from "./fixtures.ts";

const bash = (command: string) => call("Bash", { command, description: "works" });

describe("a profile's tools", () => {
  test("limit the construct: what it does not have is denied with the reason, through Bash too", async () => {
    await using kit = await openTestDeck({
      settings: { profile: "code_reviewer" },
      files: { "a.txt": "keep me" },
      answer: calls(
        call("Write", { file_path: "b.txt", content: "x" }),
        bash("rm a.txt"),
        bash("echo x > b.txt"),
        call("Glob", { pattern: "*.txt" }),
      ),
    });
    const events = await kit.runTasks(["Review a.txt"]);
    const judged = of(events, "gate.judged").map(({ body }) => [body.tool, body.decision, body.rules[0]]);
    expect(judged).toEqual([
      ["Write", "deny", "profile.tools"],
      ["Bash", "deny", "profile.tools"],
      ["Bash", "deny", "profile.tools"],
      ["Glob", "allow", expect.any(String)],
    ]);
    expect(of(events, "gate.judged")[0]?.body.reason).toContain(
      "The profile code_reviewer does not have the tool Write. Its tools are: Read, Glob, Grep, TodoWrite.",
    );
    expect(existsSync(join(kit.workspace, "a.txt"))).toBe(true);
    expect(existsSync(join(kit.workspace, "b.txt"))).toBe(false);
    expect(outcomesOf(events)).toMatchObject([{ profile: "code_reviewer", state: "done" }]);
  });

  test("leave the beginning of the request as it is for every construct", async () => {
    await using kit = await openTestDeck({
      answer: daemonThen(
        [() => block({ actions: [spawn("One"), spawn("Two", { profile: "recon_specialist" })], status: "waiting" })],
        calls(),
      ),
    });
    await kit.runGoal("Compare");
    const [one, two, ...more] = workerRequests(kit);
    expect(more).toEqual([]);
    expect(one?.tools).toEqual(two?.tools);
    expect(one?.system).toBe(two?.system);
    expect(
      [one, two]
        .map((request) => request?.firstUserText.includes("PROFILE: recon_specialist"))
        .toSorted((a, b) => Number(a) - Number(b)),
    ).toEqual([false, true]);
  });

  test("may be none at all", async () => {
    await using kit = await openTestDeck({
      settings: { profile: "thinker" },
      answer: calls(call("Read", { file_path: "a.txt" })),
      files: { "a.txt": "x", ".cyberdeck/profiles/thinker.toml": profileFile("thinker", "tools = []") },
    });
    const events = await kit.runTasks(["Think"]);
    expect(of(events, "gate.judged")).toMatchObject([{ body: { decision: "deny", rules: ["profile.tools"] } }]);
  });

  test("do not allow what the brake denies", async () => {
    await using kit = await openTestDeck({
      settings: { profile: "writer" },
      answer: calls(call("Write", { file_path: ".cyberdeck/policy.toml", content: "x" })),
      files: { ".cyberdeck/profiles/writer.toml": profileFile("writer", 'tools = ["Write"]') },
    });
    const events = await kit.runTasks(["Write"]);
    const [verdict] = of(events, "gate.judged");
    expect(verdict?.body.decision).toBe("deny");
    expect(verdict?.body.rules.includes("profile.tools")).toBe(false);
  });
});

describe("what a construct is told", () => {
  test("its profile stands between what all share and its task", async () => {
    await using kit = await openTestDeck({ settings: { profile: "code_reviewer" } });
    await kit.runTasks(["Review it"]);
    const text = workerRequests(kit)[0]?.firstUserText ?? "";
    const at = ["WORKSPACE:", "PROFILE: code_reviewer", "You review code.", "Its tools are: Read", "TASK:\nReview it"];
    const places = at.map((words) => text.indexOf(words));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places).not.toContain(-1);
  });

  test("the shipped default adds nothing", async () => {
    await using kit = await openTestDeck({});
    await kit.runTasks(["Work"]);
    expect(workerRequests(kit)[0]?.firstUserText).not.toContain("PROFILE:");
  });

  test("the programs that its profile recommends are named, with what is missing and why", async () => {
    const tools = ["sh", "no-such-program-here"].map(
      (name) => `[[tool]]\nname = "${name}"\nkind = "binary"\ndescription = "Does ${name}."\nhelp = "${name} --help"\n`,
    );
    await using kit = await openTestDeck({
      settings: { profile: "scanner" },
      files: {
        ".cyberdeck/tools.toml": tools.join("\n"),
        ".cyberdeck/profiles/scanner.toml": profileFile("scanner", 'uses = ["sh", "no-such-program-here", "unlisted"]'),
      },
    });
    await kit.runTasks(["Scan"]);
    const text = workerRequests(kit)[0]?.firstUserText ?? "";
    expect(text).toContain("- sh (sh): Does sh. Help: sh --help\n");
    expect(text).toContain("NOT AVAILABLE: there is no program no-such-program-here on PATH. Do not install it.");
    expect(text).not.toContain("unlisted");
  });
});

describe("the daemon", () => {
  test("sees the profiles in the order of their names, each with its tools and addendum", async () => {
    await using kit = await openTestDeck({
      answer: daemonThen([], calls()),
      files: {
        ".cyberdeck/profiles/a_first.toml": profileFile(
          "a_first",
          'daemon_addendum = "Handle with\\n# Limits of care"',
        ),
      },
    });
    await kit.runGoal("Look");
    const system = daemonRequests(kit.api)[0]?.system ?? "";
    const at = [
      "- a_first, general: For a test. (all tools)",
      "- code_reviewer, review: ",
      "- default, ",
      "- recon_specialist",
    ];
    const places = at.map((words) => system.indexOf(words));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places).not.toContain(-1);
    expect(system).toContain("(tools: Read, Glob, Grep, TodoWrite)");
    expect(system).toContain("  Handle with\n  # Limits of care");
  });

  test("is told of a profile that there is not, and of those that there are", async () => {
    await using kit = await openTestDeck({
      answer: daemonThen(
        [() => block({ actions: [spawn("Review", { profile: "code-reviewer" })], status: "working" })],
        calls(),
      ),
    });
    const events = await kit.runGoal("Review");
    expect(of(events, "spawn.refused")).toMatchObject([{ body: { rule: "profile.unknown" } }]);
    expect(daemonRequests(kit.api)[1]?.lastUserText).toContain(
      'there is no profile "code-reviewer"; did you mean code_reviewer? There are: code_reviewer, default, recon_specialist (profile.unknown)',
    );
    expect(of(events, "construct.queued")).toEqual([]);
  });

  test("is told of a profile whose file is wrong, with its file and line", async () => {
    await using kit = await openTestDeck({
      answer: daemonThen([() => block({ actions: [spawn("Work", { profile: "odd" })], status: "working" })], calls()),
      files: { ".cyberdeck/profiles/odd.toml": 'name = "odd"\ndescription = "x"\ntools = ["Raed"]\n' },
    });
    const events = await kit.runGoal("Work");
    expect(of(events, "catalogue.refused")).toMatchObject([{ body: { name: "odd", line: 3 } }]);
    expect(of(events, "spawn.refused")).toMatchObject([{ body: { rule: "profile.refused" } }]);
    expect(daemonRequests(kit.api)[1]?.lastUserText).toMatch(/odd\.toml, line 3: .*did you mean "Read"\?/);
  });

  test("hears of a changed profile with its next turn, and not for that alone", async () => {
    await using kit = await openTestDeck({
      answer: daemonThen(
        [
          () => {
            write(kit, "profiles/late.toml", profileFile("late", 'tools = ["Read"]'));
            return block({ actions: [spawn("One", { profile: "late" })], status: "waiting" });
          },
          () => block({ status: "done", chat: "Done." }),
        ],
        calls(),
      ),
    });
    const events = await kit.runGoal("Work");
    expect(of(events, "catalogue.changed")).toMatchObject([{ body: { name: "late", change: "added" } }]);
    expect(of(events, "daemon.turn_started")).toHaveLength(2);
    expect(daemonRequests(kit.api)[1]?.lastUserText).toContain(
      "CATALOGUE CHANGED:\nprofile, as it is now:\n- late, general",
    );
    expect(outcomesOf(events)).toMatchObject([{ profile: "late" }]);
    expect(daemonRequests(kit.api)[0]?.system).toBe(daemonRequests(kit.api)[1]?.system);
  });
});

describe("an edit", () => {
  const words = (text: string): string => profileFile("mine", `construct_addendum = "${text}"`);

  test("between two spawns holds for the second", async () => {
    await using kit = await openTestDeck({
      files: { ".cyberdeck/profiles/mine.toml": words("first words") },
      answer: daemonThen(
        [
          () => block({ actions: [spawn("One", { profile: "mine" })], status: "waiting" }),
          () => {
            write(kit, "profiles/mine.toml", words("second words"));
            return block({ actions: [spawn("Two", { profile: "mine" })], status: "waiting" });
          },
        ],
        calls(),
      ),
    });
    await kit.runGoal("Work");
    const told = workerRequests(kit).map(({ firstUserText }) => /(first|second) words/.exec(firstUserText)?.[1]);
    expect(told).toEqual(["first", "second"]);
  });

  test("that is wrong leaves the last good version in force, and is told with file and line", async () => {
    await using kit = await openTestDeck({
      files: { ".cyberdeck/profiles/mine.toml": words("good words") },
      answer: daemonThen(
        [
          () => {
            write(kit, "profiles/mine.toml", 'name = "mine"\ndescription = "x"\nlimits = { turns = 0 }\n');
            return block({ actions: [spawn("One", { profile: "mine" })], status: "waiting" });
          },
        ],
        calls(),
      ),
    });
    const events = await kit.runGoal("Work");
    expect(of(events, "catalogue.refused")).toMatchObject([
      { body: { path: join(kit.home, "profiles/mine.toml"), line: 3, problem: expect.stringContaining("turns") } },
    ]);
    expect(workerRequests(kit)[0]?.firstUserText).toContain("good words");
  });
});

describe("the deck", () => {
  test("notices an edit by itself while nothing is spawned, in folders that come later too", async () => {
    await using kit = await openTestDeck({
      answer: daemonThen([() => block({ status: "waiting", chat: "What now?" })], calls()),
    });
    const { afterSeq } = await kit.startGoal("Wait");
    await kit.eventsUntil(afterSeq, ({ type }) => type === "run.waiting");
    const file = join(kit.folder, "config/profiles/mine.toml");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, profileFile("mine"));
    const added = await kit.eventsUntil(afterSeq, ({ type }) => type === "catalogue.changed");
    expect(added.at(-1)?.body).toEqual({ kind: "profile", name: "mine", change: "added", path: file });
    writeFileSync(file, "name = [");
    const refused = await kit.eventsUntil(afterSeq, ({ type }) => type === "catalogue.refused");
    expect(refused.at(-1)?.body).toMatchObject({ kind: "profile", name: "mine", path: file, line: 1 });
    // It waits for the netrunner as before: no edit is worth a turn of the daemon's.
    expect(of(refused, "daemon.turn_started")).toHaveLength(1);
  });
});

describe("the limits of a profile", () => {
  test("hold for its constructs where they are tighter than the run's", async () => {
    await using kit = await openTestDeck({
      settings: { profile: "brief" },
      files: { ".cyberdeck/profiles/brief.toml": profileFile("brief", '[limits]\ntime = "2s"') },
      answer: () => silent(),
    });
    const { afterSeq } = await kit.startTasks(["Work"]);
    const asked = await kit.eventsUntil(afterSeq, ({ type }) => type === "attention.raised");
    const { item = "", bound } = of(asked, "attention.raised")[0]?.body ?? {};
    expect(bound).toMatchObject({ which: "time_limit_ms", limit: 2000 });
    await kit.deck.send({ type: "bound.answer", item, answer: "end" });
    expect(outcomesOf(await kit.untilClosed(afterSeq))).toMatchObject([{ cause: "budget:time_limit_ms" }]);
  });

  test("are asked about like those of the settings", async () => {
    const files = {
      ".cyberdeck/profiles/brief.toml": profileFile("brief", "limits = { turns = 1 }"),
      "a.txt": "x",
    };
    const reading = call("Read", { file_path: "a.txt" });
    await using kit = await openTestDeck({ settings: { profile: "brief" }, files, answer: calls(reading, reading) });
    const { settings } = kit;
    const { afterSeq } = await kit.deck.send({ type: "spawn", tasks: ["Work"], settings, command_line: [] });
    const events = await kit.eventsUntil(afterSeq, ({ type }) => type === "bound.reached");
    expect(events.at(-1)?.body).toMatchObject({ which: "construct_turns", limit: 1 });
  });
});

describe("the plugins of a profile", () => {
  const plugin = ['name = "mapper"', 'description = "Draws maps."', 'entry = "main.sh"', 'effects = "read"'].join("\n");

  test("are told only to constructs whose tools can call them", async () => {
    await using kit = await openTestDeck({
      plugins: { "mapper/plugin.toml": plugin, "mapper/main.sh": "#!/bin/sh\n" },
      files: {
        ".cyberdeck/profiles/reader.toml": profileFile("reader", 'tools = ["Read"]'),
        ".cyberdeck/profiles/worker.toml": profileFile("worker", 'tools = ["Bash"]'),
      },
      answer: daemonThen(
        [
          () =>
            block({
              actions: [spawn("READ", { profile: "reader" }), spawn("WORK", { profile: "worker" })],
              status: "waiting",
            }),
        ],
        calls(),
      ),
    });
    await kit.runGoal("Work");
    const told = workerRequests(kit).map(({ firstUserText }) => [
      firstUserText.endsWith("READ") ? "reader" : "worker",
      firstUserText.includes("Draws maps."),
    ]);
    expect(Object.fromEntries(told)).toEqual({ reader: false, worker: true });
  });
});

describe("the caliber of a profile", () => {
  test("counts where neither the netrunner nor the daemon says otherwise, each half for itself", async () => {
    const caliber = 'caliber = { model = "haiku", effort = "low" }';
    await using kit = await openTestDeck({
      files: { ".cyberdeck/profiles/quick.toml": profileFile("quick", caliber) },
      settings: { max_concurrent: 1 },
      answer: daemonThen(
        [
          () =>
            block({
              actions: [
                spawn("One", { profile: "quick" }),
                spawn("Two", { profile: "quick", effort: "high" }),
                spawn("Three"),
              ],
              status: "waiting",
            }),
        ],
        calls(),
      ),
    });
    const events = await kit.runGoal("Work");
    expect(of(events, "construct.queued").map(({ body }) => body.caliber)).toEqual([
      { model: "haiku", effort: "low" },
      { model: "haiku", effort: "high" },
      kit.settings.caliber,
    ]);
  });

  test("gives way to what the netrunner has fixed", async () => {
    await using kit = await openTestDeck({
      settings: { profile: "code_reviewer", caliber: { model: "haiku", effort: "low" }, caliber_fixed: ["model"] },
    });
    const events = await kit.runTasks(["Review"]);
    expect(of(events, "construct.queued")[0]?.body.caliber).toEqual({ model: "haiku", effort: "high" });
  });
});

describe("a run", () => {
  test("under a profile that there is not is refused before anything is made", async () => {
    await using kit = await openTestDeck({ settings: { profile: "code_reviwer" } });
    await expect(kit.runTasks(["Work"])).rejects.toMatchObject({
      kind: "usage",
      code: "profile.unknown",
      message: expect.stringContaining("did you mean code_reviewer?"),
    });
    expect(existsSync(join(kit.home, "runs"))).toBe(false);
  });

  test("under a profile that is wrong is refused, also where a valid one of that name ships", async () => {
    await using kit = await openTestDeck({ files: { ".cyberdeck/profiles/default.toml": "tools = []" } });
    await expect(kit.runTasks(["Work"])).rejects.toMatchObject({ code: "profile.refused" });
  });

  test("that goes on without a profile that is gone gives its constructs the default one for reading only, on the record", async () => {
    await using kit = await openTestDeck({
      settings: { profile: "gone", max_concurrent: 1 },
      files: { ".cyberdeck/profiles/gone.toml": profileFile("gone", 'construct_addendum = "You are gone."') },
    });
    const { settings } = kit;
    const opened = await kit.deck.send({ type: "spawn", tasks: ["One", "Two"], settings, command_line: [] });
    await kit.deck.send({ type: "stop", status: "paused", reason: "a test", force: true });
    await kit.untilClosed(opened.afterSeq);
    rmSync(join(kit.home, "profiles/gone.toml"));
    const resumed = await kit.resume(opened.run);
    const events = await kit.untilClosed(resumed.afterSeq);
    const [replaced] = of(events, "profile.replaced");
    expect(replaced?.body).toMatchObject({ profile: "gone", by: "default" });
    expect(replaced?.body.reason).toContain('there is no profile "gone"');
    expect(outcomesOf(events).find(({ id }) => id === replaced?.body.construct)).toMatchObject({
      profile: "default",
      state: "done",
    });
    expect(workerRequests(kit).some(({ firstUserText }) => firstUserText.includes("You are gone."))).toBe(false);
  });
});
