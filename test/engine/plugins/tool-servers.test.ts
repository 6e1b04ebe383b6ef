import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Answerer } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import { block } from "../../../src/offline/reply.ts";
import { doneWhenIdle, eventually, of, openTestDeck, outcomesOf, requestsOf } from "../../kit/deck.ts";
import { makesCalls, theWall } from "../../kit/wall.ts";

const server = join(import.meta.dirname, "../../kit/tool-server.mjs");

const plugin = (name: string, how: string, more = ""): Record<string, string> => ({
  [`${name}/plugin.toml`]:
    `name = "${name}"\nkind = "mcp"\ndescription = "Facts."\n` +
    `command = "${process.execPath}"\nargs = ["${server}", "${how}"]\n${more}`,
});

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    // Nobody bears the number.
    return false;
  }
};

describe.each(["off", ...(await theWall("servers of tools behind it")).map(() => "on")] as const)(
  "a server of tools, with the sandbox %s",
  (sandbox) => {
    test("is its construct's child: its tools are there at once, each call is judged, and it ends with its agent", async () => {
      await using kit = await openTestDeck({
        answer: makesCalls(
          ["mcp__facts__get_facts", { about: "cats" }],
          ["mcp__facts__delete_all", {}],
          ["mcp__facts__frobnicate", {}],
          ["mcp__facts__get_facts", { path: "~/.ssh/id_rsa", about: "keys" }],
        ),
        plugins: plugin("facts", "fine"),
        settings: { sandbox: sandbox === "on" ? "on" : "off", hold_window_ms: 0 },
      });
      const events = await kit.runTasks(["Ask."]);
      const [outcome] = outcomesOf(events);
      expect(outcome?.result).toContain(`0: fact about cats; marker ${outcome?.id}`);
      expect(outcome?.result).not.toMatch(/DELETED|FROBNICATED|fact about keys/);
      expect(outcome?.plugins_failed).toEqual([]);
      const verdicts = of(events, "gate.judged").map(({ body }) => [body.tool, body.decision]);
      expect(verdicts).toEqual([
        ["mcp__facts__get_facts", "allow"],
        ["mcp__facts__delete_all", "deny"],
        ["mcp__facts__frobnicate", "deny"],
        ["mcp__facts__get_facts", "deny"],
      ]);
      const pid = Number(/pid (\d+)/.exec(outcome?.result ?? "")?.[1]);
      // Behind the wall its number is another one outside.
      if (sandbox === "off") await eventually(() => !isAlive(pid), "the server has gone");
    });
  },
);

describe("a plugin that is a server of tools", () => {
  test("does not start: its construct works without it, and the outcome says so", async () => {
    await using kit = await openTestDeck({
      answer: makesCalls(["mcp__facts__get_facts", { about: "dogs" }]),
      plugins: { ...plugin("facts", "fine"), ...plugin("broken", "broken"), ...plugin("late", "late") },
      settings: { sandbox: "off", hold_window_ms: 0 },
    });
    const events = await kit.runTasks(["Ask."]);
    const [outcome] = outcomesOf(events);
    expect(outcome?.state).toBe("done");
    expect(outcome?.result).toContain("fact about dogs");
    expect(outcome?.plugins_failed.toSorted()).toEqual(["broken", "late"]);
    expect(
      of(events, "plugin.failed")
        .map(({ body }) => body.plugin)
        .toSorted(),
    ).toEqual(["broken", "late"]);
  });

  test("is given to whom it is given alone: others have the same request as without it, and may be taken from the pool", async () => {
    const answer: Answerer = (request) => {
      if (!isDaemon(request)) return makesCalls()(request);
      if (!request.lastUserText.includes("GOAL:")) return doneWhenIdle("Done.")(request);
      const spawns = [{ task: "without" }, { task: "with it", plugins: ["facts"] }];
      return block({ actions: spawns.map((spawn) => ({ type: "spawn", ...spawn })), status: "waiting" });
    };
    await using kit = await openTestDeck({
      answer,
      plugins: plugin("facts", "fine", "on_request = true\n"),
      settings: { sandbox: "off", pool: 1 },
    });
    const events = await kit.runGoal("Ask.");
    const tools = (task: string): string[] =>
      requestsOf(kit.api).find(({ firstUserText }) => firstUserText.endsWith(`TASK:\n${task}`))?.tools ?? [];
    expect(tools("without").some((name) => name.startsWith("mcp__facts__"))).toBe(false);
    expect(tools("with it")).toEqual([
      ...tools("without"),
      "mcp__facts__delete_all",
      "mcp__facts__frobnicate",
      "mcp__facts__get_facts",
    ]);
    expect(of(events, "pool.missed").map(({ body }) => body.detail)).toContain("tools of plugins");
  });
});
