import { spawn } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { block, type Answerer } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import { chainOf } from "../../../src/protocol/chain.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { surfaceTool } from "../../../src/protocol/surfaced.ts";
import { doneWhenIdle, of, openTestDeck, outcomesOf, requestsOf, type TestDeckOptions } from "../../kit/deck.ts";
import { makesCalls, outsideFolder, theWall } from "../../kit/wall.ts";
import { startWarm, toTheEnd, warmGoal } from "../pool/warm-goal.ts";

const manifest = (name: string, more = ""): string =>
  `name = "${name}"\ndescription = "Says what it got."\nentry = "run.sh"\nusage = "WORDS"\neffects = "read"\n${more}`;

/** A plugin that says its words, one a line, and what it was given by the deck. */
const echo = {
  "echo/plugin.toml": manifest("echo"),
  "echo/run.sh":
    '#!/bin/sh\nfor word in "$@"; do printf "[%s]\\n" "$word"; done\nprintf "token=%s run=%s\\n" "$CYBERDECK_TOKEN" "$CYBERDECK_RUN_FOLDER"\n',
};

/** The bridge's command line, as a construct reads it in its first message. */
const bridgeIn = (text: string): string => /call one from your shell: (\S+) NAME/.exec(text)?.[1] ?? "no-bridge";

/** A construct that runs these lines, each with `BRIDGE` for the bridge's command, and tells what came of them. */
const runsLines =
  (...lines: string[]): Answerer =>
  (request) =>
    makesCalls(
      ...lines.map(
        (line) => ["Bash", { command: line.replaceAll("BRIDGE", bridgeIn(request.firstUserText)) }] as const,
      ),
    )(request);

async function running(lines: string[], options: Partial<TestDeckOptions> = {}) {
  const kit = await openTestDeck({
    answer: runsLines(...lines),
    plugins: echo,
    ...options,
    settings: { sandbox: "off", hold_window_ms: 0, ...options.settings },
  });
  const events = await kit.runTasks(["Use your plugins."]);
  return { kit, events, said: outcomesOf(events)[0]?.result ?? "" };
}

const refusedBy = (events: readonly DeckEvent[]): string[] => of(events, "plugin.refused").map(({ body }) => body.rule);

describe.each(["no wall", ...(await theWall("plugins behind it"))])("a plugin behind %s", (wall) => {
  const settings = { sandbox: wall === "no wall" ? "off" : "on" } as const;

  test("gets its words as they were written and runs for the construct; its end is on record", async () => {
    const { kit, events, said } = await running(["BRIDGE echo one 'two  three' '$HOME' '*'; echo code=$?"], {
      settings,
    });
    await using _ = kit;
    expect(said).toContain("[one]\n[two  three]\n[$HOME]\n[*]");
    expect(said).toMatch(/token= run=\/.*\/runs\/run-/);
    expect(said).toContain("code=0");
    expect(of(events, "plugin.called").map(({ body }) => body)).toMatchObject([{ plugin: "echo" }]);
    expect(of(events, "plugin.ended").map(({ body }) => body.exit)).toEqual(["code 0"]);
  });

  test("of the workspace is reached while the airgap is on where a wall closes the network; one that uses it is not", async () => {
    const plugins = {
      ...echo,
      "net/plugin.toml": manifest("net").replace('"read"', '"network"'),
      "net/run.sh": "#!/bin/sh\n",
    };
    const lines = ["BRIDGE echo inside", "BRIDGE net", "sh -c 'x=net; BRIDGE $x'; echo code=$?"];
    const { kit, events, said } = await running(lines, { settings: { ...settings, airgap: true }, plugins });
    await using _ = kit;
    const isWalled = wall !== "no wall";
    expect(said.includes("0: [inside]")).toBe(isWalled);
    expect(of(events, "plugin.called").map(({ body }) => body.plugin)).toEqual(isWalled ? ["echo"] : []);
    expect(
      of(events, "gate.judged")
        .map(({ body }) => body.decision)
        .slice(0, 2),
    ).toEqual([isWalled ? "allow" : "deny", "deny"]);
  });

  test("cannot do more than its construct: what lies outside stays as it is where there is a wall", async () => {
    using outside = outsideFolder();
    const plugins = {
      "touch/plugin.toml": manifest("touch"),
      "touch/run.sh": `#!/bin/sh\n: > "$CYBERDECK_WORKSPACE/inside"\n(: > ${outside.path}/here) && echo WROTE\nexit 7\n`,
    };
    const { kit, said, events } = await running(["BRIDGE touch; echo code=$?"], { settings, plugins });
    await using _ = kit;
    expect(readFileSync(join(kit.workspace, "inside"), "utf8")).toBe("");
    expect(said.includes("WROTE")).toBe(wall === "no wall");
    expect(said).toContain("code=7");
    expect(of(events, "plugin.ended").map(({ body }) => body.exit)).toEqual(["code 7"]);
  });
});

