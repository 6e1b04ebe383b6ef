import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { block, call, reply, say, useTool, type Answerer } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { cabinet } from "../cabinet/cabinet.ts";
import {
  bearersOf,
  daemonRequests,
  doneWhenIdle,
  eventually,
  leftOf,
  of,
  openTestDeck,
  outcomesOf,
  requestsOf,
  type TestDeck,
} from "../kit/deck.ts";

const allowed = { decision: "allow", rule: "test.all", reason: "a test", effects: [] } as const;
const allowAll = () => () => allowed;

/** Works for ever at what it was told first; does at once what the netrunner says instead. */
const obedient: Answerer = (request) => {
  if (request.lastUserText.includes("INSTRUCTION FROM THE NETRUNNER")) return say("I did the new thing.");
  return request.toolResults.length === 0
    ? call("Bash", { command: "touch started; sleep 300 & setsid sleep 301 & sleep 302" })
    : say("I did the old thing.");
};

async function atWork(kit: TestDeck, task = "Work for ever."): Promise<{ afterSeq: number; old: string }> {
  const opened = await kit.deck.send({ type: "spawn", tasks: [task], settings: kit.settings, command_line: [] });
  const events = await kit.eventsUntil(opened.afterSeq, (event) => event.type === "construct.tool_called");
  return { afterSeq: opened.afterSeq, old: of(events, "construct.started")[0]?.body.construct ?? "" };
}

const isRunning = (id: string, words: string): boolean => bearersOf(id).some((line) => line.includes(words));

