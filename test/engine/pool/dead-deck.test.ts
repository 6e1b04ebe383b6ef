import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { block, call, say } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import { startOfflineApi } from "../../../src/offline/server.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { foldRunEvents } from "../../../src/protocol/snapshot.ts";
import { openStoreToRead } from "../../../src/store/event-log.ts";
import { bearersOf, doneWhenIdle, eventually, of, openTestDeck, outcomesOf } from "../../kit/deck.ts";
import { remainsOf } from "../../survivors/remains.ts";

const script = join(import.meta.dirname, "../../kit/deck-process.ts");

/** A deck with a pool of two, killed when a construct works with one of the spares. */
async function killedAtWork(guard: "guarded" | "alone") {
  const folder = mkdtempSync(join(tmpdir(), "deck-pool-"));
  let isWarm = false;
  const warm = Promise.withResolvers<void>();
  const api = await startOfflineApi({
    async answer(request) {
      if (!isDaemon(request))
        return request.toolResults.length === 0 && !request.lastUserText.includes("The deck died")
          ? call("Bash", { command: "touch started; sleep 300 & setsid sleep 301 & wait" })
          : say("Done.");
      await warm.promise;
      return request.lastUserText.includes("GOAL:")
        ? block({ actions: [{ type: "spawn", task: "Work for long." }], status: "waiting" })
        : doneWhenIdle("Nothing is left to do.")(request);
    },
  });
  const child = spawn(process.execPath, [script, folder, api.url, "Survive.", "off", "2", guard], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  child.stdout.setEncoding("utf8");
  const [line]: unknown[] = await once(child.stdout, "data");
  const run = String(line).trim();
  const events = (): DeckEvent[] => {
    const reader = openStoreToRead(join(folder, "workspace/.cyberdeck"));
    try {
      return [...reader.eventsOf(run)];
    } finally {
      reader.close();
    }
  };
  await eventually(() => {
    isWarm ||= of(events(), "pool.ready").length === 2;
    if (isWarm) warm.resolve();
    const [hit] = of(events(), "pool.hit");
    return hit !== undefined && bearersOf(hit.body.spare).some((process_) => process_.includes("sleep 301"));
  }, "a construct works with a spare");
  child.kill("SIGKILL");
  await ended;
  return {
    folder,
    run,
    api,
    before: events(),
    async [Symbol.asyncDispose]() {
      // Only a test that has failed leaves some: all of them are in a folder that is this test's alone.
      for (const process_ of remainsOf(folder)) process.kill(Number.parseInt(process_, 10), "SIGKILL");
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const sparesOf = (events: readonly DeckEvent[]): string[] => of(events, "pool.started").map(({ body }) => body.spare);

describe("when a deck with a warm pool is killed", () => {
  test("its guardian ends the spares, and what constructs have started from them", async () => {
    await using dead = await killedAtWork("guarded");
    expect(sparesOf(dead.before).length).toBeGreaterThanOrEqual(2);
    await eventually(() => sparesOf(dead.before).flatMap(bearersOf).length === 0, "no spare is left");
  });

  test("the next deck finds what is left by the mark of the spare, ends it, and the construct goes on in its session", async () => {
    await using dead = await killedAtWork("alone");
    const [hit] = of(dead.before, "pool.hit");
    expect(bearersOf(hit?.body.spare ?? "").length).toBeGreaterThan(0);
    await using kit = await openTestDeck({ folder: dead.folder, keep: true, api: dead.api });
    const opened = await kit.resume(dead.run, { settings: { pool: 0 } });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(sparesOf(dead.before).flatMap(bearersOf)).toEqual([]);
    expect(outcomesOf(events)).toMatchObject([{ id: hit?.body.construct, state: "done", cause: "result" }]);
    expect(foldRunEvents([...dead.before, ...events])?.pool.spares).toEqual({});
    const ended = of([...dead.before, ...events], "pool.ended").map(({ body }) => body.spare);
    expect(new Set([...ended, hit?.body.spare])).toEqual(new Set(sparesOf(dead.before)));
  });
});
