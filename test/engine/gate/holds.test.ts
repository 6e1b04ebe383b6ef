import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Judge } from "../../../src/engine/gate/judge.ts";
import { call, reply, say, useTool, type Answerer } from "../../../src/offline/reply.ts";
import type { HoldAnswer } from "../../../src/protocol/hold.ts";
import { of, openTestDeck, outcomesOf, type TestDeckOptions } from "../../kit/deck.ts";

/** Holds every shell call and lets the rest to the usual judge. */
const holdShell =
  (usual: Judge): Judge =>
  (toolCall) =>
    toolCall.tool === "Bash"
      ? { decision: "hold", rule: "test.shell", reason: "A person must look.", effects: [] }
      : usual(toolCall);

/** Tries commands one after the other and then repeats what it was told. */
const tries =
  (...commands: string[]): Answerer =>
  ({ messages, toolResults }) => {
    const done = messages.filter((message) => message.role === "assistant").length;
    const command = commands[done];
    return command === undefined
      ? say(`told: ${toolResults.map(({ text }) => text).join()}`)
      : call("Bash", { command });
  };

interface Answered {
  answers: (HoldAnswer | { deny: string } | "silence")[];
  answer?: Answerer;
  settings?: TestDeckOptions["settings"];
}

/** Runs one task whose shell calls are held, and gives each hold its answer in turn. */
async function held({ answers, answer = tries("touch one"), settings }: Answered) {
  await using kit = await openTestDeck({ judge: holdShell, answer, ...(settings === undefined ? {} : { settings }) });
  const opened = await kit.deck.send({ type: "spawn", tasks: ["Try."], settings: kit.settings, command_line: [] });
  const events = await kit.eventsUntil(opened.afterSeq, (event) => {
    if (event.type === "hold.opened") {
      const next = answers.shift();
      const { hold } = event.body;
      if (typeof next === "object") void kit.deck.send({ type: "hold.answer", hold, answer: "deny", note: next.deny });
      else if (next !== undefined && next !== "silence")
        void kit.deck.send({ type: "hold.answer", hold, answer: next });
    }
    return event.type === "run.closed";
  });
  const ran = (name: string): boolean => existsSync(join(kit.workspace, name));
  return {
    events,
    outcome: outcomesOf(events)[0],
    ends: of(events, "hold.closed").map((event) => event.body.end),
    ran: { one: ran("one"), two: ran("two") },
  };
}

