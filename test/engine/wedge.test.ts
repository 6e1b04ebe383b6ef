import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Patience } from "../../src/engine/daemon/conversation.ts";
import { block, failing, say, silent, type Answerer } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import { heading } from "../../src/protocol/briefing.ts";
import {
  bearersOf,
  daemonRequests,
  doneWhenIdle,
  leftOf,
  of,
  openTestDeck,
  outcomesOf,
  requestsOf,
} from "../kit/deck.ts";
import { shortTimes } from "./account/times.ts";

/** Long enough for an agent to start on a busy machine, short enough to wait for. */
const patience: Patience = { firstTurnMs: 10_000, laterTurnMs: 10_000, betweenMs: 2500 };

/** A daemon that starts one construct, is silent the first time that it is told an outcome, and then carries on. */
function wedgesAtOutcomes(): Answerer {
  let silences = 0;
  return (request) => {
    if (!isDaemon(request)) return say("The answer is 42.");
    if (request.lastUserText.includes(heading.outcomes) && silences === 0) {
      silences += 1;
      return silent();
    }
    if (request.lastUserText.includes(heading.outcomes)) return doneWhenIdle("42, then.")(request);
    return block({ chat: "Off we go.", actions: [{ type: "spawn", task: "Find the answer." }], status: "waiting" });
  };
}

describe("a daemon that goes silent", () => {
  test("is ended for certain and started again in its session, and is told again what it had not taken up", async () => {
    await using kit = await openTestDeck({ patience, answer: wedgesAtOutcomes() });
    const opened = await kit.startGoal("Find the answer.");
    const left: string[] = [];
    const events = await kit.eventsUntil(opened.afterSeq, (event) => {
      // The next process starts only after this event has been recorded by a stop that is over.
      if (event.type === "daemon.ended" && left.length === 0) left.push(...bearersOf(event.body.daemon), "looked");
      return event.type === "run.closed";
    });
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "42, then." });
    expect(of(events, "daemon.error").map((event) => event.body.code)).toContain("daemon.silent");
    expect(of(events, "daemon.status").map((event) => event.body.status)).toContain("respawn");
    expect(of(events, "daemon.ended")[0]?.body.proven).toBe(true);
    const [first, second] = of(events, "daemon.started").map((event) => event.body);
    expect(second?.resumed).toBe(of(events, "daemon.session")[0]?.body.session_id);
    expect(left.filter((line) => line.startsWith(`${first?.pid} `))).toEqual([]);
    const last = daemonRequests(kit.api).at(-1);
    expect(last?.messages.map((message) => message.text).join("\n")).toContain(`${heading.goal} Find the answer.`);
    expect(last?.lastUserText).toContain("The answer is 42.");
    const turns = of(events, "daemon.turn_started").map((event) => event.body);
    expect(turns.at(-1)?.inputs).toEqual(turns.at(-2)?.inputs);
    expect(outcomesOf(events).length).toBe(1);
    expect(leftOf(events)).toEqual([]);
  });

  test("whose session is gone is told what the log knows: goal, words and outcomes", async () => {
    await using kit = await openTestDeck({
      patience,
      answer: wedgesAtOutcomes(),
      driver: (usual) => ({
        ...usual,
        open(spec) {
          if (spec.resume !== undefined) forgetSessions(kit.agentHome);
          return usual.open(spec);
        },
      }),
    });
    const events = await kit.runGoal("Find the answer.");
    expect(of(events, "run.closed")[0]?.body.status).toBe("done");
    const resumed = of(events, "daemon.started").map((event) => event.body.resumed !== null);
    expect(resumed).toEqual([false, true, false]);
    const last = daemonRequests(kit.api).at(-1);
    expect(last?.messages.filter((message) => message.role === "assistant")).toEqual([]);
    for (const part of [heading.memory, "goal: Find the answer.", "Off we go.", "The answer is 42."])
      expect(last?.lastUserText).toContain(part);
  });

  test("three times in a row makes the run pause, with nothing left alive", async () => {
    await using kit = await openTestDeck({
      patience: { firstTurnMs: 8000, laterTurnMs: 8000, betweenMs: 1500 },
      answer: () => silent(),
    });
    const events = await kit.runGoal("Say something.");
    expect(of(events, "run.paused")[0]?.body).toMatchObject({
      rule: "daemon.wedged",
      reason: expect.stringContaining("no sign of life"),
    });
    expect(of(events, "run.closed")[0]?.body.status).toBe("paused");
    expect(of(events, "daemon.started").length).toBe(3);
    expect(of(events, "daemon.ended").map((event) => event.body.proven)).toEqual([true, true, true]);
    for (const { messages } of daemonRequests(kit.api))
      expect(messages.map((message) => message.text).join("\n")).toContain("Say something.");
    expect(leftOf(events)).toEqual([]);
  });

  test("in the first turn of a later process loses nothing either: an error of the provider keeps the session", async () => {
    let processes = 0;
    await using kit = await openTestDeck({
      settings: { backend: "one-shot" },
      accountTimes: shortTimes,
      answer(request) {
        if (!isDaemon(request)) return say("The answer is 42.");
        if (!request.lastUserText.includes(heading.outcomes))
          return block({ actions: [{ type: "spawn", task: "Find the answer." }], status: "waiting" });
        return processes === 2 ? failing(429, 3600) : doneWhenIdle("42.")(request);
      },
      driver: (usual) => ({
        ...usual,
        open(spec) {
          if (spec.role.kind === "coordinator") processes += 1;
          return usual.open(spec);
        },
      }),
    });
    const events = await kit.runGoal("Find the answer.");
    expect(of(events, "run.closed")[0]?.body.status).toBe("done");
    const session = of(events, "daemon.session")[0]?.body.session_id;
    expect(of(events, "daemon.started").map((event) => event.body.resumed)).toEqual([null, session, session]);
    expect(requestsOf(kit.api).some((request) => request.lastUserText.includes(heading.memory))).toBe(false);
  });
});

function forgetSessions(agentHome: string): void {
  const projects = join(agentHome, ".claude/projects");
  if (!existsSync(projects)) throw new Error("the agent keeps its sessions elsewhere by now");
  for (const name of readdirSync(projects)) rmSync(join(projects, name), { recursive: true, force: true });
}
