import { describe, expect, test } from "vitest";
import { call, say, type Answerer } from "../../src/offline/reply.ts";
import type { Command } from "../../src/protocol/command.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import type { OpenedRun } from "../../src/host/port.ts";
import { leftOf, of, openTestDeck, outcomesOf, type TestDeck } from "../kit/deck.ts";

const allowAll = () => () => ({ decision: "allow", rule: "test.all", reason: "a test", effects: [] }) as const;

/** Works until it is stopped. */
const busy: Answerer = (request) =>
  request.toolResults.length === 0 ? call("Bash", { command: "touch started; sleep 300 & wait" }) : say("Done.");

const hasWorked = (kit: TestDeck, { run, afterSeq }: OpenedRun): Promise<DeckEvent[]> =>
  kit.eventsUntil(afterSeq, (event) => event.run === run && event.type === "construct.tool_called");

const untilEnd = async (kit: TestDeck, { run, afterSeq }: OpenedRun): Promise<DeckEvent[]> => {
  const events = await kit.eventsUntil(afterSeq, (event) => event.run === run && event.type === "run.closed");
  return events.filter((event) => event.run === run);
};

/** Two runs of one task each, both at work, and the constructs of them. */
async function twoAtWork(kit: TestDeck): Promise<{ one: OpenedRun; two: OpenedRun; constructs: [string, string] }> {
  const one = await kit.startTasks(["the first"]);
  const two = await kit.startTasks(["the second"]);
  const ids = await Promise.all([one, two].map(async (run) => constructOf(await hasWorked(kit, run), run.run)));
  return { one, two, constructs: [ids[0] ?? "", ids[1] ?? ""] };
}

const constructOf = (events: DeckEvent[], run: string): string =>
  of(events, "construct.queued").find((event) => event.run === run)?.body.construct ?? "";

