import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pause } from "../../../src/base/clock.ts";
import { call, reply, say, useTool, type Answerer } from "../../../src/offline/reply.ts";
import type { Command } from "../../../src/protocol/command.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { bearersOf, eventually, leftOf, of, openTestDeck, outcomesOf, type TestDeckOptions } from "../../kit/deck.ts";

/** Runs these commands one after the other and then repeats what it was told. */
const runs =
  (...commands: string[]): Answerer =>
  ({ messages, toolResults }) => {
    const command = commands[messages.filter(({ role }) => role === "assistant").length];
    return command === undefined
      ? say(`told: ${toolResults.map(({ text }) => text).join(" | ")}`)
      : call("Bash", { command });
  };

/** A construct at work on one task, and the netrunner's hand on it. */
async function atWork(options: TestDeckOptions) {
  const kit = await openTestDeck(options);
  const { settings } = kit;
  const opened = await kit.deck.send({ type: "spawn", tasks: ["Try."], settings, command_line: [] });
  const until = (isLast: (event: DeckEvent) => boolean): Promise<DeckEvent[]> =>
    kit.eventsUntil(opened.afterSeq, isLast);
  const construct = of(await until(({ type }) => type === "construct.queued"), "construct.queued")[0]?.body.construct;
  return {
    kit,
    construct: construct ?? "",
    until,
    command: (type: "construct.kill" | "construct.continue") =>
      kit.deck.send({ type, construct: construct ?? "" } satisfies Command),
    halt: (freeze = false) => kit.deck.send({ type: "construct.pause", construct: construct ?? "", freeze }),
    closed: () => kit.untilClosed(opened.afterSeq),
    ran: (name: string): boolean => existsSync(join(kit.workspace, name)),
    state: async () => (await kit.deck.snapshot())?.constructs[construct ?? ""]?.state,
    [Symbol.asyncDispose]: () => kit[Symbol.asyncDispose](),
  };
}

/** The kernel's letters for what bears the construct's marker: T is stopped. */
const letters = (construct: string): string[] =>
  bearersOf(construct).flatMap((line) => {
    try {
      return /^\d+ \(.*\) (\S)/s.exec(readFileSync(`/proc/${Number.parseInt(line, 10)}/stat`, "utf8"))?.[1] ?? [];
    } catch {
      return []; // It ended while we looked.
    }
  });

/** Waits until a model request after so many calls is answered, so that a halt surely comes before the next call. */
function gated(commands: string[]) {
  const open = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const usual = runs(...commands);
  const answer: Answerer = async (request) => {
    if (request.toolResults.length > 0) {
      asked.resolve();
      await open.promise;
    }
    return usual(request);
  };
  return { answer, asked: asked.promise, open: () => open.resolve() };
}

/** Tells when the agent asks the gate about a command: the record has a call that waits there only when it is judged. */
function knocks(command: string) {
  const { promise: knocked, resolve } = Promise.withResolvers<void>();
  const driver: TestDeckOptions["driver"] = (usual) => ({
    ...usual,
    open: (spec) =>
      usual.open({
        ...spec,
        gate(toolCall) {
          const verdict = spec.gate(toolCall);
          if (JSON.stringify(toolCall.input).includes(command)) resolve();
          return verdict;
        },
      }),
  });
  return { driver, knocked };
}

