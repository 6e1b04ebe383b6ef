import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openBlacklist } from "../../src/engine/blacklist.ts";
import { block, call, say, type Answerer } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import type { Command } from "../../src/protocol/command.ts";
import type { RunSettings } from "../../src/protocol/settings.ts";
import { daemonRequests, of, openTestDeck, outcomesOf, type TestDeck } from "../kit/deck.ts";

const forbidden = "Delete every file in /srv/shop/uploads that is older than 30 days";
const rephrased = "Files in /srv/shop/uploads older than 30 days must be erased. Reply with how many there were.";
const sibling = "Delete every file in /srv/shop/thumbnails that is older than 30 days";
const unsure = "Overwrite every file in /srv/shop/uploads that is older than 30 days";

const entryOf = (task: string) => ({ task, reason: "production", added_at: 1, construct: null });

const add = (kit: TestDeck, task = forbidden) =>
  kit.deck.send({ type: "blacklist.add", task, reason: "production needs them" });

const spawn = (settings: RunSettings, tasks: string[], override = false): Command & { type: "spawn" } => ({
  type: "spawn",
  tasks,
  settings,
  command_line: [],
  ...(override ? { override_blacklist: true } : {}),
});

/** A daemon that wants these tasks at once, and is done when it is told how that went. */
const wants =
  (...tasks: string[]): Answerer =>
  (request) => {
    if (!isDaemon(request)) return say("Done.");
    if (request.messages.every(({ role }) => role !== "assistant"))
      return block({ actions: tasks.map((task) => ({ type: "spawn", task })), status: "waiting" });
    return request.lastUserText.includes("Nothing else is in flight")
      ? block({ status: "done", chat: "That was all." })
      : block({ status: "waiting" });
  };

describe("a blacklist", () => {
  let home: string;
  const file = (): string => join(home, "blacklist.json");
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "blacklist-test-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  test("is empty in a home without one, and holds in the next life what was added in this one", async () => {
    const first = openBlacklist(home);
    expect([first.entries, first.objection(forbidden)]).toEqual([[], undefined]);
    const entry = await first.add(entryOf(forbidden));
    expect(entry.id).toMatch(/^bl-[0-9a-f]{8}$/);
    const next = openBlacklist(home);
    expect(next.entries).toEqual([entry]);
    expect(next.objection(rephrased)).toMatchObject({ rule: "blacklist", entry });
    expect(next.objection(unsure)).toMatchObject({ rule: "blacklist.ask", entry });
    expect(next.objection(sibling)).toBeUndefined();
  });

  test("forbids from the call on, not only once it is saved", async () => {
    const list = openBlacklist(home);
    const adding = list.add(entryOf(forbidden));
    expect(list.objection(forbidden)?.rule).toBe("blacklist");
    await adding;
  });

  test("forbids also what it cannot save, and says so", async () => {
    const list = openBlacklist(home);
    mkdirSync(file());
    await expect(list.add(entryOf(forbidden))).rejects.toMatchObject({ kind: "storage" });
    expect(list.objection(forbidden)?.rule).toBe("blacklist");
  });

  test("allows again only once that is saved", async () => {
    const list = openBlacklist(home);
    const { id } = await list.add(entryOf(forbidden));
    writeFileSync(file(), "{");
    await expect(list.remove(id)).rejects.toMatchObject({ code: "blacklist.unreadable" });
    expect(list.objection(forbidden)?.rule).toBe("blacklist");
    writeFileSync(file(), JSON.stringify({ entries: [{ ...entryOf(forbidden), id }] }));
    await list.remove(id);
    expect(list.objection(forbidden)).toBeUndefined();
    await expect(list.remove(id)).rejects.toMatchObject({ kind: "usage", code: "blacklist.unknown" });
  });

  test("keeps what others have added meanwhile, by hand or at the same time", async () => {
    const list = openBlacklist(home);
    await list.add(entryOf(forbidden));
    const byHand = { ...entryOf("Drop the table users in the production database"), id: "mine" };
    const now: { entries: unknown[] } = JSON.parse(readFileSync(file(), "utf8"));
    writeFileSync(file(), JSON.stringify({ entries: [...now.entries, byHand] }));
    const both = ["Force-push the branch main to origin", "Publish the package to npm"];
    await Promise.all(both.map((task) => list.add(entryOf(task))));
    const tasks = [forbidden, byHand.task, ...both];
    expect(list.entries.map(({ task }) => task)).toEqual(tasks);
    expect(openBlacklist(home).entries.map(({ task }) => task)).toEqual(tasks);
  });

  test.each([
    ["half a file", '{"entries":[{"id":"bl-1"'],
    ["an entry without a task", '{"entries":[{"id":"bl-1","reason":"","added_at":1,"construct":null}]}'],
    ["an empty task", '{"entries":[{"id":"bl-1","task":" ","reason":"","added_at":1,"construct":null}]}'],
    ["no list", "[]"],
    ["nothing", ""],
  ])("that is broken by %s opens no deck: nothing may be let through without a word", async (_, text) => {
    writeFileSync(file(), text);
    const fault = { kind: "storage", code: "blacklist.unreadable", hint: expect.stringContaining("delete it") };
    expect(() => openBlacklist(home)).toThrow(expect.objectContaining(fault));
    const folder = mkdtempSync(join(tmpdir(), "deck-test-"));
    mkdirSync(join(folder, "workspace", ".cyberdeck"), { recursive: true });
    writeFileSync(join(folder, "workspace", ".cyberdeck", "blacklist.json"), text);
    await expect(openTestDeck({ folder })).rejects.toMatchObject(fault);
    // Neither a lock nor a socket is left of the attempt.
    rmSync(join(folder, "workspace", ".cyberdeck", "blacklist.json"));
    await using kit = await openTestDeck({ folder });
    expect((await kit.deck.send({ type: "blacklist.list" })).entries).toEqual([]);
  });
});

