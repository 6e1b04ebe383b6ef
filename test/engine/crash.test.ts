import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { block, call, say } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import { startOfflineApi, type OfflineApi } from "../../src/offline/server.ts";
import {
  bearersOf,
  daemonRequests,
  doneWhenIdle,
  eventually,
  leftOf,
  of,
  openTestDeck,
  outcomesOf,
} from "../kit/deck.ts";

const script = join(import.meta.dirname, "../kit/deck-process.ts");

test("a deck that is killed in the middle of a run loses no outcome and doubles none when the run goes on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "deck-test-"));
  using _folder = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
  await using api = disposable(
    await startOfflineApi({
      answer(request) {
        if (isDaemon(request))
          return request.lastUserText.includes("GOAL:")
            ? block({
                actions: ["Quick.", "Long a.", "Long b.", "Later."].map((task) => ({ type: "spawn", task })),
                status: "waiting",
              })
            : doneWhenIdle("What was left is done.")(request);
        if (!request.firstUserText.includes("Long "))
          return say(`Done: ${/(Quick|Later)/.exec(request.firstUserText)?.[1]}`);
        if (request.lastUserText.includes("The deck died")) return say(`Went on: ${request.lastUserText}`);
        return call("Bash", { command: "touch started; sleep 300 & setsid sleep 301 & wait" });
      },
    }),
  );
  const child = spawn(process.execPath, [script, folder, api.url, "Survive."], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  using _child = { [Symbol.dispose]: () => void child.kill("SIGKILL") };
  child.stdout.setEncoding("utf8");
  const [line]: unknown[] = await once(child.stdout, "data");
  const run = String(line).trim();

  // Killed with one construct ended, two in the middle of a command that has children, and one in the queue.
  await using reading = await import("../../src/store/event-log.ts").then(({ openStoreToRead }) => {
    const reader = openStoreToRead(join(folder, "workspace/.cyberdeck"));
    return { reader, [Symbol.asyncDispose]: () => Promise.resolve(reader.close()) };
  });
  const before = () => [...reading.reader.eventsOf(run)];
  const isAtWork = (id: string): boolean => bearersOf(id).some((process) => process.includes("sleep 301"));
  const long = await eventually(() => {
    const queued = of(before(), "construct.queued").filter(({ body }) => body.task.startsWith("Long "));
    const ids = queued.map(({ body }) => body.construct);
    return ids.length === 2 && ids.every(isAtWork) && ids;
  }, "the quick one has ended and the long ones are at work");
  child.kill("SIGKILL");
  await ended;
  for (const id of long) expect(bearersOf(id).length).toBeGreaterThan(0);
  const outcomesBefore = outcomesOf(before());

  await using kit = await openTestDeck({ folder, api, keep: true });
  const resumed = await kit.resume(run);
  const events = await kit.untilClosed(resumed.afterSeq);
  // First what was left behind was ended, and that is on the record; then anything of it went on.
  const [strays] = of(events, "strays.ended");
  expect(strays?.body.proven).toBe(true);
  for (const id of long) expect(strays?.body.agents).toContain(id);
  for (const { seq } of of(events, "construct.started")) expect(seq).toBeGreaterThan(strays?.seq ?? 0);
  const all = [...outcomesBefore, ...outcomesOf(events)];
  expect(all.map(({ task, state, cause }) => `${task} ${state} ${cause}`).sort()).toEqual([
    "Later. done result",
    "Long a. done result",
    "Long b. done result",
    "Quick. done result",
  ]);
  expect(new Set(all.map(({ id }) => id)).size).toBe(4);
  expect(all.find(({ task }) => task === "Long a.")).toMatchObject({
    session_id: of(before(), "construct.ready").find(({ body }) => body.construct === long[0])?.body.session_id,
    started_at: of(before(), "construct.started").find(({ body }) => body.construct === long[0])?.at,
    result: expect.stringContaining("Bash: touch started; sleep 300"),
  });
  expect(leftOf([...before()])).toEqual([]);
  expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "What was left is done." });
  // Each outcome was told in at least one turn that counted, and in no two.
  const turns = of(before(), "daemon.turn_started").map((event) => event.body);
  const valid = new Set(of(before(), "daemon.turn_ended").flatMap(({ body }) => (body.valid ? [body.turn] : [])));
  const told = turns.filter(({ turn }) => valid.has(turn)).flatMap(({ inputs }) => inputs);
  expect(new Set(told).size).toBe(told.length);
  for (const event of of(before(), "construct.ended")) expect(told).toContain(event.seq);
  expect(daemonRequests(api).some(({ lastUserText }) => lastUserText.includes("(crash)"))).toBe(false);
});

const disposable = (api: OfflineApi): OfflineApi & AsyncDisposable => ({
  ...api,
  requests: api.requests,
  [Symbol.asyncDispose]: () => api.close(),
});