describe("the bridge", () => {
  test("puts on record within which shell call and turn a plugin was called, as long as that is certain", async () => {
    const lines = ["BRIDGE echo one", "BRIDGE absent", "BRIDGE echo two; true &", "BRIDGE echo three"];
    const { kit, events } = await running(lines);
    await using _ = kit;
    const calls = of(events, "construct.tool_called").map(({ body }) => body.call);
    expect(calls.length).toBe(4);
    expect(of(events, "plugin.called").map(({ body }) => [body.args, body.within, body.turn])).toEqual([
      ["one", calls[0], 1],
      ["two", calls[2], 1],
      ["three", null, 1],
    ]);
    expect(of(events, "plugin.ended").map(({ body }) => body.within)).toEqual([calls[0], calls[2], null]);
    expect(of(events, "plugin.refused").map(({ body }) => body.within)).toEqual([calls[1]]);
    const chain = chainOf(events, of(events, "plugin.ended")[0]?.seq ?? 0);
    expect(of(chain, "gate.judged").map(({ body }) => body.call)).toEqual([calls[0]]);
  });

  test("names the plugins in the first message, the same for all constructs, and not those that cannot be used", async () => {
    const plugins = {
      ...echo,
      "other/plugin.toml": manifest("other", '[requires]\nbinaries = ["no-such-program-anywhere"]\n'),
      "other/run.sh": "#!/bin/sh\n",
    };
    await using kit = await openTestDeck({ plugins, settings: { sandbox: "off" } });
    await kit.runTasks(["One.", "Two."]);
    const firsts = [...new Set(requestsOf(kit.api).map(({ firstUserText }) => firstUserText.split("TASK:")[0]))];
    expect(firsts.length).toBe(1);
    expect(firsts[0]).toContain(`${kit.home}/bin/cyberdeck-plugin NAME ARGUMENTS\n- codemap `);
    expect(firsts[0]).toContain("\n- echo WORDS: Says what it got.\n");
    expect(firsts[0]).not.toContain("- other");
  });

  test("says what there is when a plugin is unknown, and why one cannot be used", async () => {
    const plugins = {
      ...echo,
      "bare/plugin.toml": manifest("bare", '[requires]\nenv = ["NO_SUCH_VARIABLE"]\n'),
      "bare/run.sh": "#!/bin/sh\n",
      "lost/plugin.toml": manifest("lost").replace("run.sh", "absent.sh"),
    };
    const { kit, events, said } = await running(
      ["BRIDGE ecco; echo code=$?", "BRIDGE bare; echo code=$?", "BRIDGE lost; echo code=$?", "BRIDGE; echo code=$?"],
      { plugins },
    );
    await using _ = kit;
    expect(said).toContain('there is no plugin "ecco". Did you mean "echo"? There are: codemap, echo');
    expect(said).toContain("the plugin bare cannot be used: it needs the variable NO_SUCH_VARIABLE");
    expect(said).toContain("the plugin lost cannot be used: its entry absent.sh");
    expect(said.match(/code=126/g)?.length).toBe(4);
    expect(of(events, "plugin.called")).toEqual([]);
    expect(refusedBy(events).length).toBe(4);
  });

  test("hands on an end by a signal and an exit code, and bounds what a plugin writes", async () => {
    const plugins = {
      "babble/plugin.toml": manifest("babble"),
      "babble/run.sh": "#!/bin/sh\nyes babble\n",
      "die/plugin.toml": manifest("die"),
      "die/run.sh": "#!/bin/sh\nkill -9 $$\n",
    };
    const { kit, events, said } = await running(
      ["BRIDGE babble 2>err.txt | wc -c; cat err.txt", "BRIDGE die; echo code=$?"],
      { plugins },
    );
    await using _ = kit;
    expect(said).toContain("1048576");
    expect(said).toContain("its output was cut after 1048576 bytes");
    expect(said).toContain("code=137");
    expect(of(events, "plugin.ended").map(({ body }) => body.exit)).toEqual([expect.any(String), "signal SIGKILL"]);
  });

  test("lets nobody in without a token, with a wrong one, or with that of a construct that has ended", async () => {
    const tokens: string[] = [];
    const kit = await openTestDeck({
      answer: runsLines(
        "CYBERDECK_TOKEN=wrong BRIDGE echo a; echo code=$?",
        "env -u CYBERDECK_TOKEN BRIDGE echo b; echo code=$?",
      ),
      plugins: echo,
      settings: { sandbox: "off", hold_window_ms: 0, brake: "yolo" },
      driver: (usual) => ({
        ...usual,
        async open(spec) {
          const session = await usual.open(spec);
          tokens.push(session.token);
          return session;
        },
      }),
    });
    await using _ = kit;
    const events = await kit.runTasks(["Call it."]);
    const said = outcomesOf(events)[0]?.result ?? "";
    expect(said.match(/only a construct at work can call plugins/g)?.length).toBe(2);
    expect(said.match(/code=126/g)?.length).toBe(2);
    expect(of(events, "plugin.called")).toEqual([]);
    expect(of(events, "deck.warned").filter(({ body }) => body.code === "bridge.stranger").length).toBe(2);
    expect(new Set(tokens).size).toBe(1);
    const late = await callFromOutside(join(kit.home, "bin", "cyberdeck-plugin"), ["echo", "late"], tokens[0] ?? "");
    expect(late).toEqual({ code: 126, text: expect.stringContaining("only a construct at work") });
  });

  test("gives each construct what its spawn was given, whoever's plugin it is", async () => {
    const worker = runsLines("BRIDGE echo hello; echo code=$?", "BRIDGE asked hello; echo code=$?");
    const plugins = {
      ...echo,
      "asked/plugin.toml": manifest("asked", "").replace("effects", "on_request = true\neffects"),
      "asked/run.sh": "#!/bin/sh\necho ASKED\n",
    };
    const command: { path?: string } = {};
    const answer: Answerer = (request) => {
      if (isDaemon(request)) {
        if (!request.lastUserText.includes("GOAL:")) return doneWhenIdle("All called.")(request);
        const tasks = [
          { type: "spawn", task: "all of them" },
          { type: "spawn", task: "none of them", plugins: [] },
          { type: "spawn", task: "one of them", plugins: ["asked"] },
          { type: "spawn", task: "a strange one", plugins: ["echo", "strange"] },
        ] as const;
        return block({
          actions: tasks.map((task) => ({ ...task, plugins: "plugins" in task ? [...task.plugins] : undefined })),
          status: "waiting",
        });
      }
      const found = bridgeIn(request.firstUserText);
      if (found !== "no-bridge") command.path = found;
      // The one that was told of none tries all the same.
      return worker({
        ...request,
        firstUserText: `call one from your shell: ${found === "no-bridge" ? join(kit.home, "bin", "cyberdeck-plugin") : found} NAME`,
      });
    };
    const kit = await openTestDeck({ answer, plugins, settings: { sandbox: "off", hold_window_ms: 0 } });
    await using _ = kit;
    const events = await kit.runGoal("Call them.");
    const said = Object.fromEntries(outcomesOf(events).map(({ task, result }) => [task, result]));
    expect(said["all of them"]).toMatch(/\[hello\][^]*code=0[^]*was not given the plugin asked[^]*code=126/);
    expect(said["none of them"]).toMatch(/was not given the plugin echo[^]*was not given the plugin asked/);
    expect(said["one of them"]).toMatch(/was not given the plugin echo[^]*ASKED/);
    expect(said["a strange one"]).toBeUndefined();
    expect(of(events, "spawn.refused").map(({ body }) => body)).toMatchObject([
      {
        task: "a strange one",
        rule: "plugin.unknown",
        reason: expect.stringContaining("There are: asked, codemap, echo"),
      },
    ]);
    const told = requestsOf(kit.api).filter(isDaemon);
    expect(told[0]?.system).toContain("- echo WORDS: Says what it got.");
    expect(told.map(({ lastUserText }) => lastUserText).join("\n")).toContain('there is no plugin "strange"');
  });

  test("knows a construct whose agent was up before it, and shows what that one shows in its name", async () => {
    const goal = warmGoal([{ task: "One." }, { task: "Two." }, { task: "Three." }], (request) => {
      const [first] = request.firstUserText.split("TASK:");
      return makesCalls(
        ["Bash", { command: `${bridgeIn(first ?? "")} echo warm` }],
        [surfaceTool, { kind: "note", text: "shown" }],
      )(request);
    });
    await using kit = await openTestDeck({
      answer: goal.answer,
      plugins: echo,
      settings: { sandbox: "off", hold_window_ms: 0, pool: 1, max_concurrent: 1 },
    });
    const before = await startWarm(kit, 1);
    goal.spawn();
    const events = await toTheEnd(kit, before);
    const ids = outcomesOf(events).map(({ id }) => id);
    expect(of(events, "pool.hit").length).toBeGreaterThan(0);
    expect(of(events, "plugin.called").map(({ body }) => body.construct)).toEqual(ids);
    expect(of(events, "construct.surfaced").map(({ body }) => body.construct)).toEqual(ids);
  });

  test("ends a plugin with the construct that called it", async () => {
    const plugins = {
      "linger/plugin.toml": manifest("linger"),
      "linger/run.sh": "#!/bin/sh\n: > lingers\nsleep 300 &\nwait\n",
    };
    await using kit = await openTestDeck({
      answer: runsLines("BRIDGE linger"),
      plugins,
      settings: { sandbox: "off", hold_window_ms: 0 },
    });
    const opened = await kit.deck.send({ type: "spawn", tasks: ["Linger."], settings: kit.settings, command_line: [] });
    const begun = await kit.eventsUntil(opened.afterSeq, (event) => event.type === "plugin.called");
    const construct = of(begun, "plugin.called")[0]?.body.construct ?? "";
    await kit.deck.send({ type: "construct.kill", construct });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(of(events, "plugin.ended").map(({ body }) => body.exit)).toEqual(["nobody told: what called it was ended"]);
    expect(outcomesOf(events)[0]?.state).toBe("killed");
  });

  test("runs nothing that lies outside of the plugin's folder", async () => {
    const plugins = { "leak/plugin.toml": manifest("leak"), "leak/notes.txt": "x" };
    const kit = await openTestDeck({
      answer: runsLines("BRIDGE leak; echo code=$?"),
      plugins: { ...plugins, ...echo },
      settings: { sandbox: "off", hold_window_ms: 0 },
    });
    await using _ = kit;
    symlinkSync("/bin/ls", join(kit.home, "plugins", "leak", "run.sh"));
    const events = await kit.runTasks(["Call it."]);
    expect(outcomesOf(events)[0]?.result).toContain("leads out of its folder");
    expect(refusedBy(events)).toEqual(["plugin.unknown"]);
  });
});

/** Calls the bridge as a program that no construct has started. */
async function callFromOutside(
  command: string,
  args: string[],
  token: string,
): Promise<{ code: number; text: string }> {
  const child = spawn(command, args, { env: { PATH: "/usr/bin:/bin", CYBERDECK_TOKEN: token } });
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const { promise, resolve } = Promise.withResolvers<number>();
  child.once("close", (code) => resolve(code ?? -1));
  return { code: await promise, text };
}
