import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call, reply, say, useTool, type Answerer, type Reply } from "../../../src/offline/reply.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { leftOf, of, openTestDeck, outcomesOf, type TestDeckOptions } from "../../kit/deck.ts";

/** Makes its calls one after the other, whatever comes of them, and then says what it was told. */
const makes =
  (...calls: Reply[]): Answerer =>
  ({ messages }) => {
    const results = messages.flatMap((message) => message.results);
    return calls[results.length] ?? say(results.map(({ text }) => text).join(" | "));
  };

const bash = (command: string): Reply => call("Bash", { command });

/** A key that nobody owns, put together here so that it stands in no file. */
const key = ["AK", "IA", "QYLPMN5HFZ2RTUVB"].join("");

async function run(
  options: TestDeckOptions,
): Promise<{ events: DeckEvent[]; workspace: string; ran: (file: string) => boolean }> {
  await using kit = await openTestDeck({ ...options, settings: { hold_window_ms: 0, ...options.settings } });
  const events = await kit.runTasks(["Do it."]);
  const files = ["before", "after"].filter((file) => existsSync(join(kit.workspace, file)));
  expect(leftOf(events)).toEqual([]);
  return { events, workspace: kit.workspace, ran: (file) => files.includes(file) };
}

const firedIn = (events: DeckEvent[]) =>
  of(events, "tripwire.fired").map(({ body }) => [body.name, body.severity, body.consequence]);

const judgedIn = (events: DeckEvent[]) => of(events, "gate.judged").map(({ body }) => [body.decision, body.rule]);

describe("a tripwire of severity warning", () => {
  test("holds the very call that fires, and without an answer it does not run", async () => {
    const sql = bash(`touch after; sqlite3 garden.db "DROP TABLE plants"`);
    const { events, ran } = await run({ answer: makes(sql) });
    expect(firedIn(events)).toEqual([["destructive-sql", "warning", "hold"]]);
    expect(ran("after")).toBe(false);
    const [hold] = of(events, "hold.opened");
    expect(hold?.body).toMatchObject({ rule: "tripwire.destructive-sql" });
    expect(hold?.body.reason).toContain("drop".toUpperCase());
    expect(outcomesOf(events)[0]?.tripwires).toEqual([
      expect.objectContaining({ name: "destructive-sql", consequence: "hold" }),
    ]);
    expect(outcomesOf(events)[0]?.state).toBe("done");
  });

  test("that a tool's output fires holds the next call, and shows no more of the secret than its beginning", async () => {
    const { events, ran } = await run({
      files: { "notes.txt": `the key is ${key}\n` },
      answer: makes(bash("cat notes.txt"), bash("touch after"), bash("touch before")),
    });
    expect(firedIn(events)).toEqual([["credential-in-output", "warning", "hold"]]);
    expect(judgedIn(events).map(([decision]) => decision)).toEqual(["allow", "deny", "allow"]);
    expect(judgedIn(events)[1]).toEqual(["deny", "tripwire.credential-in-output"]);
    expect(ran("after")).toBe(false);
    const [fired] = of(events, "tripwire.fired");
    expect(fired?.body.call).toBeNull();
    expect(JSON.stringify([fired, outcomesOf(events)[0]?.tripwires, of(events, "hold.opened")])).not.toContain(key);
  });

  test("lets the call run that the netrunner allows", async () => {
    await using kit = await openTestDeck({
      settings: { hold_window_ms: null },
      files: { "notes.txt": `the key is ${key}\n` },
      answer: makes(bash("cat notes.txt"), bash("touch after")),
    });
    const { settings } = kit;
    const opened = await kit.deck.send({ type: "spawn", tasks: ["Do it."], settings, command_line: [] });
    const before = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "hold.opened");
    const hold = of(before, "hold.opened")[0]?.body.hold ?? "";
    await kit.deck.send({ type: "hold.answer", hold, answer: "allow" });
    await kit.untilClosed(opened.afterSeq);
    expect(existsSync(join(kit.workspace, "after"))).toBe(true);
  });

  test("holds all calls that are made beside the first one after a secret", async () => {
    const { events, ran } = await run({
      files: { "notes.txt": `the key is ${key}\n` },
      answer: makes(
        bash("cat notes.txt"),
        reply(useTool("Bash", { command: "touch before" }), useTool("Bash", { command: "touch after" })),
      ),
    });
    expect(judgedIn(events).map(([decision]) => decision)).toEqual(["allow", "deny", "deny"]);
    expect([ran("before"), ran("after")]).toEqual([false, false]);
  });

  test("fires at the fourth try of a command that has failed three times with nothing changed in between", async () => {
    const failing = bash("ls no-such-folder");
    const { events } = await run({ answer: makes(failing, failing, failing, failing) });
    expect(judgedIn(events).map(([decision]) => decision)).toEqual(["allow", "allow", "allow", "deny"]);
    expect(firedIn(events)).toEqual([["same-failure", "warning", "hold"]]);
  });

  test("has nothing to hold where the brake denies the call anyway", async () => {
    const { events } = await run({ answer: makes(bash("touch /etc/cyberdeck-denied")) });
    expect(firedIn(events)).toEqual([["writes-outside", "warning", "none"]]);
    expect(of(events, "hold.opened")).toEqual([]);
    expect(judgedIn(events)[0]?.[0]).toBe("deny");
  });

  test("of the user's own address needs that address from the netrunner", async () => {
    const answer = makes(bash("echo mira.holm@garden.example"));
    const unknown = await run({ answer });
    expect(firedIn(unknown.events)).toEqual([]);
    const known = await run({ answer, settings: { my_email: "mira.holm@garden.example" } });
    expect(firedIn(known.events)[0]).toEqual(["user-email", "warning", "hold"]);
    expect(judgedIn(known.events)).toEqual([["deny", "tripwire.user-email"]]);
  });
});

describe("a critical tripwire", () => {
  test("denies the call and ends the construct, and the cause says which it was", async () => {
    const { events, ran } = await run({ answer: makes(bash("touch before"), bash("touch after; reboot")) });
    expect(firedIn(events)).toEqual([["host-restart", "critical", "kill"]]);
    expect(ran("before")).toBe(true);
    expect(ran("after")).toBe(false);
    expect(outcomesOf(events)[0]).toMatchObject({ state: "killed", cause: "tripwire:host-restart" });
    expect(judgedIn(events).at(-1)?.[0]).toBe("deny");
  });
});

describe("in yolo, tripwires", () => {
  test("only observe", async () => {
    const { events, ran } = await run({
      settings: { brake: "yolo" },
      answer: makes(bash(`touch after; sqlite3 no-such-folder/x.db "DROP TABLE plants" || true`)),
    });
    expect(firedIn(events)).toEqual([["destructive-sql", "warning", "inform"]]);
    expect(ran("after")).toBe(true);
    expect(outcomesOf(events)[0]?.state).toBe("done");
  });
});