describe("an interrupt", () => {
  test("stops a running command at once, and a new construct goes on in the same session", async () => {
    await using kit = await openTestDeck({ answer: obedient, judge: allowAll });
    const { afterSeq, old } = await atWork(kit);
    await eventually(() => isRunning(old, "sleep 302"), "the command runs");
    const { successor } = await kit.deck.send({
      type: "construct.interrupt",
      construct: old,
      text: "Do the new thing.",
    });
    const events = await kit.untilClosed(afterSeq);

    const [before, after] = outcomesOf(events);
    expect(before).toMatchObject({ id: old, state: "redirected", cause: "inject", origin: "netrunner" });
    expect(after).toMatchObject({ id: successor, state: "done", origin: "redirect", parent: old });
    expect(after?.result).toBe("I did the new thing.");
    expect(after?.session_id).toBe(before?.session_id);
    expect(after?.caliber_asked).toEqual(before?.caliber_asked);
    const pids = of(events, "construct.started").map((event) => event.body.pid);
    expect(new Set(pids).size).toBe(1);
    expect(of(events, "construct.redirected").map(({ body, source }) => ({ ...body, source }))).toEqual([
      { construct: old, successor, text: "Do the new thing.", source: "netrunner" },
    ]);
    expect(of(events, "run.closed")[0]?.body.status).toBe("done");
    expect(leftOf(events)).toEqual([]);
    const told = requestsOf(kit.api).find(({ lastUserText }) => lastUserText.includes("Do the new thing."));
    expect(told?.lastUserText).toContain("You were stopped in the middle of your work.");
    expect(told?.lastUserText).toContain("What follows replaces what you were doing");
  });

  test("lets nothing of the old work begin once more over a message that was still unread, which is told", async () => {
    await using kit = await openTestDeck({
      judge: allowAll,
      answer: (request) =>
        request.messages.at(-1)?.text.includes("Hurry up.") === true
          ? call("Bash", { command: "touch hurried" })
          : obedient(request),
    });
    const { afterSeq, old } = await atWork(kit);
    await eventually(() => isRunning(old, "sleep 302"), "the command runs");
    await kit.deck.send({ type: "construct.send", construct: old, text: "Hurry up." });
    await kit.deck.send({ type: "construct.interrupt", construct: old, text: "Do the new thing." });
    const events = await kit.untilClosed(afterSeq);
    const [before, after] = outcomesOf(events);
    expect(before).toMatchObject({ id: old, state: "redirected" });
    expect(after).toMatchObject({ state: "done", result: "I did the new thing.", session_id: before?.session_id });
    expect(existsSync(join(kit.workspace, "hurried"))).toBe(false);
    expect(of(events, "construct.tool_called").map(({ body }) => body.construct)).toEqual([old]);
    expect(of(events, "construct.unread").map(({ body }) => body)).toEqual([
      { construct: old, text: "Hurry up.", origin: "netrunner" },
    ]);
    expect(requestsOf(kit.api).filter(({ lastUserText }) => lastUserText.endsWith("Hurry up."))).toEqual([]);
    expect(leftOf(events)).toEqual([]);
  });

  test("ends the command that was running; what it had put behind itself stays with the session and ends with it", async () => {
    const gate = Promise.withResolvers<void>();
    await using kit = await openTestDeck({
      judge: allowAll,
      answer: async (request) => {
        if (!request.lastUserText.includes("INSTRUCTION FROM THE NETRUNNER")) return obedient(request);
        await gate.promise;
        return say("Done with it.");
      },
    });
    const { afterSeq, old } = await atWork(kit);
    await eventually(() => ["300", "301", "302"].every((n) => isRunning(old, `sleep ${n}`)), "all of it runs");
    await kit.deck.send({ type: "construct.interrupt", construct: old, text: "Do the new thing." });
    await kit.eventsUntil(afterSeq, (event) => event.type === "construct.ended");
    await eventually(() => !isRunning(old, "sleep 302"), "the command is gone");
    gate.resolve();
    const events = await kit.untilClosed(afterSeq);
    expect(leftOf(events)).toEqual([]);
    expect(of(events, "deck.warned").filter(({ body }) => body.code === "stop.unproven")).toEqual([]);
  });

  test("divides cost, tokens, files and denials between the two, and loses nothing of them", async () => {
    await using kit = await openTestDeck({
      judge:
        () =>
        ({ tool, input }) =>
          JSON.stringify(input).includes("forbidden")
            ? { ...allowed, decision: "deny", rule: `test.${tool}` }
            : allowed,
      answer({ lastUserText, messages }) {
        const file = (name: string) => useTool("Write", { file_path: join(kit.workspace, name), content: name });
        const results = messages.flatMap((message) => message.results).length;
        if (lastUserText.includes("INSTRUCTION FROM THE NETRUNNER")) {
          const isNew = results <= 3;
          return isNew
            ? reply(file("second.txt"), useTool("Bash", { command: "echo forbidden twice" }))
            : say("I wrote it.");
        }
        return results === 0
          ? reply(file("first.txt"), useTool("Bash", { command: "echo forbidden once" }))
          : call("Bash", { command: "touch started; sleep 302 & wait" });
      },
    });
    const opened = await kit.deck.send({ type: "spawn", tasks: ["A."], settings: kit.settings, command_line: [] });
    const [old = ""] = of(
      await kit.eventsUntil(opened.afterSeq, (event) => event.type === "construct.queued"),
      "construct.queued",
    ).map((event) => event.body.construct);
    await eventually(() => isRunning(old, "sleep 302"), "the command runs");
    await kit.deck.send({ type: "construct.interrupt", construct: old, text: "Write the second." });
    const events = await kit.untilClosed(opened.afterSeq);
    const [before, after] = outcomesOf(events);
    const names = (paths: { path: string }[] = []): string[] => paths.map(({ path }) => path.replace(/.*\//, ""));
    expect([names(before?.files), names(after?.files)]).toEqual([["first.txt"], ["second.txt"]]);
    expect([before?.denials.length, after?.denials.length]).toEqual([1, 1]);
    expect(before?.cost_usd).toBeGreaterThan(0);
    expect(after?.cost_usd).toBeGreaterThan(0);
    // What the agent told of its session in the end is the sum of both parts.
    const last = readFileSync(after?.transcript ?? "", "utf8")
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    const total = last.flatMap((line) =>
      typeof line === "object" && line !== null && "total_cost_usd" in line ? [Number(line.total_cost_usd)] : [],
    );
    expect((before?.cost_usd ?? 0) + (after?.cost_usd ?? 0)).toBeCloseTo(total.at(-1) ?? 0, 9);
    expect(before?.tokens.output).toBeGreaterThan(0);
    expect(after?.tokens.output).toBeGreaterThan(0);
  });
});

describe("an interrupt of a construct", () => {
  const interrupt = (kit: TestDeck, construct: string, text = "Do the new thing."): Promise<{ successor: string }> =>
    kit.deck.send({ type: "construct.interrupt", construct, text });

  const states = (events: readonly DeckEvent[]): string[] =>
    outcomesOf(events).map(({ id, state, cause }) => `${id} ${state} ${cause}`);

  test("whose call is held ends the hold, and the call does not run", async () => {
    const held = { ...allowed, decision: "hold", rule: "test.hold" } as const;
    await using kit = await openTestDeck({
      answer: obedient,
      judge: () => () => held,
      settings: { hold_window_ms: null },
    });
    const opened = await kit.deck.send({ type: "spawn", tasks: ["Work."], settings: kit.settings, command_line: [] });
    const before = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "hold.opened");
    const old = of(before, "hold.opened")[0]?.body.construct ?? "";
    const { successor } = await interrupt(kit, old);
    const events = await kit.untilClosed(opened.afterSeq);
    expect(of(events, "hold.closed").map(({ body }) => body.end)).toEqual(["ended"]);
    expect(states(events)).toEqual([`${old} redirected inject`, `${successor} done result`]);
    expect(existsSync(join(kit.workspace, "started"))).toBe(false);
  });

  test.each([true, false])(
    "that is halted (frozen: %s) lets its session go on, and none of its own calls",
    async (freeze) => {
      await using kit = await openTestDeck({ answer: obedient, judge: allowAll });
      const { afterSeq, old } = await atWork(kit);
      await eventually(() => isRunning(old, "sleep 302"), "the command runs");
      await kit.deck.send({ type: "construct.pause", construct: old, freeze });
      const { successor } = await interrupt(kit, old);
      const events = await kit.untilClosed(afterSeq);
      expect(states(events)).toEqual([`${old} redirected inject`, `${successor} done result`]);
      expect(new Set(of(events, "construct.started").map(({ body }) => body.pid)).size).toBe(1);
      expect(leftOf(events)).toEqual([]);
    },
  );

  test("that is only starting gives its session to the new one, which is told the task as it is now", async () => {
    const opening = Promise.withResolvers<void>();
    const mayOpen = Promise.withResolvers<void>();
    await using kit = await openTestDeck({
      answer: () => say("Done."),
      driver: (usual) => ({
        ...usual,
        async open(spec) {
          opening.resolve();
          await mayOpen.promise;
          return usual.open(spec);
        },
      }),
    });
    const opened = await kit.deck.send({ type: "spawn", tasks: ["Old."], settings: kit.settings, command_line: [] });
    await opening.promise;
    const [queued] = of(
      await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.queued"),
      "construct.queued",
    );
    const old = queued?.body.construct ?? "";
    const { successor } = await interrupt(kit, old, "New.");
    mayOpen.resolve();
    const events = await kit.untilClosed(opened.afterSeq);
    expect(states(events)).toEqual([`${old} redirected inject`, `${successor} done result`]);
    expect(requestsOf(kit.api).map(({ lastUserText }) => lastUserText)).toEqual([
      expect.stringMatching(/TASK:\nNew\.\n\n\(This replaces an earlier task[^)]*Old\.\)$/),
    ]);
  });

  test("that is queued puts the new one in its place, and neither it nor its task ever starts", async () => {
    await using kit = await openTestDeck({ settings: { max_concurrent: 1 }, answer: obedient, judge: allowAll });
    const opened = await kit.deck.send({
      type: "spawn",
      tasks: ["First.", "Second."],
      settings: kit.settings,
      command_line: [],
    });
    const before = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.tool_called");
    const [first = "", second = ""] = of(before, "construct.queued").map(({ body }) => body.construct);
    const { successor } = await interrupt(kit, second, "Third.");
    await kit.deck.send({ type: "construct.kill", construct: first });
    const third = await kit.eventsUntil(
      opened.afterSeq,
      (event) => event.type === "construct.tool_called" && event.body.construct === successor,
    );
    expect(of(third, "construct.started").map(({ body }) => body.construct)).toEqual([first, successor]);
    expect(requestsOf(kit.api).some(({ firstUserText }) => firstUserText.includes("Second."))).toBe(false);
    await kit.deck.send({ type: "construct.kill", construct: successor });
    expect(states(await kit.untilClosed(opened.afterSeq))).toEqual([
      `${second} redirected inject`,
      `${first} killed netrunner`,
      `${successor} killed netrunner`,
    ]);
  });

  test("that has just ended by itself takes its session up again, with its memory", async () => {
    const gate = Promise.withResolvers<void>();
    await using kit = await openTestDeck({
      async answer({ lastUserText }) {
        if (lastUserText.includes("Long.")) await gate.promise;
        return say(lastUserText.includes("INSTRUCTION") ? "Again." : "Well.");
      },
    });
    const tasks = ["Short.", "Long."];
    const opened = await kit.deck.send({ type: "spawn", tasks, settings: kit.settings, command_line: [] });
    const before = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.ended");
    const [first] = outcomesOf(before);
    const { successor } = await interrupt(kit, first?.id ?? "");
    gate.resolve();
    const events = await kit.untilClosed(opened.afterSeq);
    const again = outcomesOf(events).find(({ id }) => id === successor);
    expect(again).toMatchObject({ state: "done", result: "Again.", session_id: first?.session_id, parent: first?.id });
    expect(outcomesOf(events).find(({ id }) => id === first?.id)?.state).toBe("done");
    const told = requestsOf(kit.api).find(({ lastUserText }) => lastUserText.includes("INSTRUCTION"));
    expect(told?.firstUserText).toContain("Short.");
    expect(again?.cost_usd).toBeGreaterThan(0);
  });

  test("whose agent does not react ends its process, and the new one goes on with its memory in another", async () => {
    await using kit = await openTestDeck({ claudeBin: cabinet("unheeding") });
    const opened = await kit.deck.send({ type: "spawn", tasks: ["Work."], settings: kit.settings, command_line: [] });
    const before = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.ready");
    const old = of(before, "construct.ready")[0]?.body.construct ?? "";
    const { successor } = await interrupt(kit, old);
    const events = await kit.untilClosed(opened.afterSeq);
    expect(states(events)).toEqual([`${old} redirected inject`, `${successor} done result`]);
    const [first, second] = outcomesOf(events);
    expect(second?.session_id).toBe(first?.session_id);
    expect(second?.result).toContain("everything that you had started was ended with you");
    expect(of(events, "construct.started").map(({ body }) => body.pid).length).toBe(2);
    expect(leftOf(events)).toEqual([]);
  });

  test("that is killed while its turn is being stopped leaves nobody at work", async () => {
    await using kit = await openTestDeck({ claudeBin: cabinet("unheeding") });
    const opened = await kit.deck.send({ type: "spawn", tasks: ["Work."], settings: kit.settings, command_line: [] });
    const before = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.ready");
    const old = of(before, "construct.ready")[0]?.body.construct ?? "";
    const { successor } = await interrupt(kit, old);
    const { already } = await kit.deck.send({ type: "construct.kill", construct: old });
    expect(already).toBe("inject");
    await kit.deck.send({ type: "construct.kill", construct: successor });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(states(events)).toEqual([`${old} redirected inject`, `${successor} killed netrunner`]);
    expect(leftOf(events)).toEqual([]);
  });

  test("that somebody has killed, that never was, or with a forbidden instruction is refused, and nothing changes", async () => {
    await using kit = await openTestDeck({ answer: obedient, judge: allowAll });
    const opened = await kit.deck.send({
      type: "spawn",
      tasks: ["One.", "Two."],
      settings: kit.settings,
      command_line: [],
    });
    let calls = 0;
    const before = await kit.eventsUntil(opened.afterSeq, ({ type }) => {
      calls += type === "construct.tool_called" ? 1 : 0;
      return calls === 2;
    });
    const [one = "", two = ""] = of(before, "construct.queued").map(({ body }) => body.construct);
    await kit.deck.send({ type: "construct.kill", construct: one });
    await expect(interrupt(kit, one)).rejects.toMatchObject({ code: "construct.not_at_work", message: /netrunner/ });
    await expect(interrupt(kit, "cx-00000000")).rejects.toMatchObject({ code: "construct.unknown" });
    await expect(interrupt(kit, "constructor")).rejects.toMatchObject({ code: "construct.unknown" });
    await kit.deck.send({ type: "blacklist.add", task: "delete the old branches of the repository", reason: "" });
    await expect(interrupt(kit, two, "delete the old branches of the repository")).rejects.toMatchObject({
      code: "blacklist",
    });
    await kit.deck.send({ type: "construct.kill", construct: two });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(of(events, "construct.redirected")).toEqual([]);
    expect(of(events, "construct.queued").length).toBe(2);
  });

  test("hands those that waited for it over to the new one, whose result they get", async () => {
    await using kit = await openTestDeck({
      judge: allowAll,
      answer(request) {
        if (!isDaemon(request))
          return request.firstUserText.includes("Second.") ? say("Second done.") : obedient(request);
        if (request.lastUserText.includes("GOAL:"))
          return block({
            actions: [
              { type: "spawn", task: "First." },
              { type: "spawn", task: "Second.", after: [1] },
            ],
            status: "waiting",
          });
        return doneWhenIdle("all is done")(request);
      },
    });
    const opened = await kit.startGoal("Two steps.");
    const before = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.tool_called");
    const old = of(before, "construct.tool_called")[0]?.body.construct ?? "";
    const { successor } = await interrupt(kit, old);
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(["redirected", "done", "done"]);
    const second = requestsOf(kit.api).find(({ firstUserText }) => firstUserText.includes("Second."));
    expect(second?.firstUserText).toContain("I did the new thing.");
    const told = daemonRequests(kit.api)
      .map(({ lastUserText }) => lastUserText)
      .find((text) => text.includes("REDIRECTED"));
    expect(told).toContain(`${old} was stopped; ${successor} goes on in its place`);
    expect(told).toContain("Start neither of them again");
    expect(of(events, "run.closed")[0]?.body.status).toBe("done");
  });
});
