import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { judgeFor } from "../../src/engine/gate/judge.ts";
import { attach } from "../../src/host/door/attach.ts";
import { openReadingDeck } from "../../src/host/reading.ts";
import { restingPlace } from "../../src/host/tripwire-desk.ts";
import type { TripwireLine } from "../../src/protocol/tripwire.ts";
import { isAuthor, propose } from "../../src/offline/author.ts";
import { block, call, say, type Answerer } from "../../src/offline/reply.ts";
import { of, openTestDeck } from "../kit/deck.ts";
import { noTouching as rule } from "../kit/proposed-rule.ts";

const destroys: Answerer = ({ toolResults }) =>
  toolResults.length === 0 ? call("Bash", { command: 'sqlite3 garden.db "DROP TABLE plants"' }) : say("Tried.");

const stateOf = (rules: TripwireLine[], name: string): string | undefined =>
  rules.find((rule) => rule.name === name)?.state;

const mute = (name: string, muted = true, confirmed = false) =>
  ({ type: "tripwires.mute", name, muted, confirmed }) as const;

describe("a muted tripwire", () => {
  test("does not fire any more, also after a restart of the deck, until it is unmuted", async () => {
    const settings = { hold_window_ms: 0 };
    await using first = await openTestDeck({ keep: true, settings });
    await first.deck.send(mute("destructive-sql"));
    await first.deck.close();
    await using second = await openTestDeck({ folder: first.folder, answer: destroys, settings });
    const quiet = await second.runTasks(["Destroy."]);
    expect(of(quiet, "tripwire.fired")).toEqual([]);
    const { rules } = await second.deck.send({ type: "tripwires.list" });
    expect(stateOf(rules, "destructive-sql")).toBe("muted");
    await second.deck.send(mute("destructive-sql", false));
    const loud = await second.runTasks(["Destroy."]);
    expect(of(loud, "tripwire.fired").map(({ body }) => body.name)).toEqual(["destructive-sql"]);
  });

  test("stands on the record of the open run, in the netrunner's name, and holds for it at once", async () => {
    await using kit = await openTestDeck({
      settings: { hold_window_ms: null },
      answer: ({ messages }) =>
        messages.flatMap(({ results }) => results).length < 2
          ? call("Bash", { command: `sqlite3 a.db "DROP TABLE plants" # ${messages.length}` })
          : say("Tried."),
    });
    const { settings } = kit;
    const opened = await kit.deck.send({ type: "spawn", tasks: ["Destroy."], settings, command_line: [] });
    const before = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "hold.opened");
    await kit.deck.send(mute("destructive-sql"));
    const hold = of(before, "hold.opened")[0]?.body.hold ?? "";
    await kit.deck.send({ type: "hold.answer", hold, answer: "deny" });
    // The brake holds changes of a database by itself.
    const next = await kit.eventsUntil(
      opened.afterSeq,
      (event) => event.type === "hold.opened" && event.body.hold !== hold,
    );
    expect(of(next, "tripwire.muted").map(({ source, body }) => [source, body])).toEqual([
      ["netrunner", { name: "destructive-sql", muted: true }],
    ]);
    expect(of(next, "tripwire.fired")).toHaveLength(1);
    expect(of(next, "hold.opened").at(-1)?.body.rule).not.toContain("tripwire");
  });
});

describe("from another process", () => {
  test("the running deck's tripwires are listed, tried and muted through its door, those of the goal included", async () => {
    await using kit = await openTestDeck({
      settings: { tripwire_author: { model: "haiku", effort: "low" }, hold_window_ms: null },
      answer: (request) =>
        isAuthor(request) ? propose([rule], request) : block({ chat: "Shall I?", status: "waiting" }),
    });
    const opened = await kit.startGoal("Look at the files.");
    const awaited = new Set(["tripwires.authored", "run.waiting"]);
    await kit.eventsUntil(opened.afterSeq, ({ type }) => awaited.delete(type) && awaited.size === 0);
    const visit = await attach(kit.home);
    const { port } = visit;
    const trial = await port.send({ type: "tripwires.test", tool: "Bash", input: { command: "touch a" } });
    expect(trial).toMatchObject({ firings: [{ name: rule.name }], consequence: "hold" });
    await port.send(mute(rule.name));
    const { rules } = await port.send({ type: "tripwires.list" });
    expect(rules.find(({ name }) => name === rule.name)).toMatchObject({ origin: "authored", state: "muted" });
    expect(await port.send({ type: "tripwires.test", tool: "Bash", input: { command: "touch a" } })).toEqual({
      firings: [],
      consequence: "none",
    });
    // What belongs to one goal is not kept for others.
    expect(existsSync(join(kit.home, "tripwires.json"))).toBe(false);
    await visit.close();
  });
});

describe("without a running deck", () => {
  let folder = "";
  const open = () => {
    const home = join(folder, ".cyberdeck");
    return openReadingDeck(home, judgeFor({ ...restingPlace(home, folder), agentHome: folder }));
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tripwires-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("the shipped ones are listed, tried and muted, on a home that is not there yet", async () => {
    const deck = open();
    const { port } = deck;
    const { rules } = await port.send({ type: "tripwires.list" });
    expect(stateOf(rules, "host-restart")).toBe("on");
    expect(stateOf(rules, "user-email")).toBe("idle");
    const trial = await port.send({
      type: "tripwires.test",
      tool: "Write",
      input: { file_path: "/etc/motd", content: "" },
    });
    expect(trial).toMatchObject({ firings: [{ name: "writes-outside" }], consequence: "hold" });
    const inside = await port.send({ type: "tripwires.test", tool: "Bash", input: { command: "touch a" } });
    expect(inside).toEqual({ firings: [], consequence: "none" });
    await port.send(mute("same-edit"));
    expect(stateOf((await port.send({ type: "tripwires.list" })).rules, "same-edit")).toBe("muted");
    await deck.close();
  });

  test("a critical one is not muted without a confirmation, and what is no tripwire never", async () => {
    const deck = open();
    const { port } = deck;
    await expect(port.send(mute("host-restart"))).rejects.toMatchObject({ code: "tripwire.critical", kind: "refused" });
    await expect(port.send(mute("goal/unknown", true, true))).rejects.toMatchObject({ code: "tripwire.unknown" });
    expect(stateOf((await port.send({ type: "tripwires.list" })).rules, "host-restart")).toBe("on");
    await port.send(mute("host-restart", true, true));
    expect(stateOf((await port.send({ type: "tripwires.list" })).rules, "host-restart")).toBe("muted");
    await deck.close();
  });

  test("a list of muted ones that cannot be read is a fault with a next step, and nothing is muted by it", async () => {
    const home = join(folder, "broken");
    mkdirSync(home);
    writeFileSync(join(home, "tripwires.json"), '{"muted": "all"}');
    const deck = openReadingDeck(home, judgeFor({ ...restingPlace(home, folder), agentHome: folder }));
    await expect(deck.port.send(mute("silence"))).rejects.toMatchObject({ code: "tripwires.unreadable" });
    expect(readFileSync(join(home, "tripwires.json"), "utf8")).toBe('{"muted": "all"}');
    await deck.close();
  });
});
