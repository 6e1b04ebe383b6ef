import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { claudeDriver } from "../../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../../src/drivers/claude/executable.ts";
import { gateOf } from "../../../src/engine/gate/gate.ts";
import type { Judge } from "../../../src/engine/gate/judge.ts";
import { newStanding } from "../../../src/engine/gate/standing.ts";
import { Holds } from "../../../src/engine/gate/holds.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { call, reply, say, useTool, type Answerer } from "../../../src/offline/reply.ts";
import { constructTools } from "../../../src/drivers/claude/options.ts";
import { daemonRequests, of, openTestDeck, outcomesOf, requestsOf } from "../../kit/deck.ts";

/** A construct that tries one command and then repeats what it was told. */
const tries =
  (command: string): Answerer =>
  ({ toolResults }) =>
    toolResults.length === 0
      ? call("Bash", { command })
      : say(`told: ${toolResults.map(({ text }) => text).join(" | ")}`);

async function withJudge(judge: (usual: Judge) => Judge) {
  await using kit = await openTestDeck({ judge, answer: tries("touch was-here") });
  const events = await kit.runTasks(["Try."]);
  return { events, outcome: outcomesOf(events)[0], ran: existsSync(join(kit.workspace, "was-here")) };
}

describe("the gate", () => {
  test("lets a call run that it allows, so that the refusals below mean something", async () => {
    const { ran, outcome } = await withJudge((usual) => usual);
    expect(ran).toBe(true);
    expect(outcome?.denials).toEqual([]);
  });

  test("that denies a call keeps it from running, gives the model the reason, and the outcome the rule", async () => {
    const { ran, outcome, events } = await withJudge(() => () => ({
      decision: "deny",
      rule: "test.no",
      reason: "Not on a Monday.",
      effects: [],
    }));
    expect(ran).toBe(false);
    expect(outcome?.result).toContain("Not on a Monday.");
    expect(outcome?.denials).toEqual([{ tool: "Bash", input: "touch was-here", rule: "test.no" }]);
    expect(of(events, "gate.judged").map(({ body }) => [body.decision, body.rule])).toEqual([["deny", "test.no"]]);
  });

  test("that throws keeps the call from running, and says so on the record and to the model", async () => {
    const { ran, outcome, events } = await withJudge(() => () => {
      throw new Error("the judge fell ill");
    });
    expect(ran).toBe(false);
    expect(outcome?.result).toContain("the judge fell ill");
    expect(of(events, "gate.judged")[0]?.body).toMatchObject({ decision: "deny", rule: "gate.failed" });
  });

  test("that gives a verdict which is neither allow nor deny keeps the call from running", async () => {
    const { ran } = await withJudge(() => () => JSON.parse('{"decision":"maybe","rule":"r","reason":"w"}'));
    expect(ran).toBe(false);
  });

  test("judges two calls of one reply each by itself", async () => {
    await using kit = await openTestDeck({
      answer: ({ toolResults }) =>
        toolResults.length === 0
          ? reply(
              useTool("Bash", { command: "touch allowed" }),
              useTool("Write", { file_path: "/etc/cyberdeck-denied", content: "no" }),
            )
          : say(toolResults.map(({ failed }) => (failed ? "failed" : "ran")).join(" and ")),
    });
    const events = await kit.runTasks(["Try both."]);
    expect(outcomesOf(events)[0]?.result).toBe("ran and failed");
    expect(existsSync(join(kit.workspace, "allowed"))).toBe(true);
    expect(existsSync("/etc/cyberdeck-denied")).toBe(false);
    expect(
      of(events, "gate.judged")
        .map(({ body }) => body.decision)
        .sort(),
    ).toEqual(["allow", "deny"]);
  });

  test("that cannot record its verdict denies, also what it would allow, and so does one of a construct that is ending", async () => {
    const parts = {
      construct: "cx-1",
      clock: systemClock,
      onDenial: () => undefined,
      onJudged: () => undefined,
      holds: new Holds({ clock: systemClock, note: () => () => true, windowMs: () => 0 }),
      task: "a task",
      workspace: "/",
      stages: [],
      onHold: () => undefined,
      kill: () => undefined,
      turnOf: () => 1,
    };
    const allow: Judge = () => ({ decision: "allow", rule: "r", reason: "w", effects: [] });
    const aCall = { id: "t", tool: "Bash", input: { command: "ls" } };
    const unrecorded = gateOf({ ...parts, judge: allow, standing: newStanding(), note: () => false });
    expect(await unrecorded(aCall)).toMatchObject({ decision: "deny", rule: "gate.unrecorded" });
    const standing = newStanding();
    standing.end();
    const late = gateOf({ ...parts, judge: allow, standing, note: () => true });
    expect(await late(aCall)).toMatchObject({ decision: "deny", rule: "construct.ending" });
  });

  test("that fails while it puts a held call before the netrunner denies it on the record, and nothing waits any more", async () => {
    let waiting = 0;
    const recorded: unknown[] = [];
    const gate = gateOf({
      construct: "cx-1",
      workspace: "/",
      clock: systemClock,
      onDenial: () => undefined,
      onJudged: () => undefined,
      holds: new Holds({ clock: systemClock, note: () => () => true, windowMs: () => 0 }),
      task: "a task",
      stages: [],
      onHold: (isHeld) => (waiting += isHeld ? 1 : -1),
      kill: () => undefined,
      turnOf: () => 1,
      standing: newStanding(),
      note: (type, body) => recorded.push([type, body]) > 0,
      judge: () => ({ decision: "hold", rule: "r", reason: "w", effects: JSON.parse("[null]") }),
    });
    const verdict = await gate({ id: "t", tool: "Bash", input: { command: "ls" } });
    expect([verdict.decision, verdict.rule, waiting]).toEqual(["deny", "gate.failed", 0]);
    expect(recorded).toMatchObject([["gate.judged", { decision: "deny", rule: "gate.failed" }]]);
  });

  test("that never answers is a deny of the agent's own", async () => {
    await using kit = await openTestDeck({ answer: tries("touch was-here") });
    const executable = await findExecutable({ env: {}, cwd: kit.workspace });
    const env = offlineEnvironment(process.env, kit.agentHome, kit.api.url);
    const session = await claudeDriver({ executable, env, gateSeconds: 1 }).open({
      id: "cx-hanging0",
      cwd: kit.workspace,
      caliber: { model: "sonnet", effort: "low" },
      role: { kind: "worker" },
      gate: () => Promise.withResolvers<never>().promise,
    });
    session.send("Try.");
    let text = "";
    for await (const event of session.events) {
      if (event.type !== "turn.ended") continue;
      ({ text } = event.turn);
      break;
    }
    expect((await session.stop("hard")).proven).toBe(true);
    expect(text).toMatch(/^told: /);
    expect(existsSync(join(kit.workspace, "was-here"))).toBe(false);
  });

  test("is the only way to tools: the daemon's requests offer none, a construct's offer none but the nine and the deck's own", async () => {
    await using kit = await openTestDeck({
      answer: (request) =>
        say(
          request.tools.length > 0
            ? "Worked."
            : '```json\n{"status":"done","actions":[{"type":"spawn","task":"Work."}]}\n```',
        ),
      settings: { max_spawns: 1 },
    });
    await kit.leaveGoal("Have it worked.");
    for (const { tools } of daemonRequests(kit.api)) expect(tools).toEqual([]);
    const offered = requestsOf(kit.api).filter(({ tools }) => tools.length > 0);
    expect(offered.length).toBe(1);
    const known = [...constructTools, "mcp__deck__surface", "DeferredToolPlaceholder"];
    for (const tool of offered[0]?.tools ?? []) expect(known).toContain(tool);
    for (const tool of ["Bash", "Read", "Write", "Edit", "Glob", "Grep"]) expect(offered[0]?.tools).toContain(tool);
  });
});
