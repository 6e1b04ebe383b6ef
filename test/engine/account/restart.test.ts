import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isAuthor, propose } from "../../../src/offline/author.ts";
import { block, call, failing, say, usedUp } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import { startOfflineApi } from "../../../src/offline/server.ts";
import { doneWhenIdle, eventually, leftOf, of, openTestDeck, outcomesOf, requestsOf } from "../../kit/deck.ts";
import { shortTimes } from "./times.ts";

/** A provider whose limit is reached until then; its constructs append to a file, and then say so. */
async function provider(resetsAt: () => number) {
  const api = await startOfflineApi({
    answer(request) {
      const hasWorked = request.messages.some((message) => message.results.length > 0);
      if (!hasWorked) return call("Bash", { command: "echo done >> work.txt" });
      return Date.now() < resetsAt() ? usedUp(resetsAt()) : say(`Said after ${request.lastUserText.slice(0, 60)}`);
    },
  });
  return Object.assign(api, { [Symbol.asyncDispose]: () => api.close() });
}

const how = { login: "subscription", accountTimes: shortTimes, settings: { max_concurrent: 2 } } as const;

/** Two constructs are parked at the limit, a third is queued; then the run is stopped for later. */
async function leaveParked(api: Awaited<ReturnType<typeof provider>>): Promise<{ folder: string; run: string }> {
  await using kit = await openTestDeck({ ...how, api, keep: true });
  const { deck, settings, folder } = kit;
  const opened = await deck.send({ type: "spawn", tasks: ["A.", "B.", "C."], settings, command_line: [] });
  let parked = 0;
  await kit.eventsUntil(opened.afterSeq, ({ type }) => {
    parked += type === "construct.parked" ? 1 : 0;
    return parked === 2;
  });
  await deck.send({ type: "stop", status: "paused", reason: "later", force: false });
  const events = await kit.untilClosed(opened.afterSeq);
  expect(of(events, "construct.suspended").length).toBe(2);
  expect(leftOf(events)).toEqual([]);
  return { folder, run: opened.run };
}

describe("a deck that opens a home in which a usage limit was reached", () => {
  test("waits until that is over, and then goes on in the sessions, one first", async () => {
    let resetsAt = Date.now() + 3_600_000;
    await using api = await provider(() => resetsAt);
    const { folder, run } = await leaveParked(api);
    const before = requestsOf(api).length;
    await using kit = await openTestDeck({ ...how, api, folder });
    const { hold } = await kit.deck.send({ type: "account.status" });
    expect(hold).toMatchObject({ kind: "usage_limit", resets_at: Math.ceil(resetsAt / 1000) * 1000 });
    const resumed = await kit.resume(run);
    const held = await kit.eventsUntil(resumed.afterSeq, ({ type }) => type === "account.held");
    expect(of(held, "construct.started")).toEqual([]);
    expect((await kit.deck.snapshot())?.account?.since).toBe(hold?.since);
    expect(requestsOf(api).length).toBe(before);
    // The netrunner has bought more.
    resetsAt = 0;
    await kit.deck.send({ type: "account.release" });
    const events = await kit.untilClosed(resumed.afterSeq);
    expect(
      outcomesOf(events)
        .map(({ state, task }) => `${state} ${task}`)
        .sort(),
    ).toEqual(["done A.", "done B.", "done C."]);
    const said = outcomesOf(events).map(({ task, result }) => `${task} ${result.includes("The deck had stopped")}`);
    expect(said.sort()).toEqual(["A. true", "B. true", "C. false"]);
    // Of the two, each had worked before: only the third works now.
    expect(of(events, "construct.tool_called").length).toBe(1);
  });

  test("has one try at once where the time has passed meanwhile, and the others follow", async () => {
    let resetsAt = Date.now() + 3_600_000;
    await using api = await provider(() => resetsAt);
    const { folder, run } = await leaveParked(api);
    resetsAt = 0;
    const { openStore } = await import("../../../src/store/event-log.ts");
    {
      // As if an hour had passed: the last hold on the record is one of the past.
      await using kit = await openTestDeck({ ...how, api, folder, keep: true });
      const { hold } = await kit.deck.send({ type: "account.status" });
      if (hold === null) throw new Error("nothing is held");
      await kit.deck.close();
      const store = openStore(kit.home);
      const past = { ...hold, resets_at: Date.now() - 60_000, retry_at: Date.now() - 60_000 };
      store.append([{ type: "account.held", run, source: "engine", body: past }], { synced: true });
      store.close();
    }
    await using kit = await openTestDeck({ ...how, api, folder });
    const resumed = await kit.resume(run);
    const events = await kit.untilClosed(resumed.afterSeq);
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(["done", "done", "done"]);
    expect(of(events, "account.released").map(({ body }) => body.how)).toEqual(["tried"]);
    // The second begins only after the first has worked.
    const released = of(events, "account.released")[0]?.seq ?? 0;
    expect(of(events, "construct.started").filter(({ seq }) => seq < released).length).toBe(1);
  });
});

test("a deck that is killed while a construct is parked loses nothing of it: it goes on in its session", async () => {
  const folder = mkdtempSync(join(tmpdir(), "deck-test-"));
  using _folder = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
  let isLoggedIn = false;
  const api = await startOfflineApi({
    answer(request) {
      if (isDaemon(request))
        return request.lastUserText.includes("GOAL:")
          ? block({ actions: [{ type: "spawn", task: "Work." }], status: "waiting" })
          : doneWhenIdle("Done.")(request);
      if (isAuthor(request)) return propose([], request);
      return isLoggedIn ? say(`Said after: ${request.lastUserText}`) : failing(401);
    },
  });
  await using _api = { [Symbol.asyncDispose]: () => api.close() };
  const script = join(import.meta.dirname, "../../kit/deck-process.ts");
  const child = spawn(process.execPath, [script, folder, api.url, "Go."], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  using _child = { [Symbol.dispose]: () => void child.kill("SIGKILL") };
  child.stdout.setEncoding("utf8");
  const [line]: unknown[] = await once(child.stdout, "data");
  const run = String(line).trim();
  const { openStoreToRead } = await import("../../../src/store/event-log.ts");
  const reader = openStoreToRead(join(folder, "workspace/.cyberdeck"));
  using _reader = { [Symbol.dispose]: () => reader.close() };
  await eventually(() => of([...reader.eventsOf(run)], "construct.parked").length === 1, "the construct is parked");
  child.kill("SIGKILL");
  await ended;
  isLoggedIn = true;
  await using kit = await openTestDeck({ folder, api, accountTimes: shortTimes, keep: true });
  const resumed = await kit.resume(run);
  const events = await kit.untilClosed(resumed.afterSeq);
  expect(outcomesOf(events)).toMatchObject([{ state: "done", result: expect.stringContaining("The deck died") }]);
  expect(of(events, "account.released").map(({ body }) => body.how)).toEqual(["tried"]);
  expect(leftOf(events)).toEqual([]);
});
