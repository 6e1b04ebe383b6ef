import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call, reply, say, useTool, type Answerer } from "../../src/offline/reply.ts";
import { bearersOf, eventually, leftOf, of, openTestDeck, outcomesOf, requestsOf, type TestDeck } from "../kit/deck.ts";

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
    expect(of(events, "deck.warned")).toEqual([]);
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
