import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAuthor, propose } from "../../../src/offline/author.ts";
import { block, call, say, silent } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import { startOfflineApi } from "../../../src/offline/server.ts";
import { openStoreToRead } from "../../../src/store/event-log.ts";
import { bearersOf, doneWhenIdle, eventually, leftOf, of, openTestDeck, outcomesOf } from "../../kit/deck.ts";
import { noTouching as rule } from "../../kit/proposed-rule.ts";

const script = join(import.meta.dirname, "../../kit/deck-process.ts");

test("a deck that is killed while rules are written asks for them again, and starts nothing without them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "deck-test-"));
  using _folder = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
  let isMute = true;
  const api = await startOfflineApi({
    answer(request) {
      if (isAuthor(request)) return isMute ? silent() : propose([rule], request);
      if (isDaemon(request))
        return request.lastUserText.includes("GOAL:")
          ? block({ actions: [{ type: "spawn", task: "Touch the file." }], status: "waiting" })
          : doneWhenIdle("Tried.")(request);
      return request.toolResults.length === 0 ? call("Bash", { command: "touch was-here" }) : say("Tried.");
    },
  });
  await using _api = { [Symbol.asyncDispose]: () => api.close() };
  const child = spawn(process.execPath, [script, folder, api.url, "Look."], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  using _child = { [Symbol.dispose]: () => void child.kill("SIGKILL") };
  child.stdout.setEncoding("utf8");
  const [line]: unknown[] = await once(child.stdout, "data");
  const run = String(line).trim();
  const reader = openStoreToRead(join(folder, "workspace/.cyberdeck"));
  using _reader = { [Symbol.dispose]: () => reader.close() };
  const before = () => [...reader.eventsOf(run)];

  const author = await eventually(() => {
    const isQueued = of(before(), "construct.queued").length === 1;
    const id = of(before(), "author.started")[0]?.body.author;
    return isQueued && id !== undefined && bearersOf(id).length > 0 && id;
  }, "the author is at work, and a construct waits for it");
  child.kill("SIGKILL");
  await ended;
  expect(of(before(), "construct.started")).toEqual([]);
  expect(bearersOf(author).length).toBeGreaterThan(0);

  isMute = false;
  await using kit = await openTestDeck({ folder, api, keep: true });
  const resumed = await kit.resume(run, { settings: { hold_window_ms: 0 } });
  const events = await kit.untilClosed(resumed.afterSeq);
  expect(of(events, "tripwires.authored").map(({ body }) => body.rules.map(({ name }) => name))).toEqual([[rule.name]]);
  expect(outcomesOf(events)[0]?.tripwires).toMatchObject([{ name: rule.name, consequence: "hold" }]);
  expect(leftOf(before())).toEqual([]);
});
