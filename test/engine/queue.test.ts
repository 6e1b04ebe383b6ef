import { describe, expect, test } from "vitest";
import { attach } from "../../src/host/door/attach.ts";
import { call, say, type Answerer } from "../../src/offline/reply.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { foldRunEvents } from "../../src/protocol/snapshot.ts";
import { of, openTestDeck, outcomesOf, type TestDeck } from "../kit/deck.ts";

const allowAll = () => () => ({ decision: "allow", rule: "test.all", reason: "a test", effects: [] }) as const;

/** Works until it is stopped; other tasks are done at once. */
const worker: Answerer = ({ lastUserText, toolResults }) =>
  lastUserText.includes("for ever") && toolResults.length === 0
    ? call("Bash", { command: "touch started; sleep 300 & wait" })
    : say("Done with it.");

const options = { answer: worker, judge: allowAll, settings: { max_concurrent: 1 } };

/** One at work for ever, and three that wait. */
async function oneAtWork(kit: TestDeck): Promise<{ run: string; afterSeq: number; ids: string[] }> {
  const opened = await kit.startTasks(["Work for ever.", "A.", "B.", "C."]);
  const events = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.tool_called");
  return { ...opened, ids: of(events, "construct.queued").map(({ body }) => body.construct) };
}

const startsOf = (events: DeckEvent[]): string[] => of(events, "construct.started").map(({ body }) => body.construct);
const queueOf = async (kit: TestDeck): Promise<string[]> => (await kit.deck.snapshot())?.queue ?? [];

describe("the queue of a run", () => {
  test("is started in the order that the netrunner gives it, which the view and a fold of the record have too", async () => {
    await using kit = await openTestDeck(options);
    const { run, afterSeq, ids } = await oneAtWork(kit);
    const [busy = "", a = "", b = "", c = ""] = ids;
    expect(await queueOf(kit)).toEqual([a, b, c]);
    const far = await attach(kit.home);
    await far.port.send({ type: "queue.move", construct: c, before: a });
    expect(await queueOf(kit)).toEqual([c, a, b]);
    await far.port.send({ type: "queue.move", construct: a, before: null });
    expect((await far.port.snapshot())?.queue).toEqual([c, b, a]);
    await far.close();
    await kit.deck.send({ type: "construct.kill", construct: busy });
    const events = await kit.untilClosed(afterSeq);
    expect(startsOf(events)).toEqual([busy, c, b, a]);
    expect(of(events, "queue.moved").map(({ body, source }) => ({ ...body, source }))).toEqual([
      { construct: c, before: a, source: "netrunner" },
      { construct: a, before: null, source: "netrunner" },
    ]);
    expect(await queueOf(kit)).toEqual([]);
    const moved = of(events, "queue.moved").at(-1)?.seq ?? 0;
    expect(foldRunEvents(events.filter(({ seq, run: of }) => of === run && seq <= moved))?.queue).toEqual([c, b, a]);
  });

  test("keeps its order over a resume, behind what was at work", async () => {
    await using first = await openTestDeck({ ...options, keep: true });
    const { run, afterSeq, ids } = await oneAtWork(first);
    const [busy = "", a = "", b = "", c = ""] = ids;
    await first.deck.send({ type: "queue.move", construct: c, before: a });
    await first.deck.send({ type: "stop", status: "paused", reason: "a break", force: false });
    await first.untilClosed(afterSeq);
    await first.deck.close();

    await using later = await openTestDeck({ ...options, folder: first.folder, answer: () => say("Done.") });
    const resumed = await later.resume(run);
    const events = await later.untilClosed(resumed.afterSeq);
    expect(startsOf(events)).toEqual([busy, c, a, b]);
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(["done", "done", "done", "done"]);
  });

  test("leaves out one that is cancelled, whose outcome is told and on which nothing is built", async () => {
    await using kit = await openTestDeck(options);
    const { run, afterSeq, ids } = await oneAtWork(kit);
    const [busy = "", a = "", b = "", c = ""] = ids;
    const { construct: d } = await kit.deck.send({ type: "construct.spawn", run, task: "D.", after: [b] });
    await kit.deck.send({ type: "queue.cancel", construct: b });
    // Neither waits for the one at work to end.
    const early = await kit.eventsUntil(
      afterSeq,
      ({ type, body }) => type === "construct.ended" && body.construct === d,
    );
    expect(outcomesOf(early).map(({ id, state, cause }) => [id, state, cause])).toEqual([
      [b, "killed", "netrunner"],
      [d, "failed", `dependency:${b}`],
    ]);
    expect(await queueOf(kit)).toEqual([a, c]);
    await kit.deck.send({ type: "construct.kill", construct: busy });
    expect(startsOf(await kit.untilClosed(afterSeq))).toEqual([busy, a, c]);
  });

  test("does not start one before those that it is to come after, wherever it stands", async () => {
    await using kit = await openTestDeck(options);
    const { run, afterSeq, ids } = await oneAtWork(kit);
    const [busy = "", a = ""] = ids;
    const { construct: d } = await kit.deck.send({ type: "construct.spawn", run, task: "D.", after: [a] });
    await kit.deck.send({ type: "queue.move", construct: d, before: a });
    await kit.deck.send({ type: "construct.kill", construct: busy });
    const starts = startsOf(await kit.untilClosed(afterSeq));
    expect(starts.slice(0, 3)).toEqual([busy, a, d]);
  });

  test("refuses to move or cancel what does not wait, and changes nothing by that", async () => {
    await using kit = await openTestDeck(options);
    const { ids } = await oneAtWork(kit);
    const [busy = "", a = "", b = "", c = ""] = ids;
    const send = kit.deck.send.bind(kit.deck);
    await expect(send({ type: "queue.move", construct: busy, before: a })).rejects.toMatchObject({
      code: "queue.started",
    });
    await expect(send({ type: "queue.move", construct: a, before: busy })).rejects.toMatchObject({
      code: "queue.started",
    });
    await expect(send({ type: "queue.move", construct: a, before: a })).rejects.toMatchObject({
      code: "queue.before_itself",
    });
    await expect(send({ type: "queue.cancel", construct: busy })).rejects.toMatchObject({
      code: "queue.started",
      hint: expect.stringContaining(`cyberdeck kill ${busy}`),
    });
    for (const construct of ["cx-99999999", "constructor", ""])
      await expect(send({ type: "queue.cancel", construct })).rejects.toMatchObject({ code: "queue.not_waiting" });
    await expect(send({ type: "queue.move", construct: a, before: "cx-99999999" })).rejects.toMatchObject({
      code: "queue.not_waiting",
      hint: expect.stringContaining("cyberdeck queue"),
    });
    expect(await queueOf(kit)).toEqual([a, b, c]);
    expect((await kit.deck.snapshot())?.constructs[busy]?.outcome).toBeNull();
  });
});