describe("the next call", () => {
  test("of a paused construct waits, is no idleness, and runs when the netrunner lets it go on", async () => {
    const model = gated(["echo first", "touch second"]);
    await using work = await atWork({ answer: model.answer, settings: { idle_limit_ms: 8000 } });
    await model.asked;
    await work.halt();
    expect(await work.state()).toBe("paused");
    model.open();
    await work.until(
      ({ type, body }) => type === "construct.tool_called" && "input" in body && body.input === "touch second",
    );
    // Longer than the idle limit: that nothing happens in that time is what is tested.
    await pause(9000);
    expect([work.ran("second"), await work.state()]).toEqual([false, "paused"]);
    await work.command("construct.continue");
    const events = await work.closed();
    expect([work.ran("second"), outcomesOf(events)[0]?.state]).toEqual([true, "done"]);
    expect(of(events, "construct.paused").map(({ source, body }) => [source, body.how])).toEqual([
      ["netrunner", "paused"],
    ]);
    expect(of(events, "construct.continued")).toHaveLength(1);
  });

  test("of a paused construct is denied when it is killed", async () => {
    const model = gated(["echo first", "touch second"]);
    const door = knocks("touch second");
    await using work = await atWork({ answer: model.answer, driver: door.driver });
    await model.asked;
    await work.halt();
    model.open();
    await door.knocked;
    await work.command("construct.kill");
    const events = await work.closed();
    expect(work.ran("second")).toBe(false);
    expect(outcomesOf(events)).toMatchObject([{ state: "killed", cause: "netrunner" }]);
    expect(of(events, "gate.judged").at(-1)?.body).toMatchObject({ decision: "deny", rule: "construct.ending" });
    expect(leftOf(events)).toEqual([]);
  });

  test("of a killed construct does not run, and nothing of it is left", async () => {
    const model = gated(["echo first; sleep 300 & true", "touch second"]);
    await using work = await atWork({ answer: model.answer });
    await model.asked;
    await work.command("construct.kill");
    model.open();
    const events = await work.closed();
    expect([work.ran("second"), outcomesOf(events)[0]?.state]).toEqual([false, "killed"]);
    expect(leftOf(events)).toEqual([]);
  });

  test("of a construct whose held call is allowed while it is paused waits for the pause to end", async () => {
    await using work = await atWork({
      answer: runs("touch one"),
      judge: (usual) => (made) =>
        made.tool === "Bash" ? { decision: "hold", rule: "test.hold", reason: "Look.", effects: [] } : usual(made),
      settings: { hold_window_ms: null },
    });
    const hold = of(await work.until(({ type }) => type === "hold.opened"), "hold.opened")[0]?.body.hold ?? "";
    await work.halt();
    await work.kit.deck.send({ type: "hold.answer", hold, answer: "allow" });
    await work.kit.deck.send({ type: "settings.change", settings: { max_concurrent: 3 } });
    expect(of(await work.until(({ type }) => type === "settings.changed"), "gate.judged")).toEqual([]);
    expect([work.ran("one"), await work.state()]).toEqual([false, "paused"]);
    await work.command("construct.continue");
    const events = await work.closed();
    expect([work.ran("one"), outcomesOf(events)[0]?.state]).toEqual([true, "done"]);
  });
});

test("a held call of a paused construct is not denied by the clock; the netrunner is asked anew when it goes on", async () => {
  await using work = await atWork({
    answer: runs("touch one"),
    judge: (usual) => (made) =>
      made.tool === "Bash" ? { decision: "hold", rule: "test.hold", reason: "Look.", effects: [] } : usual(made),
    settings: { hold_window_ms: 3000 },
  });
  await work.until(({ type }) => type === "hold.opened");
  await work.halt();
  const before = await work.until(({ type }) => type === "hold.closed");
  expect(of(before, "hold.closed")[0]?.body.end).toBe("expired");
  await work.command("construct.continue");
  const again = of(
    await work.until(({ type, seq }) => type === "hold.opened" && seq > (before.at(-1)?.seq ?? 0)),
    "hold.opened",
  );
  expect(of(before, "gate.judged")).toEqual([]);
  await work.kit.deck.send({ type: "hold.answer", hold: again.at(-1)?.body.hold ?? "", answer: "allow" });
  const events = await work.closed();
  expect([work.ran("one"), outcomesOf(events)[0]?.state]).toEqual([true, "done"]);
});

describe("a frozen construct", () => {
  const counting = "touch started; sleep 300 & while :; do echo x >>ticks; sleep 0.02; done";

  test("stands still with everything that it started, and goes on when it is let", async () => {
    await using work = await atWork({
      answer: runs("for i in 1 2 3 4 5 6 7 8 9 10; do echo x >>ticks; sleep 0.1; done; touch end"),
    });
    await eventually(() => work.ran("ticks"), "the shell works");
    await work.halt(true);
    await eventually(() => letters(work.construct).every((letter) => letter === "T"), "all of it is stopped");
    expect(letters(work.construct).length).toBeGreaterThan(1);
    expect(await work.state()).toBe("paused");
    expect(work.ran("end")).toBe(false);
    await work.command("construct.continue");
    const events = await work.closed();
    expect([work.ran("end"), outcomesOf(events)[0]?.state]).toEqual([true, "done"]);
    expect(of(events, "construct.paused")[0]?.body.how).toBe("frozen");
    expect(of(events, "deck.warned")).toEqual([]);
  });

  test("is killed without a trace", async () => {
    await using work = await atWork({ answer: runs(counting) });
    await eventually(() => work.ran("started"), "the shell works");
    await work.halt(true);
    expect(letters(work.construct).length).toBeGreaterThan(1);
    await work.command("construct.kill");
    const events = await work.closed();
    expect(outcomesOf(events)).toMatchObject([{ state: "killed", cause: "netrunner" }]);
    expect(of(events, "deck.warned")).toEqual([]);
    expect(bearersOf(work.construct)).toEqual([]);
  });

  test("that does not stand still is told to the netrunner, and its calls are denied all the same", async () => {
    const model = gated(["echo first", "touch second"]);
    await using work = await atWork({
      answer: model.answer,
      driver: (usual) => ({
        ...usual,
        open: async (spec) => ({ ...(await usual.open(spec)), freeze: () => Promise.resolve(false) }),
      }),
    });
    await model.asked;
    await work.halt(true);
    model.open();
    const events = await work.closed();
    expect(of(events, "deck.warned").map(({ body }) => body.code)).toEqual(["freeze.unproven"]);
    expect(of(events, "gate.judged").at(-1)?.body).toMatchObject({ decision: "deny", rule: "construct.frozen" });
    expect(work.ran("second")).toBe(false);
  });

  test("does not outlive its deck", async () => {
    await using work = await atWork({ answer: runs(counting) });
    await eventually(() => work.ran("started"), "the shell works");
    await work.halt(true);
    await work.kit.deck.close();
    expect(bearersOf(work.construct)).toEqual([]);
  });
});

