import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isAuthor, propose } from "../../../src/offline/author.ts";
import { block, call, failing, say, silent, type Answerer } from "../../../src/offline/reply.ts";
import type { ModelRequest } from "../../../src/offline/request.ts";
import { scripted } from "../../../src/offline/script.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { foldRunEvents } from "../../../src/protocol/snapshot.ts";
import { costOf } from "../../../src/protocol/view.ts";
import { bearersOf, doneWhenIdle, leftOf, of, openTestDeck, outcomesOf, requestsOf } from "../../kit/deck.ts";
import { shortTimes } from "../account/times.ts";
import { noTouching as rule } from "../../kit/proposed-rule.ts";

const author = { model: "haiku", effort: "low" } as const;

/** A goal with one construct that touches a file, under whatever the author answers. */
const withAuthor = (answer: Answerer): Answerer => {
  const others = scripted({
    daemon: [block({ actions: [{ type: "spawn", task: "Touch the file." }], status: "waiting" })],
    afterwards: doneWhenIdle("Touched."),
    constructs: [{ task: "Touch the file.", steps: [call("Bash", { command: "touch was-here" }), say("I tried.")] }],
  });
  return (request) => (isAuthor(request) ? answer(request) : others(request));
};

const proposes =
  (...rules: unknown[]): Answerer =>
  (request) =>
    propose(rules, request);

async function reach(answer: Answerer, authorMs = 20_000) {
  await using kit = await openTestDeck({
    accountTimes: shortTimes,
    answer: withAuthor(answer),
    settings: { tripwire_author: author, hold_window_ms: 0 },
    authorMs,
  });
  const events = await kit.runGoal("Look at the files.");
  expect(leftOf(events)).toEqual([]);
  return { events, ran: existsSync(join(kit.workspace, "was-here")), requests: requestsOf(kit.api) };
}

const seqOf = (events: DeckEvent[], type: DeckEvent["type"]): number =>
  events.find((event) => event.type === type)?.seq ?? Number.NaN;