describe("forbidden work", () => {
  test("is refused to the daemon in other words too, siblings are not, and the daemon is told first and for good", async () => {
    await using kit = await openTestDeck({ answer: wants(rephrased, sibling) });
    await add(kit);
    const events = await kit.runGoal("Clean up.");
    expect(of(events, "spawn.refused")).toMatchObject([
      { body: { task: rephrased, origin: "daemon", rule: "blacklist", reason: expect.stringContaining("production") } },
    ]);
    expect(outcomesOf(events)).toMatchObject([{ task: sibling, state: "done" }]);
    const told = daemonRequests(kit.api).map(({ lastUserText }) => lastUserText);
    const message = told.find((text) => text.includes("BLACKLIST:")) ?? "";
    expect(message).toMatch(/^BLACKLIST:\n- not started: "Files in \/srv\/shop\/uploads/);
    expect(message).toContain("Ask the netrunner");
    expect(message).not.toContain("NOT STARTED:");
  });

  test("is refused to the netrunner before anything starts, unless that is overridden, which is on the record", async () => {
    await using kit = await openTestDeck({});
    const { entry } = await add(kit);
    const tasks = [sibling, rephrased];
    await expect(kit.deck.send(spawn(kit.settings, tasks))).rejects.toMatchObject({
      kind: "refused",
      code: "blacklist",
      facts: { task: rephrased, entry: entry.id },
      hint: expect.stringContaining("--override-blacklist"),
    });
    await expect(kit.deck.send(spawn(kit.settings, [unsure]))).rejects.toMatchObject({ code: "blacklist.ask" });
    expect((await kit.deck.send({ type: "runs.list" })).runs).toEqual([]);
    const opened = await kit.deck.send(spawn(kit.settings, tasks, true));
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(["done", "done"]);
    expect(of(events, "blacklist.allowed").map(({ body, source }) => [body.task, source])).toEqual([
      [rephrased, "netrunner"],
    ]);
  });

  test("starts again once it is removed", async () => {
    await using kit = await openTestDeck({});
    const { entry } = await add(kit);
    await kit.deck.send({ type: "blacklist.remove", id: entry.id });
    const events = await kit.runTasks([rephrased]);
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(["done"]);
    await expect(kit.deck.send({ type: "blacklist.remove", id: entry.id })).rejects.toMatchObject({
      code: "blacklist.unknown",
    });
  });

  test("is forbidden to the next deck of the home as well", async () => {
    let folder = "";
    {
      await using first = await openTestDeck({ keep: true });
      folder = first.folder;
      await add(first);
    }
    await using kit = await openTestDeck({ folder, answer: wants(rephrased) });
    expect((await kit.deck.send({ type: "blacklist.list" })).entries).toMatchObject([{ task: forbidden }]);
    expect(of(await kit.runGoal("Clean up."), "spawn.refused")).toMatchObject([{ body: { rule: "blacklist" } }]);
  });

  test("that was queued before does not start in a resumed run", async () => {
    await using kit = await openTestDeck({
      settings: { budget_usd: 0.001, max_concurrent: 1 },
      answer: () => say("Done."),
    });
    const paused = await kit.leaveTasks(["Write a haiku", forbidden, sibling]);
    expect(outcomesOf(paused).map(({ state }) => state)).toEqual(["done"]);
    await add(kit);
    const resumed = await kit.resume(paused[0]?.run ?? "", { settings: { budget_usd: 0 } });
    const events = await kit.untilClosed(resumed.afterSeq);
    expect(outcomesOf(events).map(({ task, state, cause }) => [task, state, cause])).toEqual(
      expect.arrayContaining([
        [forbidden, "killed", "blacklist"],
        [sibling, "done", "result"],
      ]),
    );
    expect(of(events, "construct.started")).toHaveLength(1);
    expect(of(events, "spawn.refused")).toMatchObject([{ body: { origin: "netrunner", rule: "blacklist" } }]);
  });

  test("that is added while it is at work elsewhere is told to the daemon at its next turn", async () => {
    await using kit = await openTestDeck({
      answer: (request) => {
        if (!isDaemon(request)) return say("Done.");
        return request.lastUserText.includes("BLACKLIST:")
          ? block({ status: "done", chat: "Understood." })
          : block({ status: "waiting", chat: "What now?" });
      },
    });
    const opened = await kit.startGoal("Clean up.");
    await kit.eventsUntil(opened.afterSeq, (event) => event.type === "run.waiting");
    await add(kit);
    const events = await kit.untilClosed(opened.afterSeq);
    expect(of(events, "blacklist.added")).toMatchObject([
      { body: { entry: { task: forbidden } }, source: "netrunner" },
    ]);
    expect(daemonRequests(kit.api).at(-1)?.lastUserText).toMatch(/^BLACKLIST:\n- forbidden from now on: "Delete every/);
  });

  test("that the netrunner may let through starts in exactly the words that were refused, and in no others", async () => {
    const again = "Please overwrite every file in /srv/shop/uploads that is older than 30 days";
    await using kit = await openTestDeck({
      answer: (request) => {
        if (!isDaemon(request)) return say("Done.");
        const turn = request.messages.filter(({ role }) => role === "assistant").length;
        if (turn === 0) return block({ actions: [{ type: "spawn", task: unsure }], status: "waiting" });
        if (request.lastUserText.includes("lets this task through"))
          return block({
            actions: [
              { type: "spawn", task: ` ${unsure.replace(" in ", "\nin ")}` },
              { type: "spawn", task: again },
            ],
            status: "waiting",
          });
        return request.lastUserText.includes("OUTCOMES:")
          ? block({ status: "done", chat: "Done." })
          : block({ status: "waiting", chat: "May I?" });
      },
    });
    await add(kit);
    const opened = await kit.startGoal("Clean up.");
    const before = await kit.eventsUntil(opened.afterSeq, (event) => event.type === "run.waiting");
    expect(of(before, "spawn.refused")).toMatchObject([{ body: { rule: "blacklist.ask" } }]);
    await kit.deck.send({ type: "blacklist.allow", task: unsure });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(["done"]);
    expect(of(events, "spawn.refused").map(({ body }) => body.task)).toEqual([unsure, again]);
  });

  test("is what a construct was at when it was killed for it", async () => {
    await using kit = await openTestDeck({
      answer: ({ toolResults }) =>
        toolResults.length === 0 ? call("Bash", { command: "sleep 300 & wait" }) : say("Done."),
    });
    const opened = await kit.deck.send(spawn(kit.settings, [forbidden]));
    const events = await kit.eventsUntil(opened.afterSeq, (event) => event.type === "construct.tool_called");
    const construct = of(events, "construct.queued")[0]?.body.construct ?? "";
    await kit.deck.send({ type: "construct.kill", construct, blacklist: true });
    const rest = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(rest)).toMatchObject([{ state: "killed", cause: "netrunner+blacklist" }]);
    expect((await kit.deck.send({ type: "blacklist.list" })).entries).toMatchObject([{ task: forbidden, construct }]);
    await expect(kit.deck.send(spawn(kit.settings, [rephrased]))).rejects.toMatchObject({ code: "blacklist" });
  });
});
