import { describe, expect, test } from "vitest";
import { call, say } from "../../src/offline/reply.ts";
import { of, openTestDeck, outcomesOf, type TestDeckOptions } from "../kit/deck.ts";
import { openEnds } from "./kit/ends.ts";

const denied = (): ReturnType<typeof call> => call("Write", { file_path: "/etc/cyberdeck-denied", content: "no" });

/** A deck whose constructs are here or on a node, and make so many calls that are denied before they are done. */
async function deckOf(undo: AsyncDisposableStack, where: "here" | "on a node", settings: TestDeckOptions["settings"]) {
  const ends = where === "here" ? undefined : undo.use(openEnds({ nodes: ["one"] }));
  const requests = { "Long.": 0, "Short.": 0 };
  const kit = undo.use(
    await openTestDeck({
      ...(ends === undefined ? {} : { driver: (usual) => ends.driver(usual) }),
      settings: { sandbox: "off", ...settings },
      answer({ firstUserText }) {
        const task = firstUserText.includes("Short.") ? "Short." : "Long.";
        requests[task] += 1;
        return requests[task] > (task === "Short." ? 10 : 25) ? say("Done.") : denied();
      },
    }),
  );
  return { kit, requests };
}

describe.each(["here", "on a node"] as const)("a construct %s whose every call is denied", (where) => {
  test("stands still at the next one when it is paused, and goes on when it is continued", async () => {
    await using undo = new AsyncDisposableStack();
    const { kit, requests } = await deckOf(undo, where, {});
    const { afterSeq } = await kit.startTasks(["Long."]);
    const begun = await kit.eventsUntil(afterSeq, ({ type }) => type === "gate.judged");
    const construct = of(begun, "construct.queued")[0]?.body.construct ?? "";
    await kit.deck.send({ type: "construct.pause", construct, freeze: false });
    const before = requests["Long."];
    // For as long as another one takes for many of them.
    expect(outcomesOf(await kit.runTasks(["Short."]))[0]?.result).toBe("Done.");
    expect(requests["Long."] - before).toBeLessThanOrEqual(1);
    await kit.deck.send({ type: "construct.continue", construct });
    const ended = await kit.eventsUntil(
      afterSeq,
      ({ type, body }) => type === "construct.ended" && "outcome" in body && body.outcome.id === construct,
    );
    const outcome = outcomesOf(ended).find(({ id }) => id === construct);
    expect(outcome).toMatchObject({ id: construct, state: "done", result: "Done." });
    expect(requests["Long."]).toBe(26);
  });

  test("stands still at its bound, and the netrunner is asked", async () => {
    await using undo = new AsyncDisposableStack();
    const { kit, requests } = await deckOf(undo, where, { construct_turns: 3 });
    const { afterSeq, run: longRun } = await kit.startTasks(["Long."]);
    const reached = async (after: number) => {
      const events = await kit.eventsUntil(
        after,
        ({ type, run }) => run === longRun && (type === "attention.raised" || type === "construct.ended"),
      );
      const item = of(events, "attention.raised")[0]?.body.item ?? "nobody was asked";
      return { item, seq: events.at(-1)?.seq ?? 0 };
    };
    const first = await reached(afterSeq);
    // For as long as another one takes for many of them.
    const settings = { ...kit.settings, construct_turns: 100 };
    const other = await kit.deck.send({ type: "spawn", tasks: ["Short."], settings, command_line: [] });
    await kit.untilClosed(other.afterSeq);
    expect(requests).toEqual({ "Long.": 3, "Short.": 11 });
    await kit.deck.send({ type: "bound.answer", item: first.item, answer: "raise", to: 12 });
    const second = await reached(first.seq);
    expect(requests["Long."]).toBe(12);
    await kit.deck.send({ type: "bound.answer", item: second.item, answer: "end" });
    expect(outcomesOf(await kit.untilClosed(second.seq))[0]?.cause).toBe("budget:construct_turns");
  });
});
