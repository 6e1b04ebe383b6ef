import { describe, expect, test } from "vitest";
import { block, refuse, reply, say } from "../../src/offline/reply.ts";
import { scripted } from "../../src/offline/script.ts";
import { heading } from "../../src/protocol/briefing.ts";
import { daemonRequests, doneWhenIdle, leftOf, of, openTestDeck, outcomesOf } from "../kit/deck.ts";

describe("what one construct finds out for another", () => {
  test("a construct lists the units, and the fan-out is made from what it returned", async () => {
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [
          block({ actions: [{ type: "spawn", task: "Discover the planets." }], status: "waiting" }),
          (request) =>
            block({
              actions: [...request.lastUserText.matchAll(/planet:(\w+)/g)].map(([, name]) => ({
                type: "spawn" as const,
                task: `Describe ${name}.`,
              })),
              status: "waiting",
            }),
        ],
        afterwards: doneWhenIdle("All described."),
        constructs: [{ task: "Discover", steps: [say("planet:Venus planet:Mars planet:Pluto")] }],
        otherwise: (request) => say(`${/Describe (\w+)/.exec(request.firstUserText)?.[1]} is round.`),
      }),
    });
    const events = await kit.runGoal("Describe the planets.");
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "All described." });
    expect(outcomesOf(events).map((outcome) => outcome.task)[0]).toBe("Discover the planets.");
    const results = outcomesOf(events).map((outcome) => outcome.result);
    expect(results.slice(1).sort()).toEqual(["Mars is round.", "Pluto is round.", "Venus is round."]);
  });

  test("whoever waits for a failed one never starts, nor who waits for that one, and the daemon is told of both", async () => {
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [
          block({
            actions: [
              { type: "spawn", task: "First: fail." },
              { type: "spawn", task: "Second: use it.", after: [1] },
              { type: "spawn", task: "Third: use that.", after: [2] },
            ],
            status: "waiting",
          }),
        ],
        afterwards: doneWhenIdle("It did not work."),
        constructs: [{ task: "First", steps: [refuse("I will not."), refuse("I still will not.")] }],
      }),
    });
    const events = await kit.runGoal("Fail.");
    const [first, second, third] = of(events, "construct.queued").map((event) => event.body.construct);
    expect(outcomesOf(events).map(({ id, state, cause }) => [id, state, cause])).toEqual([
      [first, "failed", "refusal"],
      [second, "failed", `dependency:${first}`],
      [third, "failed", `dependency:${second}`],
    ]);
    expect(of(events, "construct.started").map((event) => event.body.construct)).toEqual([first]);
    const told = daemonRequests(kit.api)
      .at(-1)
      ?.messages.map((message) => message.text)
      .join("\n");
    for (const cause of ["refusal", `dependency:${first}`, `dependency:${second}`])
      expect(told).toContain(`(${cause})`);
    expect(leftOf(events)).toEqual([]);
  });

  test("an after that names nobody is refused on the record and told, and the rest of the block is done", async () => {
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [
          block({
            actions: [
              { type: "spawn", task: "Alone." },
              { type: "spawn", task: "After a stranger.", after: ["cx-deadbeef"] },
              { type: "spawn", task: "After a later item.", after: [9] },
            ],
            status: "waiting",
          }),
        ],
        afterwards: doneWhenIdle("One of three."),
      }),
    });
    const events = await kit.runGoal("Depend.");
    expect(of(events, "spawn.refused").map(({ body }) => [body.task, body.rule])).toEqual([
      ["After a stranger.", "after.unknown"],
      ["After a later item.", "after.unknown"],
    ]);
    expect(outcomesOf(events).map((outcome) => outcome.task)).toEqual(["Alone."]);
    const told = daemonRequests(kit.api)
      .at(-1)
      ?.messages.map((message) => message.text)
      .join("\n");
    expect(told).toContain(heading.refusals);
    expect(told).toContain("cx-deadbeef");
  });

  test("an after may name a construct of an earlier turn", async () => {
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [
          block({ actions: [{ type: "spawn", task: "Find the word." }], status: "waiting" }),
          (request) => {
            const id = /\[(cx-[0-9a-f]{8})\]/.exec(request.lastUserText)?.[1] ?? "";
            return block({ actions: [{ type: "spawn", task: "Say it back.", after: [id] }], status: "waiting" });
          },
        ],
        afterwards: doneWhenIdle("Said."),
        constructs: [
          { task: /TASK:\nFind/, steps: [reply({ type: "text", text: "The word is xylophone." })] },
          { task: "Say it", steps: [({ firstUserText }) => say(/xylophone/.exec(firstUserText)?.[0] ?? "blind")] },
        ],
      }),
    });
    expect(outcomesOf(await kit.runGoal("Say the word.")).at(-1)?.result).toBe("xylophone");
  });
});
