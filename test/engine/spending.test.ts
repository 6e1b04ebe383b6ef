import { describe, expect, test } from "vitest";
import { block, call, say, type Reply } from "../../src/offline/reply.ts";
import { scripted } from "../../src/offline/script.ts";
import { foldRunEvents } from "../../src/protocol/snapshot.ts";
import { tokenSum } from "../../src/protocol/spent.ts";
import { spentByRole } from "../../src/protocol/view.ts";
import { doneWhenIdle, of, openTestDeck, outcomesOf } from "../kit/deck.ts";

const using = (then: Reply, input: number, output: number): Reply => ({
  ...then,
  usage: {
    input_tokens: input,
    output_tokens: output,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  },
});

describe("what agents use", () => {
  test("is known request by request, for the daemon and its constructs, and is what the provider has told", async () => {
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [using(block({ actions: [{ type: "spawn", task: "Count." }], status: "waiting" }), 1000, 10)],
        afterwards: (request) => using(doneWhenIdle("Counted.")(request) as Reply, 2000, 20),
        constructs: [
          {
            task: "Count.",
            steps: [
              using(call("Bash", { command: "echo one" }), 100, 7),
              using(call("Bash", { command: "echo two" }), 200, 8),
              using(say("Two."), 300, 9),
            ],
          },
        ],
      }),
    });
    const events = await kit.runGoal("Count something.");
    const used = of(events, "agent.used").map(({ body }) => body);
    const construct = used.filter(({ role, requests }) => role === "construct" && requests === 1);
    expect(construct.map(({ tokens }) => [tokens.input, tokens.output])).toEqual([
      [100, 7],
      [200, 8],
      [300, 9],
    ]);
    const view = foldRunEvents(events);
    if (view === undefined) throw new Error("no view");
    const { construct: constructs, daemon } = spentByRole(view);
    expect(constructs).toMatchObject({ requests: 3, tokens: { input: 600, output: 24 } });
    expect(daemon).toMatchObject({ requests: 2, tokens: { input: 3000, output: 30 } });
    expect(outcomesOf(events)[0]).toMatchObject({ tokens: { input: 600, output: 24 } });
    const told = of(events, "daemon.turn_ended").reduce((sum, { body }) => sum + body.cost_usd, 0);
    expect(daemon.costUsd).toBeCloseTo(told, 9);
  });

  test("is on the record before the call that a request has made is judged, also of a construct that is then killed", async () => {
    await using kit = await openTestDeck({
      answer: () => using(call("Bash", { command: "tail -f /dev/null" }), 5000, 50),
    });
    const opened = await kit.deck.send({ type: "spawn", tasks: ["Wait."], settings: kit.settings, command_line: [] });
    const begun = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "gate.judged");
    const order = begun.map(({ type }) => type).filter((type) => type === "agent.used" || type === "gate.judged");
    expect(order).toEqual(["agent.used", "gate.judged"]);
    const construct = of(begun, "construct.queued")[0]?.body.construct ?? "";
    await kit.deck.send({ type: "construct.kill", construct });
    const [outcome] = outcomesOf(await kit.untilClosed(opened.afterSeq));
    expect(outcome).toMatchObject({ state: "killed", tokens: { input: 5000, output: 50 } });
  });

  test("by the author of tripwires counts as well", async () => {
    await using kit = await openTestDeck({
      settings: { tripwire_author: { model: "haiku", effort: "low" } },
      answer: scripted({
        // A construct that waits for the author.
        daemon: [block({ actions: [{ type: "spawn", task: "One." }], status: "waiting" })],
        afterwards: doneWhenIdle("Done."),
      }),
    });
    const view = foldRunEvents(await kit.runGoal("Nothing."));
    if (view === undefined) throw new Error("no view");
    expect(spentByRole(view).author.requests).toBeGreaterThan(0);
    expect(tokenSum(spentByRole(view).author.tokens)).toBeGreaterThan(0);
  });
});
