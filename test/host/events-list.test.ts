import { describe, expect, test } from "vitest";
import { attach } from "../../src/host/door/attach.ts";
import { openReadingDeck } from "../../src/host/reading.ts";
import { call, say } from "../../src/offline/reply.ts";
import type { Command } from "../../src/protocol/command.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { of, openTestDeck } from "../kit/deck.ts";

const neverJudge = () => {
  throw new Error("nothing is judged here");
};

type List = Command & { type: "events.list" };

describe("events.list", () => {
  test("gives the same pages in process, over the door and on a reading deck, also of a run that is closed", async () => {
    await using kit = await openTestDeck({
      answer: ({ toolResults }) => (toolResults.length === 0 ? call("Bash", { command: "ls" }) : say("Done.")),
    });
    const events = await kit.runTasks(["count", "list"]);
    const [queued] = of(events, "construct.queued");
    const { run } = queued ?? { run: "" };
    const construct = queued?.body.construct ?? "";
    const far = await attach(kit.home);
    const reading = openReadingDeck(kit.home, neverJudge);
    const wishes: List[] = [
      { type: "events.list", run, limit: 5 },
      { type: "events.list", run, limit: 500 },
      { type: "events.list", run, limit: 3, before: events.at(-2)?.seq },
      { type: "events.list", run, construct, limit: 4, after: 2 },
      { type: "events.list", run, construct, limit: 4, types: ["construct.tool_called", "construct.tool_returned"] },
    ];
    for (const wish of wishes) {
      const page = await kit.deck.send(wish);
      expect(page.events.length).toBeGreaterThan(0);
      expect(await far.port.send(wish)).toEqual(page);
      expect(await reading.port.send(wish)).toEqual(page);
    }
    const all: DeckEvent[] = (await kit.deck.send({ type: "events.list", run, limit: 500 })).events;
    expect(all).toEqual(events);
    await far.close();
    await reading.close();
  });

  test("refuses a run and a construct that there are not, wherever it is asked", async () => {
    await using kit = await openTestDeck({});
    const [first] = await kit.runTasks(["count"]);
    const run = first?.run ?? "";
    const far = await attach(kit.home);
    const reading = openReadingDeck(kit.home, neverJudge);
    for (const port of [kit.deck, far.port, reading.port]) {
      await expect(port.send({ type: "events.list", run: "run-x", limit: 5 })).rejects.toMatchObject({
        code: "run.unknown",
        hint: expect.stringContaining("cyberdeck runs"),
      });
      const other = port.send({ type: "events.list", run, construct: "cx-99999999", limit: 5 });
      await expect(other).rejects.toMatchObject({ code: "construct.unknown" });
      // Nothing to see yet is no mistake.
      expect(await port.send({ type: "events.list", run, limit: 5, after: 1_000_000 })).toEqual({
        events: [],
        more: false,
      });
    }
    await far.close();
    await reading.close();
  });

  test.each([
    ["more than 500 at a time", { limit: 501 }],
    ["none at all", { limit: 0 }],
    ["a type that there is not", { limit: 1, types: ["construct.sung"] }],
    ["no type", { limit: 1, types: [] }],
    ["a place that is no number", { limit: 1, before: 1.5 }],
  ])("refuses at the door to list %s", async (_, wanted) => {
    await using kit = await openTestDeck({});
    const far = await attach(kit.home);
    // What another program may send is not what the compiler lets us write.
    const wish = { type: "events.list", run: "run-x", ...wanted } as unknown as List;
    await expect(far.port.send(wish)).rejects.toMatchObject({ code: "door.bad_command" });
    await far.close();
  });
});