describe("a held call", () => {
  test("runs when the netrunner allows it, and the record has the whole command, the rule and the task", async () => {
    const { ran, ends, events, outcome } = await held({ answers: ["allow"] });
    expect([ran.one, ends, outcome?.state]).toEqual([true, ["allow"], "done"]);
    const [hold] = of(events, "hold.opened");
    expect(hold?.body).toMatchObject({ tool: "Bash", input: "touch one", rule: "test.shell", task: "Try." });
    expect(of(events, "gate.judged")[0]?.body).toMatchObject({ decision: "allow", rule: "hold.allowed" });
  });

  test("does not run when the netrunner denies it, and the model is told the note", async () => {
    const { ran, outcome, ends } = await held({ answers: [{ deny: "use the other folder" }] });
    expect([ran.one, ends]).toEqual([false, ["deny"]]);
    expect(outcome?.result).toContain("use the other folder");
    expect(outcome?.denials).toMatchObject([{ tool: "Bash", rule: "test.shell" }]);
  });

  test("is denied when nobody answers before its deadline", async () => {
    const { ran, ends, outcome } = await held({ answers: ["silence"], settings: { hold_window_ms: 300 } });
    expect([ran.one, ends]).toEqual([false, ["expired"]]);
    expect(outcome?.result).toContain("Nobody allowed it in time");
  });

  test("is denied at once with a window of zero", async () => {
    const { ran, ends } = await held({ answers: ["silence"], settings: { hold_window_ms: 0 } });
    expect([ran.one, ends]).toEqual([false, ["expired"]]);
  });

  test("ends its construct when the netrunner says kill", async () => {
    const { ran, outcome } = await held({ answers: ["kill"] });
    expect([ran.one, outcome?.state, outcome?.cause]).toEqual([false, "killed", "netrunner"]);
  });

  test("is not asked about again once its pattern is allowed, while another one is", async () => {
    const answer = tries("touch one", "touch one", "touch two");
    const { ran, ends, events } = await held({ answer, answers: ["allow_pattern", "deny"] });
    expect(ends).toEqual(["allow_pattern", "deny"]);
    expect(ran).toEqual({ one: true, two: false });
    expect(of(events, "gate.judged").map((event) => event.body.rule)).toEqual([
      "hold.allowed",
      "hold.pattern",
      "test.shell",
    ]);
  });

  test("is no idleness, however long it waits", async () => {
    // Long enough for an agent to start on a busy machine; the hold is twice as long.
    const settings = { idle_limit_ms: 4000, hold_window_ms: 8000 };
    const { outcome, ends } = await held({ answers: ["silence"], settings });
    expect([outcome?.state, ends]).toEqual(["done", ["expired"]]);
  });

  test("waits beside another one of the same construct, and each gets its own answer", async () => {
    const answer: Answerer = ({ toolResults }) =>
      toolResults.length === 0
        ? reply(useTool("Bash", { command: "touch one" }), useTool("Bash", { command: "touch two" }))
        : say("done");
    const { events, ran } = await held({ answer, answers: ["deny", "allow"] });
    const [first] = of(events, "hold.opened");
    expect(of(events, "hold.closed")).toHaveLength(2);
    expect(ran).toEqual(first?.body.input === "touch one" ? { one: false, two: true } : { one: true, two: false });
  });
});

test("a run that is stopped while a call is held ends the hold, and the call does not run", async () => {
  await using kit = await openTestDeck({
    judge: holdShell,
    answer: tries("touch one"),
    settings: { hold_window_ms: null },
  });
  const opened = await kit.deck.send({ type: "spawn", tasks: ["Try."], settings: kit.settings, command_line: [] });
  await kit.eventsUntil(opened.afterSeq, (event) => event.type === "hold.opened");
  const waiting = await kit.deck.snapshot();
  expect(Object.values(waiting?.constructs ?? {}).map(({ state }) => state)).toEqual(["held"]);
  expect(Object.values(waiting?.holds ?? {}).map(({ input }) => input)).toEqual(["touch one"]);
  await kit.deck.send({ type: "stop", status: "stopped", reason: "enough", force: false });
  const events = await kit.eventsUntil(opened.afterSeq, (event) => event.type === "run.closed");
  expect(of(events, "hold.closed").map((event) => event.body.end)).toEqual(["ended"]);
  expect(existsSync(join(kit.workspace, "one"))).toBe(false);
});

describe("an answer", () => {
  test("that comes after the deadline is refused as late, and one to no hold as unknown", async () => {
    await using kit = await openTestDeck({
      judge: holdShell,
      answer: tries("touch one", "touch two"),
      settings: { hold_window_ms: 200 },
    });
    const opened = await kit.deck.send({ type: "spawn", tasks: ["Try."], settings: kit.settings, command_line: [] });
    const isClosed = (event: { type: string }): boolean => event.type === "hold.closed";
    const hold = of(await kit.eventsUntil(opened.afterSeq, isClosed), "hold.opened")[0]?.body.hold ?? "";
    const late = kit.deck.send({ type: "hold.answer", hold, answer: "allow" });
    await expect(late).rejects.toMatchObject({ code: "hold.late" });
    const unknown = kit.deck.send({ type: "hold.answer", hold: "hd-00000000", answer: "allow" });
    await expect(unknown).rejects.toMatchObject({ code: "hold.unknown" });
    await kit.eventsUntil(opened.afterSeq, (event) => event.type === "run.closed");
    expect(existsSync(join(kit.workspace, "one"))).toBe(false);
  });
});
