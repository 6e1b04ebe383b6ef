import type { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { Deck } from "../../src/host/deck.ts";
import { call, say, type Answerer } from "../../src/offline/reply.ts";
import type { Command } from "../../src/protocol/command.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import type { RunSettings } from "../../src/protocol/settings.ts";
import { openForWriting } from "../../src/store/database.ts";
import { openStoreToRead, storeOf } from "../../src/store/event-log.ts";
import { ensureHome, homePaths } from "../../src/store/home.ts";
import { leftOf, of, openTestDeck, outcomesOf } from "../kit/deck.ts";

/** Some tool calls, so that there are events of every haste. */
const works =
  (rounds: number): Answerer =>
  ({ messages }) =>
    messages.length < 2 * rounds ? call("Bash", { command: `echo ${"round ".repeat(40)}` }) : say("Worked.");

describe("the record of a deck", () => {
  test("is written before it is told: nobody hears of an event that another process cannot read", async () => {
    await using kit = await openTestDeck({ answer: works(3) });
    const opened = await kit.deck.send({ type: "spawn", tasks: ["A", "B"], settings: kit.settings, command_line: [] });
    const reader = openStoreToRead(kit.home);
    using _reader = { [Symbol.dispose]: () => reader.close() };
    const unread: DeckEvent[] = [];
    const events = await kit.eventsUntil(opened.afterSeq, (event) => {
      if (reader.lastSeq() < event.seq) unread.push(event);
      return event.type === "run.closed";
    });
    expect(unread).toEqual([]);
    expect([...reader.eventsOf(opened.run)]).toEqual(events);
  });

  test("is told from any number on, exactly the rest, to those who come early and those who come late", async () => {
    await using kit = await openTestDeck({ answer: works(3) });
    const opened = await kit.deck.send({ type: "spawn", tasks: ["A", "B"], settings: kit.settings, command_line: [] });
    const early = await Promise.all([0, 3, 5].map((from) => kit.untilClosed(opened.afterSeq + from)));
    const all = early[0] ?? [];
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => opened.afterSeq + 1 + index));
    expect(early[1]).toEqual(all.slice(3));
    expect(early[2]).toEqual(all.slice(5));
    for (const from of [0, 1, Math.floor(all.length / 2), all.length - 1])
      expect(await kit.untilClosed(opened.afterSeq + from)).toEqual(all.slice(from));
  });

  test("that cannot be written any more ends the run: a follower gets the fault, and nothing is left running", async () => {
    let database: DatabaseSync | undefined;
    await using kit = await openTestDeck({
      answer: works(1000),
      async open(options, provide) {
        ensureHome(options.home);
        const opened = openForWriting(homePaths(options.home).database);
        database = opened;
        const store = storeOf(opened, options.home, systemClock);
        return new Deck(options, await provide(), store, { [Symbol.dispose]: () => store.close() });
      },
    });
    const opened = await kit.deck.send({ type: "spawn", tasks: ["A", "B"], settings: kit.settings, command_line: [] });
    const seen: DeckEvent[] = [];
    const following = kit.eventsUntil(opened.afterSeq, (event) => {
      seen.push(event);
      // No page more than there are: to SQLite, that is a full disk.
      if (event.type === "construct.tool_returned") database?.exec("PRAGMA max_page_count = 1");
      return event.type === "run.closed";
    });
    await expect(following).rejects.toMatchObject({
      kind: "storage",
      code: "storage.full",
      hint: expect.stringMatching(/space/i),
    });
    expect(of(seen, "construct.started").length).toBeGreaterThan(0);
    expect(leftOf(seen)).toEqual([]);
    await kit.deck.close();
    const reader = openStoreToRead(kit.home);
    using _reader = { [Symbol.dispose]: () => reader.close() };
    expect([...reader.eventsOf(opened.run)].slice(0, seen.length)).toEqual(seen);
  });
});

describe("a deck", () => {
  test("makes two runs of two wishes at the same time", async () => {
    await using kit = await openTestDeck({ answer: works(1) });
    const wish = spawnA(kit.settings);
    const [first, second] = await Promise.all([kit.deck.send(wish), kit.deck.send(wish)]);
    expect(second.run).not.toBe(first.run);
    const { runs } = await kit.deck.send({ type: "runs.list" });
    expect(runs.length).toBe(2);
  });

  test("goes on with a run once, however often that is wished at the same time", async () => {
    await using kit = await openTestDeck({ answer: works(1) });
    const { run } = await kit.deck.send(spawnA(kit.settings));
    await kit.deck.send({ type: "eject", reason: "a test" });
    const wishes = await Promise.allSettled([kit.resume(run), kit.resume(run)]);
    expect(wishes).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: { kind: "refused", code: "run.open", hint: expect.stringContaining(run) } },
    ]);
  });

  test("opens no run once it is being closed", async () => {
    await using kit = await openTestDeck({});
    const closing = kit.deck.close();
    const wish = spawnA(kit.settings);
    await expect(kit.deck.send(wish)).rejects.toMatchObject({ code: "deck.closing" });
    await closing;
  });

  test("judges the calls of a resumed run by the brake that the netrunner has set for it", async () => {
    await using kit = await openTestDeck({
      settings: { budget_usd: 0.001, max_concurrent: 1, brake: "default" },
      answer: ({ toolResults }) => (toolResults.length === 0 ? call("Bash", { command: "touch mark" }) : say("Tried.")),
    });
    const paused = await kit.leaveTasks(["A", "B"]);
    expect(outcomesOf(paused).map(({ denials }) => denials.length)).toEqual([0]);
    const resumed = await kit.resume(paused[0]?.run ?? "", { settings: { budget_usd: 0, brake: "paranoid" } });
    const events = await kit.untilClosed(resumed.afterSeq);
    expect(outcomesOf(events).map(({ denials }) => denials.length)).toEqual([1]);
  });

  test("refuses a workspace that is not there, or is a file, with what to do", async () => {
    await using kit = await openTestDeck({ files: { "a-file": "" } });
    const { openWritingDeck } = await import("../../src/host/deck.ts");
    for (const workspace of [`${kit.workspace}/nowhere`, `${kit.workspace}/a-file`]) {
      const options = { workspace, home: `${kit.folder}/other-home`, mode: "write", offline: true } as const;
      await expect(openWritingDeck(options, () => Promise.reject(new Error("never asked")))).rejects.toMatchObject({
        kind: "setup",
        code: "workspace.unusable",
        hint: expect.stringContaining("--workspace"),
      });
    }
  });

  test("is the only one in its home", async () => {
    await using kit = await openTestDeck({});
    await expect(openTestDeck({ folder: kit.folder, api: kit.api, keep: true })).rejects.toMatchObject({
      code: "home.locked",
    });
  });
});

const spawnA = (settings: RunSettings): Command & { type: "spawn" } => ({
  type: "spawn",
  tasks: ["A"],
  settings,
  command_line: [],
});
