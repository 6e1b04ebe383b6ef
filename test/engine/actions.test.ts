import { describe, expect, test } from "vitest";
import { block, call, say, type Answerer } from "../../src/offline/reply.ts";
import { isDaemon, scripted } from "../../src/offline/script.ts";
import { heading } from "../../src/protocol/briefing.ts";
import { daemonRequests, doneWhenIdle, leftOf, of, openTestDeck, outcomesOf, requestsOf } from "../kit/deck.ts";

/** The id in the first outcome or refusal that a daemon was told of. */
const idIn = (text: string): string => /cx-[0-9a-f]{8}/.exec(text)?.[0] ?? "";

describe("the daemon's actions on constructs", () => {
  test("a message reaches a running construct at its next turn boundary, and what it answers counts", async () => {
    const answer: Answerer = (request) => {
      if (!isDaemon(request)) {
        if (request.firstUserText.includes("Quick")) return say("quick");
        if (request.toolResults.length === 0) return call("Bash", { command: "sleep 3; echo slept" });
        return say(request.lastUserText.includes("blue") ? "It is blue." : "It is grey.");
      }
      const { lastUserText } = request;
      if (lastUserText.includes(heading.goal))
        return block({
          actions: ["Slow one.", "Quick one."].map((task) => ({ type: "spawn", task })),
          status: "waiting",
        });
      if (lastUserText.includes("1 more in flight"))
        return block({ actions: [{ type: "message", construct: slow(), text: "Make it blue." }], status: "waiting" });
      return doneWhenIdle("Coloured.")(request);
    };
    await using kit = await openTestDeck({ answer });
    const opened = await kit.startGoal("Colour it.");
    let slowId = "";
    function slow(): string {
      return slowId;
    }
    const events = await kit.eventsUntil(opened.afterSeq, (event) => {
      if (event.type === "construct.queued" && event.body.task === "Slow one.") slowId = event.body.construct;
      return event.type === "run.closed";
    });
    expect(of(events, "construct.told").map(({ body }) => [body.construct, body.text])).toEqual([
      [slowId, "Make it blue."],
    ]);
    expect(outcomesOf(events).map((outcome) => outcome.result)).toEqual(["quick", "It is blue."]);
  });

  test("a cancel ends a running construct and a queued one, which never starts, and both are told", async () => {
    const ids = new Map<string, string>();
    await using kit = await openTestDeck({
      settings: { max_concurrent: 2 },
      answer(request) {
        if (!isDaemon(request))
          return request.firstUserText.includes("Quick")
            ? say("quick")
            : call("Bash", { command: "touch started; sleep 300 & wait" });
        const { lastUserText } = request;
        if (lastUserText.includes(heading.goal))
          return block({
            actions: [
              { type: "spawn", task: "Running one." },
              { type: "spawn", task: "Quick one." },
              { type: "spawn", task: "Queued one.", after: [1] },
            ],
            status: "waiting",
          });
        if (lastUserText.includes("2 more in flight"))
          return block({
            actions: ["Queued one.", "Running one."].map((task) => ({
              type: "cancel",
              construct: ids.get(task) ?? "",
              reason: "not needed",
            })),
            status: "waiting",
          });
        return doneWhenIdle("Cancelled.")(request);
      },
    });
    const opened = await kit.startGoal("Cancel two.");
    const events = await kit.eventsUntil(opened.afterSeq, (event) => {
      if (event.type === "construct.queued") ids.set(event.body.task, event.body.construct);
      return event.type === "run.closed";
    });
    const ends = outcomesOf(events).map(({ task, state, cause, exit }) => [
      task,
      state,
      cause,
      exit === "never started",
    ]);
    expect(ends).toEqual([
      ["Quick one.", "done", "result", false],
      ["Queued one.", "killed", "daemon", true],
      ["Running one.", "killed", "daemon", false],
    ]);
    expect(of(events, "run.closed")[0]?.body.status).toBe("done");
    expect(leftOf(events)).toEqual([]);
  });

  test("a read gives the part that was asked for, whole, and each that is not there is reported back", async () => {
    const long = Array.from({ length: 1200 }, (_, line) => `line ${line} é`).join("\n");
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [
          block({ actions: [{ type: "spawn", task: "Be long." }], status: "waiting" }),
          ({ lastUserText }) =>
            block({
              actions: [2, 9].map((part) => ({ type: "read", construct: idIn(lastUserText), part })),
              status: "working",
            }),
        ],
        afterwards: block({ status: "done", chat: "Read." }),
        constructs: [{ task: "Be long", steps: [say(long)] }],
      }),
    });
    const events = await kit.runGoal("Read it all.");
    const id = of(events, "construct.queued")[0]?.body.construct ?? "";
    const [, told, read] = daemonRequests(kit.api).map((request) => request.lastUserText);
    expect(told).toContain(`"type":"read","construct":"${id}"`);
    const text = new RegExp(`${heading.read} ${id} part 2 of 2:\n([\\s\\S]*?)\n\n${heading.now}`).exec(read ?? "")?.[1];
    expect(text).not.toBeUndefined();
    expect(long.endsWith(text ?? "?")).toBe(true);
    expect(Buffer.byteLength(long) - Buffer.byteLength(text ?? "")).toBeLessThanOrEqual(8192);
    expect(read).toContain("has no part 9, only 2");
  });

  test("an action on a construct that there is not is reported back, each with its reason", async () => {
    const stranger = "cx-00000000";
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [
          block({
            actions: [
              { type: "message", construct: stranger, text: "hello?" },
              { type: "cancel", construct: stranger, reason: "why not" },
              { type: "read", construct: stranger, part: 1 },
              { type: "message", construct: "constructor", text: "not an object's own" },
            ],
            status: "working",
          }),
        ],
        afterwards: block({ status: "done", chat: "Nobody there." }),
      }),
    });
    const events = await kit.runGoal("Talk to a stranger.");
    const problems = of(events, "daemon.action_rejected").map((event) => event.body.problem);
    expect(problems.length).toBe(4);
    const told = requestsOf(kit.api).at(-1)?.lastUserText;
    for (const problem of problems) expect(told).toContain(problem);
  });

  test("done, said while constructs are at work, counts only after their outcomes were told", async () => {
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [block({ actions: [{ type: "spawn", task: "Work on." }], status: "done", chat: "Too early." })],
        afterwards: block({ status: "done", chat: "Now it is." }),
        constructs: [{ task: "Work on", steps: [say("I found 7.")] }],
      }),
    });
    const events = await kit.runGoal("Be hasty.");
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "Now it is." });
    expect(daemonRequests(kit.api).at(-1)?.lastUserText).toContain("I found 7.");
  });
});
