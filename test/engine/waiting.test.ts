import { describe, expect, test } from "vitest";
import { block, type Answerer } from "../../src/offline/reply.ts";
import { heading } from "../../src/protocol/briefing.ts";
import { daemonRequests, leftOf, of, openTestDeck } from "../kit/deck.ts";

/** Asks once, and is done when it has been told a colour. */
const asksForColour: Answerer = ({ lastUserText }) =>
  lastUserText.includes("blue")
    ? block({ status: "done", chat: "Blue it is." })
    : block({ status: "waiting", chat: "Which colour?" });

describe("a daemon that waits for the netrunner", () => {
  test("is heard with its question, and goes on with what is said", async () => {
    await using kit = await openTestDeck({ answer: asksForColour });
    const opened = await kit.startGoal("Paint.");
    const asked = await kit.eventsUntil(opened.afterSeq, (event) => event.type === "run.waiting");
    expect(of(asked, "run.waiting")[0]?.body.question).toBe("Which colour?");
    expect((await kit.deck.snapshot())?.status).toBe("waiting");
    await kit.deck.send({ type: "say", text: "Make it blue." });
    const events = await kit.untilClosed(asked.at(-1)?.seq ?? 0);
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "Blue it is." });
    expect(daemonRequests(kit.api).at(-1)?.lastUserText).toContain(`${heading.netrunner}\nMake it blue.`);
  });

  test("is closed as waiting, and a new deck on the same home goes on in its session with the answer", async () => {
    let folder = "";
    let run = "";
    let session = "";
    {
      await using first = await openTestDeck({ answer: asksForColour, keep: true });
      ({ folder } = first);
      const opened = await first.startGoal("Paint.");
      ({ run } = opened);
      await first.eventsUntil(opened.afterSeq, (event) => event.type === "run.waiting");
      await first.deck.send({ type: "stop", status: "waiting", reason: "nobody is there", force: false });
      const events = await first.untilClosed(opened.afterSeq);
      expect(of(events, "run.closed")[0]?.body.status).toBe("waiting");
      session = of(events, "daemon.session")[0]?.body.session_id ?? "";
      expect(leftOf(events)).toEqual([]);
    }
    await using second = await openTestDeck({ answer: asksForColour, folder });
    const resumed = await second.resume(run, { say: "blue" });
    const events = await second.untilClosed(resumed.afterSeq);
    expect(of(events, "daemon.started").map((event) => event.body.resumed)).toEqual([session]);
    const words =
      daemonRequests(second.api)
        .at(-1)
        ?.messages.map((message) => message.text) ?? [];
    expect(words.join("\n")).toContain(`${heading.goal} Paint.`);
    expect(words.join("\n")).toContain("Which colour?");
    expect(of(events, "run.closed")[0]?.body.status).toBe("done");
    expect(leftOf(events)).toEqual([]);
  });

  test("asks its question again when the run is resumed without an answer", async () => {
    await using kit = await openTestDeck({ answer: asksForColour });
    const opened = await kit.startGoal("Paint.");
    await kit.eventsUntil(opened.afterSeq, (event) => event.type === "run.waiting");
    await kit.deck.send({ type: "stop", status: "waiting", reason: "later", force: false });
    await kit.untilClosed(opened.afterSeq);
    const resumed = await kit.resume(opened.run);
    const asked = await kit.eventsUntil(resumed.afterSeq, (event) => event.type === "run.waiting");
    expect(of(asked, "run.waiting")[0]?.body.question).toBe("Which colour?");
    expect(daemonRequests(kit.api).length).toBe(1);
  });

  test("is answered by autopilot twice in a row at most, on the record as such; then the netrunner is asked", async () => {
    await using kit = await openTestDeck({ settings: { autopilot: true }, answer: asksForColour });
    const opened = await kit.startGoal("Paint.");
    const events = await kit.eventsUntil(opened.afterSeq, (event) => event.type === "run.waiting");
    const answers = of(events, "netrunner.said");
    expect(answers.map(({ source }) => source)).toEqual(["autopilot", "autopilot"]);
    expect(daemonRequests(kit.api).length).toBe(3);
    await kit.deck.send({ type: "say", text: "I am thinking." });
    const more = await kit.eventsUntil(events.at(-1)?.seq ?? 0, (event) => event.type === "run.waiting");
    expect(of(more, "netrunner.said").map(({ source }) => source)).toEqual(["netrunner", "autopilot", "autopilot"]);
  });

  test("cannot be spoken to once its run is closed, and the refusal says what to do", async () => {
    await using kit = await openTestDeck({ answer: () => block({ status: "done", chat: "Done." }) });
    await kit.runGoal("Be quick.");
    await expect(kit.deck.send({ type: "say", text: "hello?" })).rejects.toMatchObject({
      kind: "refused",
      code: "run.none",
      hint: expect.stringContaining("cyberdeck run"),
    });
  });
});
