import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDeck } from "../../src/bin/open-deck.ts";
import { markerName } from "../../src/drivers/agent.ts";
import { offlineModel } from "../../src/offline/model.ts";
import type { Port } from "../../src/host/port.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { acquireLock } from "../../src/store/lock.ts";
import { bearersOf, openTestDeck } from "../kit/deck.ts";

interface Place {
  workspace: string;
  home: string;
  run: string;
  folder: string;
}

/** A home with one closed run in it, in which no deck runs any more. */
async function leftHome(): Promise<Place> {
  await using kit = await openTestDeck({ keep: true });
  onTestFinished(() => rmSync(kit.folder, { recursive: true, force: true }));
  const { run, afterSeq } = await kit.startTasks(["Look."]);
  await kit.untilClosed(afterSeq);
  return { workspace: kit.workspace, home: kit.home, run, folder: kit.folder };
}

const around = (more: Record<string, string> = {}) => ({
  env: { PATH: process.env["PATH"], ...more },
  cwd: tmpdir(),
  homeDir: "/nonexistent",
  version: "0.0.0-test",
});

/** Asks as the command does where no deck runs; `use` is called when the answer is being made. */
async function ask(
  { workspace, home }: Place,
  question: string,
  use = (): void => undefined,
  env: Record<string, string> = {},
): Promise<DeckEvent> {
  const deck = await openDeck({ workspace, home, mode: "ask", offline: false }, around(env));
  let left: string[] = [];
  try {
    const asked = await deck.port.send({ type: "ask", question });
    for await (const event of deck.port.follow(asked.afterSeq)) {
      if (event.type === "watchdog.started") use();
      if (event.type === "watchdog.answered" || event.type === "watchdog.failed") {
        left = bearersOf(asked.ask);
        return event;
      }
    }
    throw new Error("it closed without an answer");
  } finally {
    await deck.close();
    expect(left).toEqual([]);
  }
}

const historyOf = async (port: Port): Promise<string[]> =>
  (await port.send({ type: "ask.history" })).asks.map(({ question, state }) => `${question} ${state}`);

describe("a deck that runs", () => {
  test("is asked from another process' side of its door, and shows there what an answer cites", async () => {
    await using kit = await openTestDeck({ answer: offlineModel() });
    const { run, afterSeq } = await kit.startTasks(["Look."]);
    await kit.untilClosed(afterSeq);
    const place = { workspace: kit.workspace, home: kit.home };
    const deck = await openDeck({ ...place, mode: "attach", offline: false }, around());
    const asked = await deck.port.send({ type: "ask", question: "what did it cost?" });
    expect(asked).toMatchObject({ run, ahead: 0 });
    let cited: number[] = [];
    for await (const event of deck.port.follow(asked.afterSeq)) {
      if (event.type !== "watchdog.answered") continue;
      cited = event.body.citations.map(({ seq }) => seq);
      break;
    }
    const [seq = 0] = cited;
    const { event } = await deck.port.send({ type: "event.show", run, seq });
    expect([event.seq, event.run]).toEqual([seq, run]);
    expect(await historyOf(deck.port)).toEqual(["what did it cost? answered"]);
    await expect(deck.port.send({ type: "ask.cancel", ask: asked.ask })).rejects.toMatchObject({
      code: "watchdog.no_such_ask",
    });
    await deck.close();
  });
});

describe("a home in which no deck runs", () => {
  test("is asked all the same, by the model that the run had, and keeps nobody from it meanwhile", async () => {
    const place = await leftHome();
    let isFree = false;
    const end = await ask(place, "what did it cost?", () => {
      acquireLock(place.home).release();
      isFree = true;
    });
    expect(end).toMatchObject({ type: "watchdog.answered", body: { wrong: 0 } });
    expect(end.type === "watchdog.answered" && end.body.answer).toContain("scripted offline model");
    expect(isFree).toBe(true);
    const lines = readFileSync(join(place.home, "runs", place.run, "events.ndjson"), "utf8")
      .trimEnd()
      .split("\n");
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ seq: end.seq, type: "watchdog.answered" });
  });

  test("is asked also while another process has its lock; the next deck knows question, answer and cost", async () => {
    const place = await leftHome();
    const lock = acquireLock(place.home);
    const end = await ask(place, "what happened?");
    lock.release();
    expect(end.type).toBe("watchdog.answered");
    await using later = await openTestDeck({ folder: place.folder, keep: true });
    expect(await historyOf(later.deck)).toEqual(["what happened? answered"]);
    const { view } = await later.deck.send({ type: "run.show", run: place.run });
    expect(view.watchdog.costUsd).toBeGreaterThan(0);
    expect(view.status).toBe("done");
  });

  test("is asked by two commands at once", async () => {
    const place = await leftHome();
    const ends = await Promise.all([ask(place, "what did it cost?"), ask(place, "what was denied?")]);
    expect(ends.map(({ type }) => type)).toEqual(["watchdog.answered", "watchdog.answered"]);
    const reading = await openDeck({ ...place, mode: "read", offline: false }, around());
    expect((await historyOf(reading.port)).toSorted()).toEqual([
      "what did it cost? answered",
      "what was denied? answered",
    ]);
    expect(await reading.port.send({ type: "ask.list" })).toEqual({ asks: [] });
    await reading.close();
  });

  test("keeps the secrets of the environment out of the record, also those that the netrunner writes into a question", async () => {
    const place = await leftHome();
    const secret = "zebra-meadow-7412-giraffe";
    await ask(place, `why does ${secret} not work?`, undefined, { MY_SERVICE_TOKEN: secret });
    const log = readFileSync(join(place.home, "runs", place.run, "events.ndjson"), "utf8");
    expect(log).toContain("watchdog.asked");
    expect(log).not.toContain(secret);
  });

  test("answers what it is asked, and takes no other command", async () => {
    const place = await leftHome();
    const deck = await openDeck({ ...place, mode: "ask", offline: true }, around());
    await expect(deck.port.send({ type: "stop", status: "stopped", reason: "", force: true })).rejects.toThrow(
      /needs a deck that may write/,
    );
    await expect(deck.port.send({ type: "event.show", run: place.run, seq: 99_999 })).rejects.toMatchObject({
      code: "event.unknown",
    });
    await expect(deck.port.send({ type: "ask", question: "why?", run: "../../etc" })).rejects.toMatchObject({
      code: "run.unknown",
    });
    await deck.close();
  });

  test("refuses a construct, which might spend the netrunner's money on questions", async () => {
    const place = await leftHome();
    const opening = openDeck({ ...place, mode: "ask", offline: true }, around({ [markerName]: "cx-0a1b2c3d" }));
    await expect(opening).rejects.toMatchObject({ code: "deck.from_construct" });
  });

  test("without a record has nothing to be asked about, and nothing is made there", async () => {
    const workspace = mkdtempSync(join(tmpdir(), "deck-test-"));
    onTestFinished(() => rmSync(workspace, { recursive: true, force: true }));
    const home = join(workspace, ".cyberdeck");
    mkdirSync(workspace, { recursive: true });
    const opening = openDeck({ workspace, home, mode: "ask", offline: true }, around());
    await expect(opening).rejects.toMatchObject({ code: "home.empty" });
    expect(() => readFileSync(home)).toThrow(/ENOENT/);
  });
});
