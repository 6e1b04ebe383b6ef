import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { block, call, say } from "../../src/offline/reply.ts";
import { scripted } from "../../src/offline/script.ts";
import { bearersOf, doneWhenIdle, of, openTestDeck } from "../kit/deck.ts";

describe("a goal", () => {
  test("is split into ten constructs that work in parallel, and closed with a report", async () => {
    const tasks = Array.from({ length: 10 }, (_, index) => `Task number ${index}: say your number.`);
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [block({ actions: tasks.map((task) => ({ type: "spawn" as const, task })), status: "waiting" })],
        afterwards: doneWhenIdle("All ten have spoken."),
        constructs: tasks.map((task, index) => ({ task, steps: [say(`I am ${index}.`)] })),
      }),
    });
    const events = await kit.runGoal("Have ten constructs say their number.");
    const closed = of(events, "run.closed")[0];
    expect(closed?.body.status).toBe("done");
    expect(
      of(events, "construct.ended")
        .map((event) => event.body.outcome.result)
        .sort(),
    ).toEqual(tasks.map((_, index) => `I am ${index}.`).sort());
    const report = readFileSync(join(closed?.body.folder ?? "", "report.md"), "utf8");
    expect(report).toContain("All ten have spoken.");
    for (const event of of(events, "construct.started")) expect(bearersOf(event.body.construct)).toEqual([]);
    for (const event of of(events, "daemon.started")) expect(bearersOf(event.body.daemon)).toEqual([]);
  });

  test("hands a construct the results of those that it waited for", async () => {
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [
          block({
            actions: [
              { type: "spawn", task: "First: find the word." },
              { type: "spawn", task: "Second: use the word.", after: [1] },
            ],
            status: "waiting",
          }),
        ],
        afterwards: doneWhenIdle("Used."),
        constructs: [
          { task: /TASK:\nFirst/, steps: [say("The word is xylophone.")] },
          {
            task: /TASK:\nSecond/,
            steps: [(request) => say(request.firstUserText.includes("xylophone") ? "used" : "blind")],
          },
        ],
      }),
    });
    const events = await kit.runGoal("Use the word.");
    const ends = of(events, "construct.ended").map((event) => event.body.outcome);
    expect(ends.map((outcome) => outcome.result)).toEqual(["The word is xylophone.", "used"]);
  });

  test("records a file only when it is really on disk, with its size and hash", async () => {
    await using kit = await openTestDeck({
      answer: scripted({
        constructs: [
          {
            task: "write",
            steps: [
              (request) =>
                call("Write", { file_path: join(workspaceOf(request.firstUserText), "a.txt"), content: "abc" }),
              call("Write", { file_path: "/etc/cyberdeck-test", content: "no" }),
              say("Wrote both."),
            ],
          },
        ],
      }),
    });
    const events = await kit.runTasks(["write two files"]);
    const outcome = of(events, "construct.ended")[0]?.body.outcome;
    expect(outcome?.files).toEqual([
      {
        path: join(kit.workspace, "a.txt"),
        size: 3,
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      },
    ]);
    expect(outcome?.denials.map((denial) => denial.input)).toEqual(["/etc/cyberdeck-test"]);
    expect(existsSync("/etc/cyberdeck-test")).toBe(false);
  });
});

const workspaceOf = (text: string): string => /^WORKSPACE: (.*)$/m.exec(text)?.[1] ?? "";
