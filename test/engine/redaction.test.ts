import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openWritingDeck } from "../../src/host/deck.ts";
import { block, call, say, type Answerer } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import { daemonRequests, doneWhenIdle, of, openTestDeck, outcomesOf, requestsOf, type TestDeck } from "../kit/deck.ts";

const token = `ghp_${"aB3d".repeat(9)}`;
const value = "correct-horse-9";

/** Every file of a home, whatever it is. */
const everythingIn = (home: string): string =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");

const open: typeof openWritingDeck = (options, provide) => openWritingDeck({ ...options, secrets: [value] }, provide);

/** Echoes what it was told, through a tool and in its result. */
const worker: Answerer = (request) =>
  request.messages.some((message) => message.results.length > 0)
    ? say(`It said ${token} and ${value}.`)
    : call("Bash", { command: `echo ${token} ${value}` });

describe("secrets in a goal, a task, a tool call and a result", () => {
  test("reach who needs them, and are in no file of the home", async () => {
    await using kit = await openTestDeck({
      open,
      answer: (request, ...rest) => {
        if (!isDaemon(request)) return worker(request, ...rest);
        if (request.lastUserText.includes("GOAL:"))
          return block({ status: "waiting", actions: [{ type: "spawn", task: `Use ${token} and ${value}.` }] });
        return doneWhenIdle(`Done with ${token}.`)(request, ...rest);
      },
    });
    const events = await kit.runGoal(`Deploy with ${token}, password ${value}.`);
    const [outcome] = outcomesOf(events);
    expect(outcome).toMatchObject({
      state: "done",
      task: "Use [redacted: github token] and [redacted: secret of the environment].",
      result: "It said [redacted: github token] and [redacted: secret of the environment].",
    });
    expect(JSON.stringify(await kit.deck.snapshot())).not.toContain(token);
    const [first, ...later] = daemonRequests(kit.api);
    expect(first?.lastUserText).toContain(`Deploy with ${token}, password ${value}.`);
    expect(later.at(-1)?.lastUserText).toContain(`It said ${token} and ${value}.`);
    const told = requestsOf(kit.api).filter((request) => !isDaemon(request));
    expect(told[0]?.lastUserText).toContain(`Use ${token} and ${value}.`);
    const kept = everythingIn(kit.home);
    expect(kept).toContain("[redacted: github token]");
    expect(kept).not.toContain(token);
    expect(kept).not.toContain(value);
  });
});

describe("a run that is resumed", () => {
  /** One construct works and is stopped, another one waits behind it; the deck ends. */
  async function leave(task: string): Promise<{ folder: string; run: string }> {
    await using kit = await openTestDeck({
      settings: { max_concurrent: 1 },
      answer: () => call("Bash", { command: "sleep 300 & wait" }),
      keep: true,
    });
    onTestFinished(() => rmSync(kit.folder, { recursive: true, force: true }));
    const opened = await kit.startTasks(["Wait.", task]);
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.tool_called");
    await kit.deck.send({ type: "stop", status: "paused", reason: "later", force: false });
    await kit.untilClosed(opened.afterSeq);
    return { folder: kit.folder, run: opened.run };
  }

  const finish = async (kit: TestDeck, run: string) => {
    const resumed = await kit.resume(run);
    return kit.untilClosed(resumed.afterSeq);
  };

  test("does not start a task whose secret is not on record, and says so", async () => {
    const { folder, run } = await leave(`Push with ${token}.`);
    await using kit = await openTestDeck({ folder });
    const events = await finish(kit, run);
    const ended = outcomesOf(events).find(({ task }) => task.startsWith("Push"));
    expect(ended).toMatchObject({ state: "failed", cause: "spawn:redacted" });
    const [warning] = of(events, "deck.warned").filter(({ body }) => body.code === "redacted.task");
    expect(warning?.body.message).toContain("a secret (github token), which is not kept on record");
    expect(requestsOf(kit.api).some(({ lastUserText }) => lastUserText.includes("Push with"))).toBe(false);
  });

  test("starts the others", async () => {
    const { folder, run } = await leave("Push without a token.");
    await using kit = await openTestDeck({ folder });
    const events = await finish(kit, run);
    expect(outcomesOf(events).find(({ task }) => task.startsWith("Push"))?.state).toBe("done");
    expect(of(events, "deck.warned").filter(({ body }) => body.code.startsWith("redacted."))).toEqual([]);
  });

  test("says that the goal and what the daemon has not read yet lack their secrets", async () => {
    let folder: string;
    let run: string;
    {
      await using kit = await openTestDeck({
        answer: (request) => (isDaemon(request) ? block({ status: "waiting", chat: "What now?" }) : say("Done.")),
        keep: true,
      });
      folder = kit.folder;
      onTestFinished(() => rmSync(kit.folder, { recursive: true, force: true }));
      const opened = await kit.startGoal(`Deploy with ${token}.`);
      run = opened.run;
      await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "run.waiting");
      await kit.deck.send({ type: "stop", status: "waiting", reason: "later", force: false });
      await kit.untilClosed(opened.afterSeq);
    }
    await using kit = await openTestDeck({ folder, answer: doneWhenIdle("Done.") });
    const resumed = await kit.resume(run, { say: `It is ${token}.` });
    const events = await kit.untilClosed(resumed.afterSeq);
    const codes = of(events, "deck.warned").map(({ body }) => body.code);
    // What is said at the resume itself is still in memory, and reaches the daemon whole.
    expect(codes.filter((code) => code.startsWith("redacted."))).toEqual(["redacted.goal"]);
    expect(daemonRequests(kit.api)[0]?.lastUserText).toContain(`It is ${token}.`);
  });
});