describe("a deck with two open runs", () => {
  test("keeps them apart: each has its own constructs, its own end and its own report", async () => {
    await using kit = await openTestDeck({});
    const [one, two] = await Promise.all([kit.startTasks(["the first"]), kit.startTasks(["the second"])]);
    const [first, second] = await Promise.all([untilEnd(kit, one), untilEnd(kit, two)]);
    expect(outcomesOf(first).map(({ task, state }) => [task, state])).toEqual([["the first", "done"]]);
    expect(outcomesOf(second).map(({ task, state }) => [task, state])).toEqual([["the second", "done"]]);
    expect(one.folder).not.toBe(two.folder);
  });

  test("lists both, and shows the one that is named, or else the latest", async () => {
    await using kit = await openTestDeck({ answer: busy, judge: allowAll });
    const { one, two } = await twoAtWork(kit);
    const { runs } = await kit.deck.send({ type: "runs.open" });
    expect(runs.map(({ run, status }) => [run, status])).toEqual([
      [one.run, "running"],
      [two.run, "running"],
    ]);
    expect((await kit.deck.snapshot(one.run))?.run).toBe(one.run);
    expect((await kit.deck.snapshot())?.run).toBe(two.run);
    expect(await kit.deck.snapshot("run-of-nobody")).toBeUndefined();
  });

  test("asks which of them is meant where a command names none, and does nothing", async () => {
    await using kit = await openTestDeck({ answer: busy, judge: allowAll });
    const { one, two } = await twoAtWork(kit);
    const commands: Command[] = [
      { type: "stop", status: "stopped", reason: "a test", force: true },
      { type: "say", text: "hello" },
      { type: "settings.change", settings: { airgap: true } },
      { type: "blacklist.allow", task: "anything" },
      { type: "tripwires.list" },
    ];
    for (const command of commands)
      await expect(kit.deck.send(command)).rejects.toMatchObject({
        kind: "usage",
        code: "run.several",
        message: expect.stringMatching(new RegExp(`${one.run}.*${two.run}`)),
        hint: expect.stringContaining("--run"),
      });
    expect((await kit.deck.send({ type: "runs.open" })).runs).toHaveLength(2);
  });

  test("refuses a run that is not open, and lists those that are", async () => {
    await using kit = await openTestDeck({ answer: busy, judge: allowAll });
    const { one } = await twoAtWork(kit);
    await expect(kit.deck.send({ type: "say", run: "run-x", text: "hello" })).rejects.toMatchObject({
      code: "run.not_open",
      hint: expect.stringContaining(one.run),
    });
  });

  test("stops the one that is named, and leaves the other at work", async () => {
    await using kit = await openTestDeck({ answer: busy, judge: allowAll });
    const { one, two, constructs } = await twoAtWork(kit);
    const events = untilEnd(kit, one);
    await kit.deck.send({ type: "stop", run: one.run, status: "stopped", reason: "a test", force: true });
    expect(leftOf(await events)).toEqual([]);
    expect((await kit.deck.snapshot(two.run))?.constructs[constructs[1]]?.state).toBe("running");
    // With only one left, it need not be named any more.
    await kit.deck.send({ type: "settings.change", settings: { airgap: true } });
    expect((await kit.deck.snapshot())?.settings.airgap).toBe(true);
  });

  test("finds the run of a construct by itself, and says when none has it", async () => {
    await using kit = await openTestDeck({ answer: busy, judge: allowAll });
    const { one, two, constructs } = await twoAtWork(kit);
    await kit.deck.send({ type: "construct.kill", construct: constructs[0] });
    expect(outcomesOf(await untilEnd(kit, one)).map(({ cause }) => cause)).toEqual(["netrunner"]);
    expect((await kit.deck.snapshot(two.run))?.status).toBe("running");
    const third = await kit.startTasks(["the third"]);
    await hasWorked(kit, third);
    await expect(kit.deck.send({ type: "construct.kill", construct: "cx-00000000" })).rejects.toMatchObject({
      code: "run.none_holds",
    });
  });

  test("answers a held call in the run that it is of", async () => {
    const judge = () => () => ({ decision: "hold", rule: "test.hold", reason: "a test", effects: [] }) as const;
    await using kit = await openTestDeck({ answer: busy, judge, settings: { hold_window_ms: null } });
    const [one, two] = [await kit.startTasks(["the first"]), await kit.startTasks(["the second"])];
    const holds = await Promise.all(
      [one, two].map(async ({ run, afterSeq }) => {
        const events = await kit.eventsUntil(afterSeq, (event) => event.run === run && event.type === "hold.opened");
        return of(events, "hold.opened").find((event) => event.run === run)?.body.hold ?? "";
      }),
    );
    await kit.deck.send({ type: "hold.answer", hold: holds[0] ?? "", answer: "deny" });
    await untilEnd(kit, one);
    expect(Object.keys((await kit.deck.snapshot(two.run))?.holds ?? {})).toEqual([holds[1]]);
  });

  test("ejects all of them when none is named, and proves it for each", async () => {
    await using kit = await openTestDeck({ answer: busy, judge: allowAll });
    const { one, two } = await twoAtWork(kit);
    const { runs } = await kit.deck.send({ type: "eject", reason: "a test" });
    expect(runs.map(({ run, proven, survivors }) => [run, proven, survivors])).toEqual([
      [one.run, true, []],
      [two.run, true, []],
    ]);
    expect(leftOf([...(await untilEnd(kit, one)), ...(await untilEnd(kit, two))])).toEqual([]);
  });

  test("ends both when it is closed, and leaves nothing alive", async () => {
    await using kit = await openTestDeck({ answer: busy, judge: allowAll });
    const { one, two } = await twoAtWork(kit);
    const [first, second] = [untilEnd(kit, one), untilEnd(kit, two)];
    await kit.deck.close();
    const events = [...(await first), ...(await second)];
    expect(of(events, "run.closed").map(({ body }) => body.status)).toEqual(["stopped", "stopped"]);
    expect(leftOf(events)).toEqual([]);
  });

  test("tells both of them what is forbidden meanwhile", async () => {
    await using kit = await openTestDeck({ answer: busy, judge: allowAll });
    const { one, two } = await twoAtWork(kit);
    await kit.deck.send({ type: "blacklist.add", task: "drop the table users", reason: "" });
    await kit.deck.send({ type: "eject", reason: "" });
    for (const run of [one, two]) expect(of(await untilEnd(kit, run), "blacklist.added")).toHaveLength(1);
  });

  test("keeps the bound of constructs at work for both together, and gives a free slot to whoever has least", async () => {
    await using kit = await openTestDeck({
      answer: busy,
      judge: allowAll,
      settings: { max_concurrent: 2, max_starting: 2 },
    });
    const one = await kit.startTasks(["a", "b", "c", "d"]);
    const started = await kit.eventsUntil(one.afterSeq, count("construct.tool_called", 2));
    const two = await kit.startTasks(["e"]);
    const [first] = of(started, "construct.started").map(({ body }) => body.construct);
    await kit.deck.send({ type: "construct.kill", construct: first ?? "" });
    const events = await kit.eventsUntil(started.at(-1)?.seq ?? 0, (event) => event.type === "construct.started");
    expect(events.at(-1)?.run).toBe(two.run);
    const views = await Promise.all([one, two].map(({ run }) => kit.deck.snapshot(run)));
    const states = views.flatMap((view) => Object.values(view?.constructs ?? {})).map(({ state }) => state);
    expect(states.filter((state) => state === "queued")).toHaveLength(2);
  });
});

const count = (type: DeckEvent["type"], most: number): ((event: DeckEvent) => boolean) => {
  let seen = 0;
  return (event) => {
    if (event.type === type) seen += 1;
    return seen === most;
  };
};
