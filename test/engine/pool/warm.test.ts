import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call, say } from "../../../src/offline/reply.ts";
import type { Caliber } from "../../../src/protocol/caliber.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { bearersOf, eventually, leftOf, of, openTestDeck, outcomesOf, type TestDeck } from "../../kit/deck.ts";
import { allowEverything, makesCalls, outsideFolder, theWall } from "../../kit/wall.ts";
import { startWarm, toTheEnd, warmGoal } from "./warm-goal.ts";

/** What the record has of each construct, by type and number. */
function typesOf(events: readonly DeckEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of events)
    if (type.startsWith("construct.") || type === "agent.unknown") counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** First requests of the constructs, newest run last, without what differs between any two of them. */
function firstRequests(kit: TestDeck): { task: string; bytes: string; betas: unknown; body: unknown }[] {
  return kit.api.requests.flatMap(({ path, body, headers }) => {
    const bytes = JSON.stringify(body) ?? "";
    const task = /TASK [a-d]\./.exec(bytes)?.[0];
    if (path !== "/v1/messages" || task === undefined || !bytes.includes('"Bash"')) return [];
    const blank = bytes
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UUID")
      .replaceAll(/run-\d{8}-\d{6}-[0-9a-f]{4}/g, "RUN");
    return [{ task, bytes: blank, betas: headers["anthropic-beta"], body }];
  });
}