describe("the author of tripwires", () => {
  test("proposes rules for the goal that hold before the first construct starts, and its cost counts", async () => {
    const { events, ran, requests } = await reach(proposes(rule));
    const [authored] = of(events, "tripwires.authored");
    expect(authored?.body).toMatchObject({ rules: [rule], refused: [] });
    expect(seqOf(events, "tripwires.authored")).toBeLessThan(seqOf(events, "construct.started"));
    expect(of(events, "tripwire.fired").map(({ body }) => body.name)).toEqual([rule.name]);
    expect(of(events, "gate.judged")[0]?.body).toMatchObject({ decision: "deny", rule: `tripwire.${rule.name}` });
    expect(ran).toBe(false);
    const view = foldRunEvents(events);
    const paid = authored?.body.cost_usd ?? 0;
    expect(paid).toBeGreaterThan(0);
    const others = (view?.daemon.costUsd ?? 0) + outcomesOf(events).reduce((sum, { cost_usd }) => sum + cost_usd, 0);
    expect(view === undefined ? 0 : costOf(view)).toBeCloseTo(others + paid, 10);
    const asked = requests.filter(isAuthor);
    expect(asked[0]?.firstUserText).toContain("Look at the files.");
    for (const { canWork } of asked) expect(canWork).toBe(false);
  });

  test("cannot take the place of a shipped rule, cannot kill, and cannot be slow: the rest of its rules is kept", async () => {
    const { events } = await reach(
      proposes(
        { ...rule, name: "destructive-sql" },
        { ...rule, name: "goal/host-restart" },
        { ...rule, name: "goal/kills", severity: "critical" },
        { ...rule, name: "goal/slow", pattern: "(a+)+$" },
        rule,
      ),
    );
    const [authored] = of(events, "tripwires.authored");
    expect(authored?.body.rules.map(({ name }) => name)).toEqual([rule.name]);
    expect(authored?.body.refused.map(({ name }) => name)).toEqual([
      "destructive-sql",
      "goal/host-restart",
      "goal/kills",
      "goal/slow",
    ]);
    expect(of(events, "run.closed")[0]?.body.status).toBe("done");
  });

  const useless: [string, Answerer, number][] = [
    ["hangs", () => silent(), 1500],
    ["gives words in place of rules", () => say("I would rather not."), 20_000],
    ["is refused by the provider", () => failing(401), 20_000],
  ];
  test.each(useless)("that %s is an event, and the run goes on without its rules", async (_, answer, patience) => {
    const { events, ran } = await reach(answer, patience);
    const [failed] = of(events, "author.failed");
    expect(failed?.body.reason).not.toBe("");
    expect(of(events, "tripwires.authored")).toEqual([]);
    expect(ran).toBe(true);
    expect(of(events, "run.closed")[0]?.body.status).toBe("done");
  });

  test("that gives something else than rules has nothing admitted, and the run is told why", async () => {
    const rubbish: Answerer = (request) =>
      request.toolResults.length > 0 ? say("Done.") : call("StructuredOutput", { rules: [{ name: 7 }, "rm -rf"] });
    const { events, ran } = await reach(rubbish, 20_000);
    expect(of(events, "tripwires.authored").flatMap(({ body }) => body.rules)).toEqual([]);
    expect(ran).toBe(true);
  });

  test("is not asked where the setting says off", async () => {
    await using kit = await openTestDeck({ answer: withAuthor(proposes(rule)) });
    const events = await kit.runGoal("Look at the files.");
    expect(requestsOf(kit.api).filter(isAuthor)).toEqual([]);
    expect(of(events, "author.started")).toEqual([]);
  });

  test("ends with its run, and leaves no process", async () => {
    await using kit = await openTestDeck({
      answer: withAuthor(() => silent()),
      settings: { tripwire_author: author },
    });
    const { afterSeq } = await kit.startGoal("Look at the files.");
    const before = await kit.eventsUntil(afterSeq, ({ type }) => type === "author.started");
    const id = of(before, "author.started")[0]?.body.author ?? "";
    expect(bearersOf(id).length).toBeGreaterThan(0);
    await kit.deck.send({ type: "stop", status: "stopped", reason: "enough", force: true });
    await kit.untilClosed(afterSeq);
    expect(bearersOf(id)).toEqual([]);
  });
});

describe("a run that goes on", () => {
  test("has the rules of its goal from the log, without asking again", async () => {
    const asked: ModelRequest[] = [];
    const answer = scripted({
      author: [proposes(rule)],
      daemon: [
        block({ chat: "Shall I?", status: "waiting" }),
        block({ actions: [{ type: "spawn", task: "Touch the file." }], status: "waiting" }),
      ],
      afterwards: doneWhenIdle("Touched."),
      constructs: [{ task: "Touch the file.", steps: [call("Bash", { command: "touch was-here" }), say("Tried.")] }],
    });
    await using kit = await openTestDeck({
      settings: { tripwire_author: author, hold_window_ms: 0 },
      answer(request) {
        if (isAuthor(request)) asked.push(request);
        return answer(request);
      },
    });
    const opened = await kit.startGoal("Look at the files.");
    const awaited = new Set(["tripwires.authored", "run.waiting"]);
    await kit.eventsUntil(opened.afterSeq, ({ type }) => awaited.delete(type) && awaited.size === 0);
    await kit.deck.send({ type: "stop", status: "waiting", reason: "later", force: false });
    await kit.untilClosed(opened.afterSeq);
    const requests = asked.length;
    const again = await kit.resume(opened.run, { say: "Go on." });
    const events = await kit.untilClosed(again.afterSeq);
    expect(asked.length).toBe(requests);
    expect(of(events, "tripwire.fired").map(({ body }) => body.name)).toEqual([rule.name]);
    expect(existsSync(join(kit.workspace, "was-here"))).toBe(false);
  });
});
