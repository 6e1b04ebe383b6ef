import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { block, call, say, slow, type Answerer } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import { daemonRequests, of, openTestDeck, outcomesOf, requestsOf, type TestDeck } from "../kit/deck.ts";

const allowAll = () => () => ({ decision: "allow", rule: "test.all", reason: "a test", effects: [] }) as const;

const startTasks = async (kit: TestDeck, ...tasks: string[]): Promise<number> => {
  const { afterSeq } = await kit.deck.send({ type: "spawn", tasks, settings: kit.settings, command_line: [] });
  return afterSeq;
};

/** Answers its task when it is let go, and later messages at once. */
function gated(): { answer: Answerer; asked: Promise<void>; go: () => void } {
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  return {
    asked: asked.promise,
    go: () => gate.resolve(),
    async answer({ lastUserText }) {
      if (lastUserText.includes("MESSAGE FROM")) return say(`Heard: ${lastUserText.split("\n").at(-1)}`);
      asked.resolve();
      await gate.promise;
      return say("The task is done.");
    },
  };
}

describe("a message to a construct", () => {
  test("that comes while the model answers is read in a turn of its own, and the construct ends after that one", async () => {
    const model = gated();
    await using kit = await openTestDeck({ answer: model.answer });
    const afterSeq = await startTasks(kit, "Work.");
    await model.asked;
    const [queued] = of(await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.ready"), "construct.queued");
    const construct = queued?.body.construct ?? "";
    const reply = await kit.deck.send({ type: "construct.send", construct, text: "the port is 8080" });
    expect(reply).toEqual({ delivery: "next_turn" });
    model.go();
    const events = await kit.untilClosed(afterSeq);
    expect(outcomesOf(events)).toMatchObject([{ state: "done", turns: 2, result: "Heard: the port is 8080" }]);
    expect(of(events, "construct.told").map(({ body, source }) => ({ ...body, source }))).toEqual([
      { construct, text: "the port is 8080", origin: "netrunner", source: construct },
    ]);
    expect(of(events, "construct.unread")).toEqual([]);
  });

  test("that comes while a tool runs is read together with its result", async () => {
    await using kit = await openTestDeck({
      judge: allowAll,
      answer: ({ toolResults, lastUserText }) =>
        lastUserText.includes("MESSAGE FROM THE NETRUNNER")
          ? say(`Heard with ${toolResults.length} result.`)
          : call("Bash", { command: "touch started; until test -e told; do sleep 0.05; done" }),
    });
    const afterSeq = await startTasks(kit, "Work.");
    const events = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.tool_called");
    const construct = of(events, "construct.queued")[0]?.body.construct ?? "";
    await kit.deck.send({ type: "construct.send", construct, text: "hello" });
    writeFileSync(join(kit.workspace, "told"), "");
    expect(outcomesOf(await kit.untilClosed(afterSeq))).toMatchObject([
      { state: "done", result: "Heard with 1 result." },
    ]);
  });

  test("to one that is queued comes with its task, in order, also after a restart of the deck", async () => {
    const model = gated();
    await using kit = await openTestDeck({ answer: model.answer, settings: { max_concurrent: 1 }, keep: true });
    const afterSeq = await startTasks(kit, "First.", "Second.");
    await model.asked;
    const queued = of(await kit.eventsUntil(afterSeq, (event) => event.type === "construct.ready"), "construct.queued");
    const second = queued[1]?.body.construct ?? "";
    for (const text of ["one", "two"])
      expect(await kit.deck.send({ type: "construct.send", construct: second, text })).toEqual({
        delivery: "with_task",
      });
    await kit.deck.send({ type: "stop", status: "paused", reason: "a test", force: true });
    const run = (await kit.untilClosed(afterSeq))[0]?.run ?? "";
    await kit.deck.close();

    await using later = await openTestDeck({ folder: kit.folder });
    const resumed = await later.resume(run);
    const events = await later.untilClosed(resumed.afterSeq);
    expect(outcomesOf(events).at(-1)).toMatchObject({ id: second, state: "done" });
    const first = requestsOf(later.api).find(({ lastUserText }) => lastUserText.includes("Second."));
    expect(first?.lastUserText).toMatch(/Second\.\n\nMESSAGE FROM THE NETRUNNER:\none\n\nMESSAGE FROM.*\ntwo$/);
    model.go();
  });

  test("to one that has ended, or never was, is refused with a reason and a next step", async () => {
    await using kit = await openTestDeck({
      answer: ({ lastUserText }) => (lastUserText.includes("Long") ? slow(3000, say("later")) : say("Done.")),
    });
    const afterSeq = await startTasks(kit, "Short.", "Long.");
    const events = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.ended");
    const ended = outcomesOf(events)[0]?.id ?? "";
    const tell = (construct: string): Promise<unknown> =>
      kit.deck.send({ type: "construct.send", construct, text: "x" });
    await expect(tell(ended)).rejects.toMatchObject({
      code: "construct.not_at_work",
      message: expect.stringContaining("(result)"),
      hint: expect.stringContaining("cyberdeck"),
    });
    await expect(tell("cx-00000000")).rejects.toMatchObject({ code: "construct.not_at_work" });
    expect(of(await kit.untilClosed(afterSeq), "construct.told")).toEqual([]);
  });

  test("that was not read before the construct was killed is on the record, and its sender, the daemon, is told", async () => {
    const gate = Promise.withResolvers<void>();
    await using kit = await openTestDeck({
      async answer(request) {
        if (!isDaemon(request)) {
          await gate.promise;
          return say("too late");
        }
        const id = /cx-[0-9a-f]{8}/.exec(request.lastUserText)?.[0];
        if (request.lastUserText.includes("GOAL:"))
          return block({ actions: [{ type: "spawn", task: "Work." }], status: "working" });
        if (request.lastUserText.includes("tell it") && id !== undefined)
          return block({ actions: [{ type: "message", construct: id, text: "the daemon's word" }], status: "waiting" });
        return block({ status: request.lastUserText.includes("NOT READ") ? "done" : "waiting", chat: "all told" });
      },
    });
    const { afterSeq } = await kit.startGoal("A goal.");
    const ready = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.ready");
    const construct = of(ready, "construct.queued")[0]?.body.construct ?? "";
    await kit.deck.send({ type: "say", text: "tell it" });
    await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.told");
    await kit.deck.send({ type: "construct.kill", construct });
    const events = await kit.untilClosed(afterSeq);
    gate.resolve();
    expect(of(events, "construct.unread").map(({ body }) => body)).toEqual([
      { construct, text: "the daemon's word", origin: "daemon" },
    ]);
    const told = daemonRequests(kit.api).find(({ lastUserText }) =>
      lastUserText.includes("MESSAGES THAT WERE NOT READ"),
    );
    expect(told?.lastUserText).toContain(`${construct} ended before it had read: "the daemon's word"`);
  });
});
