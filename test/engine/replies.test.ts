import { describe, expect, test } from "vitest";
import { block, call, say, type Reply } from "../../src/offline/reply.ts";
import { scripted } from "../../src/offline/script.ts";
import { heading } from "../../src/protocol/briefing.ts";
import type { ActionBlock } from "../../src/protocol/action.ts";
import {
  agentsOf,
  daemonRequests,
  doneWhenIdle,
  leftOf,
  of,
  openTestDeck,
  outcomesOf,
  requestsOf,
} from "../kit/deck.ts";

const textOf = (reply: Reply): string => reply.content.map((part) => (part.type === "text" ? part.text : "")).join("");

describe("the daemon's reply", () => {
  test("as a fenced block costs one model request a turn, and prose around it is fine", async () => {
    const around = (parts: Partial<ActionBlock>): Reply =>
      say(`Let me think {about} it.\n\n${textOf(block(parts))}\n\nThat is all, {"really": true}.`);
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [around({ actions: [{ type: "spawn", task: "Work." }], status: "waiting" })],
        afterwards: (request) =>
          request.lastUserText.includes("Nothing else is in flight")
            ? around({ status: "done", chat: "Worked." })
            : around({ status: "waiting" }),
      }),
    });
    const events = await kit.runGoal("Have it worked.");
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "Worked." });
    expect(daemonRequests(kit.api).length).toBe(of(events, "daemon.turn_started").length);
    expect(of(events, "daemon.turn_ended").every((event) => event.body.valid)).toBe(true);
  });

  test("may come through the reply schema, which is the one tool call of the daemon that passes its gate", async () => {
    const structured = (parts: Partial<ActionBlock>): Reply =>
      call("StructuredOutput", { thinking: "t", chat: null, actions: [], status: "working", ...parts });
    await using kit = await openTestDeck({
      settings: { structured_reply: true },
      answer(request) {
        if (!request.tools.includes("StructuredOutput")) return say("I am a construct.");
        return request.lastUserText.includes("Nothing else is in flight")
          ? structured({ status: "done", chat: "All handed in." })
          : structured({ actions: [{ type: "spawn", task: "Work." }], status: "waiting" });
      },
    });
    const events = await kit.runGoal("Use the schema.");
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "All handed in." });
    expect(outcomesOf(events).map((outcome) => outcome.result)).toEqual(["I am a construct."]);
    expect(of(events, "daemon.raw")).toEqual([]);
  });

  test("without the schema setting, a daemon that calls a tool is denied", async () => {
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [call("Bash", { command: "touch /tmp/cyberdeck-daemon-was-here" })],
        afterwards: block({ status: "done", chat: "I have no tools." }),
      }),
    });
    const events = await kit.runGoal("Try a tool.");
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "I have no tools." });
    expect(daemonRequests(kit.api).at(-1)?.toolResults).toMatchObject([{ failed: true }]);
  });

  test("that holds no valid block is sent back with what was wrong, and then counts", async () => {
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [
          say('```json\n{"status": "perhaps", "actions": []}\n```'),
          say("I would rather talk."),
          block({ actions: [{ type: "spawn", task: "Work." }], status: "waiting" }),
        ],
        afterwards: doneWhenIdle("Better."),
      }),
    });
    const events = await kit.runGoal("Be careful.");
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "Better." });
    const [, second, third] = daemonRequests(kit.api).map((request) => request.lastUserText);
    expect(second).toMatch(new RegExp(`^${heading.repair}\nstatus: .*"working"`));
    expect(third).toContain("no JSON block found");
    expect(of(events, "daemon.raw").map((event) => event.body.text)).toEqual([
      expect.stringContaining("perhaps"),
      "I would rather talk.",
    ]);
  });

  test("that is never valid pauses the run after two repairs, and nothing is left alive", async () => {
    await using kit = await openTestDeck({ answer: () => say("No.") });
    const events = await kit.runGoal("Be stubborn.");
    expect(of(events, "run.paused")[0]?.body.rule).toBe("daemon.no_block");
    expect(of(events, "run.closed")[0]?.body.status).toBe("paused");
    expect(daemonRequests(kit.api).length).toBe(3);
    expect(of(events, "daemon.ended").map((event) => event.body.proven)).toEqual([true]);
    expect(leftOf(events)).toEqual([]);
  });

  test("that is never valid does not cost the constructs their work: they end first, then the run pauses", async () => {
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [
          block({
            actions: [
              { type: "spawn", task: "Slow." },
              { type: "read", construct: "cx-00000000", part: 1 },
            ],
            status: "waiting",
          }),
        ],
        afterwards: say("No."),
        constructs: [{ task: "Slow", steps: [call("Bash", { command: "sleep 1; echo slow" }), say("Slow but done.")] }],
      }),
    });
    const events = await kit.runGoal("Be stubborn.");
    expect(outcomesOf(events).map(({ state, result }) => [state, result])).toEqual([["done", "Slow but done."]]);
    expect(of(events, "run.closed")[0]?.body.status).toBe("paused");
  });

  test("with unknown actions and bad fields has these reported item by item, and the valid rest carried out", async () => {
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [
          say(
            `\`\`\`json\n${JSON.stringify({
              status: "waiting",
              actions: [
                { type: "teleport", to: "Mars" },
                { type: "spawn", task: "Good." },
                { type: "spawn", task: "Bad.", effort: "heroic" },
                { type: "cancel", construct: "cx-1" },
              ],
            })}\n\`\`\``,
          ),
        ],
        afterwards: doneWhenIdle("One was good."),
      }),
    });
    const events = await kit.runGoal("Mix.");
    expect(outcomesOf(events).map((outcome) => outcome.task)).toEqual(["Good."]);
    expect(of(events, "daemon.action_rejected").map((event) => event.body.position)).toEqual([1, 3, 4]);
    const told = daemonRequests(kit.api)[1]?.lastUserText;
    expect(told).toContain(heading.actionProblems);
    for (const part of ["action 1 ", "teleport", "action 3 ", "heroic", "action 4 ", "reason"])
      expect(told).toContain(part);
  });

  test("that goes in circles pauses the run instead of costing for ever", async () => {
    await using kit = await openTestDeck({
      answer: () => block({ actions: [{ type: "cancel", construct: "cx-00000000", reason: "why not" }] }),
    });
    const events = await kit.runGoal("Turn around.");
    expect(of(events, "run.paused")[0]?.body.rule).toBe("daemon.circles");
    expect(requestsOf(kit.api).length).toBe(41);
    expect(agentsOf(events).length).toBe(1);
  });
});