describe("a construct from the warm pool", () => {
  test("takes a spare, and ends as any other: outcome, transcript, session and cost are its own", async () => {
    const { answer, spawn } = warmGoal([{ task: "Say hello." }], () => say("Hello."));
    await using kit = await openTestDeck({ answer, settings: { pool: 1 } });
    const before = await startWarm(kit, 1);
    spawn();
    const events = await toTheEnd(kit, before);
    const [hit] = of(events, "pool.hit");
    const [outcome] = outcomesOf(events);
    expect(outcome).toMatchObject({ state: "done", cause: "result", result: "Hello.", turns: 1 });
    expect(hit?.body).toMatchObject({ construct: outcome?.id, spare: of(events, "pool.started")[0]?.body.spare });
    expect(outcome?.cost_usd).toBeGreaterThan(0);
    expect(outcome?.tokens.input).toBeGreaterThan(0);
    const [ready] = of(events, "construct.ready");
    expect(outcome?.session_id).toBe(ready?.body.session_id);
    const transcript = readFileSync(outcome?.transcript ?? "", "utf8");
    expect(transcript).toContain('"subtype":"init"');
    expect(transcript).toContain("Hello.");
    expect(leftOf(events)).toEqual([]);
  });

  test("runs on exactly the caliber that was asked for, and sends the same bytes as one that starts cold", async () => {
    const calibers: Record<string, Caliber> = {
      "TASK a.": { model: "haiku", effort: "low" },
      "TASK b.": { model: "sonnet", effort: "high" },
      "TASK c.": { model: "opus", effort: "max" },
      "TASK d.": { model: "sonnet[1m]", effort: "medium" },
    };
    const spawns = Object.entries(calibers).map(([task, caliber]) => ({ task, ...caliber }));
    const { answer, spawn } = warmGoal(spawns, () => say("Done."));
    await using kit = await openTestDeck({ answer, settings: { pool: 4 } });
    const before = await startWarm(kit, 4);
    spawn();
    const warm = await toTheEnd(kit, before);
    expect(of(warm, "pool.hit")).toHaveLength(4);
    const warmRequests = firstRequests(kit);
    const cold = await toTheEnd(kit, await startWarm(kit, 0, { pool: 0 }));
    expect(of(cold, "pool.missed").map(({ body }) => body.reason)).toEqual(["off", "off", "off", "off"]);
    const coldRequests = firstRequests(kit).slice(warmRequests.length);
    expect(warmRequests).toHaveLength(4);
    expect(typesOf(warm)).toEqual(typesOf(cold));
    for (const { task, bytes, betas, body } of warmRequests) {
      const same = coldRequests.find((other) => other.task === task);
      expect([bytes, betas]).toEqual([same?.bytes, same?.betas]);
      const { model = "", effort } = calibers[task] ?? {};
      expect(body).toMatchObject({
        model: expect.stringContaining(model.replace("[1m]", "")),
        output_config: { effort },
      });
    }
  });

  test("is judged by its own gate: what the brake denies does not run, and is told as its denial", async () => {
    const goal = warmGoal([{ task: "Delete the home." }], makesCalls(["Bash", { command: "rm -rf ~/ && touch gone" }]));
    await using kit = await openTestDeck({ answer: goal.answer, settings: { pool: 1 } });
    const before = await startWarm(kit, 1);
    goal.spawn();
    const events = await toTheEnd(kit, before);
    const [outcome] = outcomesOf(events);
    expect(outcome?.denials).toMatchObject([{ tool: "Bash" }]);
    expect(of(events, "gate.judged").map(({ body }) => [body.construct, body.decision])).toEqual([
      [outcome?.id, "deny"],
    ]);
    expect(existsSync(join(kit.workspace, "gone"))).toBe(false);
  });

  test("waits at the gate for the netrunner as any other, and goes on when the call is allowed", async () => {
    const goal = warmGoal([{ task: "Touch." }], makesCalls(["Bash", { command: "touch allowed" }]));
    await using kit = await openTestDeck({
      answer: goal.answer,
      settings: { pool: 1, hold_window_ms: null },
      judge: () => () => ({ decision: "hold", rule: "test.hold", reason: "a person must look", effects: [] }),
    });
    const before = await startWarm(kit, 1);
    goal.spawn();
    const held = await kit.eventsUntil(before.at(-1)?.seq ?? 0, ({ type }) => type === "hold.opened");
    expect(existsSync(join(kit.workspace, "allowed"))).toBe(false);
    const [hold = ""] = of(held, "hold.opened").map(({ body }) => body.hold);
    await kit.deck.send({ type: "hold.answer", hold, answer: "allow" });
    const events = await toTheEnd(kit, [...before, ...held]);
    expect([of(events, "pool.hit").length, outcomesOf(events)[0]?.state]).toEqual([1, "done"]);
    expect(existsSync(join(kit.workspace, "allowed"))).toBe(true);
  });

  test("can be resumed as a session of its own, by the agent that it was", async () => {
    const goal = warmGoal([{ task: "Say hello." }], ({ lastUserText }) =>
      say(lastUserText.includes("again") ? "Hello again." : "Hello."),
    );
    await using kit = await openTestDeck({ answer: goal.answer, settings: { pool: 1 } });
    const before = await startWarm(kit, 1);
    goal.spawn();
    const [outcome] = outcomesOf(await toTheEnd(kit, before));
    const { claudeDriver } = await import("../../../src/drivers/claude/driver.ts");
    const { offlineEnvironment } = await import("../../../src/drivers/claude/environment.ts");
    const { findExecutable } = await import("../../../src/drivers/claude/executable.ts");
    const driver = claudeDriver({
      executable: await findExecutable({ env: {}, cwd: kit.workspace }),
      env: offlineEnvironment(process.env, kit.agentHome, kit.api.url),
    });
    const session = await driver.open({
      id: "cx-00000000",
      cwd: kit.workspace,
      caliber: kit.settings.caliber,
      role: { kind: "worker" },
      gate: () => Promise.resolve({ decision: "deny", rule: "test", reason: "a test" }),
      resume: outcome?.session_id ?? "",
    });
    session.send("Say it again.");
    for await (const event of session.events) if (event.type === "turn.ended") break;
    await session.stop("hard");
    const last = kit.api.requests.findLast(({ path }) => path === "/v1/messages");
    expect(JSON.stringify(last?.body)).toContain("Say hello.");
  });

  test("is stopped with everything that it has started, although that bears the mark of the spare", async () => {
    const goal = warmGoal([{ task: "Work for long." }], ({ toolResults }) =>
      toolResults.length === 0
        ? call("Bash", { command: "touch started; sleep 300 & setsid sleep 301 & wait" })
        : say("Done."),
    );
    await using kit = await openTestDeck({ answer: goal.answer, judge: allowEverything, settings: { pool: 1 } });
    const before = await startWarm(kit, 1);
    goal.spawn();
    const [spare = ""] = of(before, "pool.ready").map(({ body }) => body.spare);
    await eventually(() => bearersOf(spare).some((line) => line.includes("sleep 301")), "its command runs");
    const rest = await kit.eventsUntil(before.at(-1)?.seq ?? 0, ({ type }) => type === "pool.hit");
    const [construct = ""] = of(rest, "pool.hit").map(({ body }) => body.construct);
    await kit.deck.send({ type: "construct.kill", construct });
    const events = await toTheEnd(kit, before);
    expect(outcomesOf(events)).toMatchObject([{ id: construct, state: "killed", cause: "netrunner" }]);
    expect(bearersOf(spare)).toEqual([]);
  });
});

describe.each(await theWall("the wall around a spare"))("behind %s, with a gate that allows everything,", () => {
  test("a construct from the warm pool cannot write outside, and can inside", async () => {
    using outside = outsideFolder();
    const commands = [`echo x > ${outside.path}/escaped`, "echo x > inside && echo fine"];
    const calls = commands.map((command) => ["Bash", { command }] as const);
    const goal = warmGoal([{ task: "Write." }], makesCalls(...calls));
    await using kit = await openTestDeck({
      answer: goal.answer,
      judge: allowEverything,
      settings: { pool: 1, sandbox: "on", brake: "yolo" },
    });
    const before = await startWarm(kit, 1);
    goal.spawn();
    const events = await toTheEnd(kit, before);
    expect(of(events, "pool.hit")).toHaveLength(1);
    expect(outcomesOf(events)[0]?.result).toMatch(/0: [^]*Read-only file system[^]*1: fine/);
    expect([existsSync(join(outside.path, "escaped")), existsSync(join(kit.workspace, "inside"))]).toEqual([
      false,
      true,
    ]);
  });
});
