import { existsSync, mkdtempSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { claudeCanary } from "../../../src/bin/canary.ts";
import type { AgentDriver } from "../../../src/drivers/agent.ts";
import { claudeDriver } from "../../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../../src/drivers/claude/executable.ts";
import { tryGate } from "../../../src/engine/gate/canary.ts";
import { gateTrialModel } from "../../../src/offline/gate-trial.ts";
import { block, call, say, type Answerer } from "../../../src/offline/reply.ts";
import { startOfflineApi } from "../../../src/offline/server.ts";
import type { ToolCall } from "../../../src/protocol/verdict.ts";
import { cabinet, type CabinetName } from "../../cabinet/cabinet.ts";
import { remainsOf } from "../../survivors/remains.ts";
import { eventually, leftOf, of, openTestDeck, outcomesOf } from "../../kit/deck.ts";

/** A folder that is gone afterwards, with whatever the trial has left in it. */
async function inFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "deck-canary-"));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const never = new AbortController().signal;

async function tryAgent(name: CabinetName | "claude", limitMs?: number) {
  return inFolder(async (deckHome) => {
    const executable = name === "claude" ? await findExecutable({ env: {}, cwd: deckHome }) : cabinet(name);
    const limit = limitMs === undefined ? {} : { limitMs };
    const result = await claudeCanary({ executable, caller: process.env, deckHome, ...limit }, never);
    return { result, left: readdirSync(deckHome), alive: remainsOf(deckHome) };
  });
}

describe("the trial of the gate", () => {
  test("is passed by the real agent, at top level and in a sub-agent, and leaves nothing behind", async () => {
    const { result, left, alive } = await tryAgent("claude");
    expect(result).toMatchObject({ passed: true, agent: "claude", version: expect.stringMatching(/^\d+\.\d+/) });
    expect([left, alive]).toEqual([[], []]);
  });

  test.each<{ agent: CabinetName; limitMs?: number; problem: string }>([
    { agent: "heedless", problem: "It ran a call at top level that it was told not to run." },
    { agent: "evasive", problem: "It did not ask the gate about a call at top level." },
    { agent: "stalling", limitMs: 1500, problem: "It did not get through the trial within 1.5 s." },
    {
      agent: "dies-at-once",
      problem: "It ended before it was through: code 1, Error: the imitation has no licence to run.",
    },
  ])("is failed by an agent that is $agent, which is ended", async ({ agent, limitMs, problem }) => {
    const { result, left, alive } = await tryAgent(agent, limitMs);
    expect(result).toMatchObject({ passed: false, problem });
    expect([left, alive]).toEqual([[], []]);
  });

  test("is failed when there is no such agent, and says why", async () => {
    const result = await inFolder((deckHome) =>
      claudeCanary({ executable: join(deckHome, "none"), caller: {}, deckHome }, never),
    );
    expect(result).toMatchObject({ passed: false, problem: expect.stringContaining("could not be tried") });
  });

  test("is failed when it is broken off", async () => {
    const over = new AbortController();
    const result = await inFolder(async (deckHome) => {
      const trial = claudeCanary({ executable: cabinet("stalling"), caller: process.env, deckHome }, over.signal);
      await eventually(() => remainsOf(deckHome).length > 0, "the agent is up");
      over.abort();
      return trial;
    });
    expect(result).toMatchObject({ passed: false, problem: "The trial was broken off." });
  });
});

/** Tries the real agent with another gate in place of ours. */
async function tryWith(gate: (made: ToolCall, usual: (made: ToolCall) => Promise<unknown>) => boolean | undefined) {
  return inFolder(async (folder) => {
    const [home, place] = [join(folder, "home"), join(folder, "place")];
    for (const path of [home, place]) mkdirSync(path);
    const api = await startOfflineApi({ answer: gateTrialModel });
    const executable = await findExecutable({ env: {}, cwd: place });
    const usual = claudeDriver({ executable, env: offlineEnvironment(process.env, home, api.url) });
    const driver: AgentDriver = {
      ...usual,
      open: (spec) =>
        usual.open({
          ...spec,
          async gate(made) {
            const allowed = gate(made, spec.gate);
            if (allowed === undefined) return spec.gate(made);
            return { decision: allowed ? "allow" : "deny", rule: "test", reason: "a test" };
          },
        }),
    };
    const result = await tryGate({ driver, clock: systemClock, folder: place, signal: never });
    await api.close();
    return result;
  });
}

describe("in the real agent, the trial of the gate is failed", () => {
  test("by a call of a sub-agent that runs, though the agent's own does not", async () => {
    const result = await tryWith((made) => (made.subagent === undefined ? undefined : true));
    expect(result).toMatchObject({
      passed: false,
      problem: "It ran a call in a sub-agent that it was told not to run.",
    });
  });

  test("when no sub-agent comes to its call", async () => {
    const result = await tryWith((made) => (made.tool === "Bash" ? undefined : false));
    expect(result).toMatchObject({
      passed: false,
      problem: "It did not ask the gate about a call in a sub-agent.",
    });
  });

  test("when our gate is not asked, though something else denies", async () => {
    expect(await tryWith(() => false)).toMatchObject({
      passed: false,
      problem: "It did not ask the gate about a call at top level.",
    });
  });
});

const works: Answerer = ({ toolResults }) =>
  toolResults.length === 0 ? call("Bash", { command: "touch was-here" }) : say("Done.");

