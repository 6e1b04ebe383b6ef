import { describe, expect, test } from "vitest";
import { block, call, say, type Answerer } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import { chainOf, turnNumberOf } from "../../src/protocol/chain.ts";
import { parseEvent, type DeckEvent } from "../../src/protocol/event.ts";
import { doneWhenIdle, of, openTestDeck, outcomesOf } from "../kit/deck.ts";
import { faultyTurns } from "../kit/turns.ts";

const held = "deploy";

/** The brake holds what is called so, and lets everything else run. */
const judge = () => (call_: { input: unknown }) =>
  ({
    decision: JSON.stringify(call_.input).includes(held) ? "hold" : "allow",
    rule: "test.rule",
    reason: "a test",
    effects: [],
  }) as const;

/**
 * A daemon that spawns two constructs of nearly the same words. Each makes a call in the turn of its task and, once it was told
 * something, one more in the turn of that, which is held.
 */
function twoTurns(told: Promise<void>): Answerer {
  return async (request) => {
    if (isDaemon(request))
      return request.lastUserText.includes("GOAL:")
        ? block({
            actions: ["Work A.", "Work B."].map((task) => ({ type: "spawn", task })),
            chat: "Two.",
            status: "waiting",
          })
        : doneWhenIdle("Both are done.")(request);
    const calls = request.messages.flatMap((message) => message.calls).length;
    if (request.toolResults.length === 0) return call("Bash", { command: calls === 0 ? "echo first" : `echo ${held}` });
    if (calls === 1) await told;
    return say(`Called ${calls} times.`);
  };
}

/** The kinds of events that a call has, with the turn of each. */
const callOf = (events: readonly DeckEvent[], construct: string, turn: number): string[] =>
  events
    .filter(({ body }) => "call" in body && "construct" in body && body.construct === construct)
    .filter((event) => turnNumberOf(event) === turn)
    .map(({ type }) => type)
    .sort();

describe("what two constructs do at the same time, in two turns each", () => {
  test("leads from any event of a call to its turn, construct, verdict, action, turn of the daemon and goal, and to nothing of the other's", async () => {
    const told = Promise.withResolvers<void>();
    await using kit = await openTestDeck({ answer: twoTurns(told.promise), judge, settings: { hold_window_ms: 0 } });
    const { afterSeq } = await kit.startGoal("Do both.");
    let returned = 0;
    const until = await kit.eventsUntil(
      afterSeq,
      ({ type }) => type === "construct.tool_returned" && (returned += 1) === 2,
    );
    const ids = of(until, "construct.queued").map(({ body }) => body.construct);
    for (const construct of ids) await kit.deck.send({ type: "construct.send", construct, text: "once more" });
    told.resolve();
    const events = await kit.untilClosed(afterSeq);
    expect(outcomesOf(events).map(({ result, turns }) => [result, turns])).toEqual([
      ["Called 2 times.", 4],
      ["Called 2 times.", 4],
    ]);
    expect(faultyTurns(events)).toEqual([]);
    for (const construct of ids) {
      const plain = ["construct.tool_called", "construct.tool_returned", "gate.judged"];
      expect(callOf(events, construct, 1)).toEqual(plain);
      expect(callOf(events, construct, 2)).toEqual([...plain, "hold.closed", "hold.opened"]);
    }
    const [goal] = of(events, "goal.set");
    const [first] = of(events, "daemon.turn_started");
    const ofCalls = events.filter(({ body }) => "call" in body && typeof body.call === "string");
    expect(ofCalls.length).toBe(16);
    for (const event of ofCalls) {
      const chain = chainOf(events, event.seq);
      const construct = "construct" in event.body ? event.body.construct : undefined;
      expect(of(chain, "goal.set")).toEqual([goal]);
      expect(of(chain, "daemon.turn_started")[0]).toEqual(first);
      const [queued, ...others] = of(chain, "construct.queued");
      expect([queued?.body.construct, others.length]).toEqual([construct, 0]);
      expect(of(chain, "daemon.action").map(({ body }) => body.action)).toMatchObject([{ task: queued?.body.task }]);
      expect(of(chain, "construct.ended").map(({ body }) => body.construct)).toEqual([construct]);
      const verdicts = of(chain, "gate.judged");
      const turns = chain.filter(({ body }) => "call" in body).map(turnNumberOf);
      expect(verdicts.length).toBe(1);
      expect(new Set(turns)).toEqual(new Set([turnNumberOf(event)]));
    }
  });
});

describe("the number of a turn", () => {
  test("goes on where it was when a run is taken up again, for those in mid-turn and for the daemon", async () => {
    const answer: Answerer = (request) => {
      if (isDaemon(request))
        return request.lastUserText.includes("GOAL:")
          ? block({ actions: [{ type: "spawn", task: "Work." }], status: "waiting" })
          : doneWhenIdle("Done.")(request);
      const made = request.messages.flatMap((message) => message.calls).length;
      return made < 5 ? call("Bash", { command: `echo ${made}` }) : say("Done.");
    };
    await using kit = await openTestDeck({ answer, settings: { run_turns: 4 } });
    const left = await kit.leaveGoal("Work long.");
    expect(of(left, "construct.suspended").length).toBe(1);
    const resumed = await kit.resume(left[0]?.run ?? "", { settings: { run_turns: 100 } });
    const later = await kit.untilClosed(resumed.afterSeq);
    const turnsIn = (events: readonly DeckEvent[]): unknown[] => [
      ...new Set(of(events, "construct.tool_called").map(turnNumberOf)),
    ];
    expect([turnsIn(left), turnsIn(later)]).toEqual([[1], [2]]);
    expect(faultyTurns([...left, ...later.filter(({ seq }) => seq > (left.at(-1)?.seq ?? 0))])).toEqual([]);
  });

  test("is missing in a record of before it was counted, which is read all the same, and is never 0", () => {
    const plain = { seq: 1, at: 1, run: "run-1", source: "cx-1", version: 1 };
    const read = (type: string, body: object): object => parseEvent({ ...plain, type, body }).body;
    const called = { construct: "cx-1", call: "c", plugin: "p", args: "" };
    expect(read("plugin.called", called)).toEqual({ ...called, within: null });
    const closed = { construct: "cx-1", hold: "hd-1", end: "deny", note: null };
    expect(read("hold.closed", closed)).toEqual({ ...closed, call: null });
    const said = { construct: "cx-1", text: "words" };
    expect(read("construct.said", said)).toEqual(said);
    const wrong = { ...said, turn: 0 };
    expect(parseEvent({ ...plain, type: "construct.said", body: wrong }).type).toBe("agent.unknown");
  });
});