describe("a wish", () => {
  test("to pause, freeze, kill or continue what is not at work is refused, with a next step", async () => {
    const model = gated(["echo first"]);
    await using work = await atWork({ answer: model.answer });
    await model.asked;
    for (const id of ["cx-00000000", "constructor"]) {
      const wishes: Command[] = [
        { type: "construct.kill", construct: id },
        { type: "construct.pause", construct: id, freeze: false },
        { type: "construct.pause", construct: id, freeze: true },
        { type: "construct.continue", construct: id },
      ];
      for (const wish of wishes)
        await expect(work.kit.deck.send(wish)).rejects.toMatchObject({
          code: "construct.not_at_work",
          hint: expect.stringMatching(/\w/),
        });
    }
    model.open();
    await work.closed();
    await expect(work.halt()).rejects.toMatchObject({ code: "run.none" });
  });

  test("that is fulfilled already changes nothing and is not recorded twice", async () => {
    const model = gated(["echo first"]);
    await using work = await atWork({ answer: model.answer });
    await model.asked;
    await work.command("construct.continue");
    await work.halt(true);
    await work.halt(true);
    await expect(work.halt(false)).rejects.toMatchObject({ code: "construct.frozen" });
    await work.command("construct.continue");
    await work.command("construct.continue");
    model.open();
    const events = await work.closed();
    expect(of(events, "construct.paused").map(({ body }) => body.how)).toEqual(["frozen"]);
    expect(of(events, "construct.continued")).toHaveLength(1);
    expect(outcomesOf(events)[0]?.state).toBe("done");
  });

  test("to kill one that is queued ends it before it starts", async () => {
    const model = gated(["echo first"]);
    await using kit = await openTestDeck({ answer: model.answer, settings: { max_concurrent: 1 } });
    const { settings } = kit;
    const opened = await kit.deck.send({ type: "spawn", tasks: ["One.", "Two."], settings, command_line: [] });
    await model.asked;
    const second = of(
      await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.started"),
      "construct.queued",
    )[1];
    await kit.deck.send({ type: "construct.kill", construct: second?.body.construct ?? "" });
    model.open();
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events).map(({ state, exit }) => [state, exit === "never started"])).toEqual([
      ["killed", true],
      ["done", false],
    ]);
  });
});

test("two calls of one reply are held up by a pause as one call is", async () => {
  const asked = Promise.withResolvers<void>();
  const halted = Promise.withResolvers<void>();
  const answer: Answerer = async ({ toolResults }) => {
    if (toolResults.length > 0) return say("done");
    asked.resolve();
    await halted.promise;
    return reply(useTool("Bash", { command: "touch one" }), useTool("Bash", { command: "touch two" }));
  };
  await using work = await atWork({ answer });
  // One that is halted before it was told its task makes no request at all.
  await asked.promise;
  await work.halt();
  halted.resolve();
  let calls = 0;
  await work.until(({ type }) => (calls += type === "construct.tool_called" ? 1 : 0) === 2);
  expect([work.ran("one"), work.ran("two")]).toEqual([false, false]);
  await work.command("construct.continue");
  await work.closed();
  expect([work.ran("one"), work.ran("two")]).toEqual([true, true]);
});