describe("a run", () => {
  test("starts its constructs when the gate was tried", async () => {
    await using kit = await openTestDeck({ answer: works, canary: {} });
    const events = await kit.runTasks(["Work.", "Work too."]);
    const types = events.map(({ type }) => type);
    expect(types.indexOf("canary.passed")).toBeLessThan(types.indexOf("construct.started"));
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(["done", "done"]);
    expect(existsSync(join(kit.home, "canary"))).toBe(false);
  });

  test("goes by an earlier trial of the same deck until the agent is another one", async () => {
    await inFolder(async (folder) => {
      const executable = join(folder, "agent");
      symlinkSync(await findExecutable({ env: {}, cwd: folder }), executable);
      await using kit = await openTestDeck({ answer: works, canary: { executable } });
      const first = await kit.runTasks(["Work."]);
      const second = await kit.runTasks(["Again."]);
      expect(of(second, "canary.passed")[0]?.body).toEqual(of(first, "canary.passed")[0]?.body);
      rmSync(executable);
      symlinkSync(cabinet("heedless"), executable);
      const third = await kit.runTasks(["Once more."]);
      expect(of(third, "canary.failed")).toHaveLength(1);
      expect(of(third, "construct.started")).toEqual([]);
    });
  });

  test("without a daemon whose agent fails the trial starts nothing, pauses, and goes on with a better agent", async () => {
    const bad = await openTestDeck({ answer: works, canary: { executable: cabinet("heedless") }, keep: true });
    const events = await bad.runTasks(["Work."]);
    expect(of(events, "construct.started")).toEqual([]);
    expect(of(events, "run.paused").map(({ body }) => body.rule)).toEqual(["gate.canary"]);
    expect(of(events, "run.closed").map(({ body }) => body.status)).toEqual(["paused"]);
    expect(of(events, "attention.raised")).toMatchObject([
      { body: { kind: "gate.canary", next: expect.stringContaining("--claude-bin") } },
    ]);
    expect(existsSync(join(bad.workspace, "was-here"))).toBe(false);
    await bad[Symbol.asyncDispose]();

    await using good = await openTestDeck({ answer: works, canary: {}, folder: bad.folder });
    const resumed = await good.resume(events[0]?.run ?? "");
    const later = await good.untilClosed(resumed.afterSeq);
    expect(of(later, "attention.closed").map(({ body }) => body.how)).toEqual(["tried again"]);
    expect(outcomesOf(later).map(({ state }) => state)).toEqual(["done"]);
    expect((await good.deck.snapshot())?.attention).toEqual({});
  });

  test("of a goal whose agent fails the trial pauses with what is queued", async () => {
    const answer: Answerer = (request) =>
      request.canWork ? works(request) : block({ actions: [{ type: "spawn", task: "Work." }], status: "working" });
    await using kit = await openTestDeck({ answer, canary: { executable: cabinet("stalling"), limitMs: 1000 } });
    const events = await kit.runGoal("Have it worked.");
    expect(of(events, "construct.started")).toEqual([]);
    expect(of(events, "run.closed")[0]?.body).toMatchObject({
      status: "paused",
      reason: expect.stringContaining("within 1 s"),
      constructs: [{ state: "queued" }],
    });
    expect(leftOf(events)).toEqual([]);
  });

  test("whose deck is closed in the middle of the trial leaves nothing of it", async () => {
    const kit = await openTestDeck({ answer: works, canary: { executable: cabinet("stalling") }, keep: true });
    const { settings } = kit;
    await kit.deck.send({ type: "spawn", tasks: ["Work."], settings, command_line: [] });
    const place = join(kit.home, "canary");
    await eventually(() => remainsOf(place).length > 0, "the trial has begun");
    await kit[Symbol.asyncDispose]();
    expect([remainsOf(place), existsSync(place)]).toEqual([[], false]);
    rmSync(kit.folder, { recursive: true, force: true });
  });
});

test("a call of a construct's sub-agent is judged as any other, and recorded as one of a sub-agent", async () => {
  const answer: Answerer = ({ firstUserText, toolResults, messages }) => {
    const isFirst = messages.every(({ role }) => role !== "assistant");
    if (firstUserText.includes("INNER"))
      return isFirst ? call("Bash", { command: "touch /etc/cyberdeck-inner" }) : say(`told ${toolResults[0]?.text}`);
    const input = { description: "x", prompt: "INNER", subagent_type: "general-purpose", run_in_background: false };
    return isFirst ? call("Agent", input) : say(`it was told: ${toolResults.map(({ text }) => text).join()}`);
  };
  await using kit = await openTestDeck({
    answer,
    settings: { hold_window_ms: 0 },
    judge: (usual) => (made) =>
      made.tool === "Agent" ? { decision: "allow", rule: "test", reason: "a test", effects: [] } : usual(made),
    driver: (usual) => ({
      ...usual,
      open: (spec) => usual.open({ ...spec, role: { kind: "worker", subagents: true } }),
    }),
  });
  const events = await kit.runTasks(["Delegate."]);
  const judged = of(events, "gate.judged").map(({ body }) => [body.tool, body.decision, body.subagent !== undefined]);
  expect(judged).toEqual([
    ["Agent", "allow", false],
    ["Bash", "deny", true],
  ]);
  expect(existsSync("/etc/cyberdeck-inner")).toBe(false);
  expect(outcomesOf(events)[0]?.denials).toMatchObject([{ tool: "Bash" }]);
});
