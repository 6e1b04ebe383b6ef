import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { block, call, reply, say, useTool, type Answerer } from "../../src/offline/reply.ts";
import { scripted } from "../../src/offline/script.ts";
import { heading, outcomeBytes } from "../../src/protocol/briefing.ts";
import { doneWhenIdle, of, openTestDeck } from "../kit/deck.ts";
import { checkAftermath, openCabinetDeck, outcomesOf } from "../survivors/cabinet-deck.ts";
import { remainsOf } from "../survivors/remains.ts";

const long = "x".repeat(200_000);

describe("T1: a line of more than 64 KiB", () => {
  test("T1: a line of more than 64 KiB does not end a construct", async () => {
    await using kit = await openTestDeck({
      answer: scripted({
        constructs: [{ task: "long", steps: [writeInRunFolder("long.txt", long), say(long)] }],
      }),
    });
    const events = await kit.runTasks(["Write and say something long."]);
    const [outcome] = outcomesOf(events);
    expect(outcome).toMatchObject({ state: "done", cause: "result", exit: "code 0", result: long });
    expect(statSync(outcome?.files[0]?.path ?? "").size).toBe(long.length);
    const lines = readFileSync(outcome?.transcript ?? "", "utf8").split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(2 * 65_536);
  });

  test("T1: a line of more than 64 KiB does not end the daemon", async () => {
    await using kit = await openTestDeck({
      answer: scripted({ daemon: [block({ thinking: long, chat: "Thought it over.", status: "done" })] }),
    });
    const events = await kit.runGoal("Think long.");
    expect(of(events, "daemon.error")).toEqual([]);
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "Thought it over." });
  });
});

describe("T3: the end of a construct is its result", () => {
  test("T3: a grandchild that holds stdout does not keep a finished construct running, nor its slot", async () => {
    await using kit = await openCabinetDeck((path) => ({
      claudeBin: path("result-without-eof"),
      settings: { max_concurrent: 1 },
    }));
    const events = await kit.runTasks(["one", "two"]);
    expect(outcomesOf(events).map((outcome) => outcome.cause)).toEqual(["result", "result"]);
    await checkAftermath(kit, events);
  });

  test("T3: a background job of the real agent's shell ends with the construct", async () => {
    await using kit = await openTestDeck({
      files: { "serve.mjs": "setInterval(() => undefined, 60_000);" },
      answer: scripted({
        constructs: [
          { task: "serve", steps: [call("Bash", { command: "node serve.mjs & echo up" }), say("It runs.")] },
        ],
      }),
    });
    const events = await kit.runTasks(["serve something"]);
    expect(of(events, "construct.tool_returned")[0]?.body).toMatchObject({ failed: false, text: "up" });
    expect(outcomesOf(events)).toMatchObject([{ state: "done", result: "It runs." }]);
    expect(remainsOf(kit.folder)).toEqual([]);
  });
});

describe("what the daemon is told of files", () => {
  test("T7: a denied write is not reported to the daemon as written", async () => {
    const told: string[] = [];
    let denied = "";
    await using kit = await openTestDeck({
      answer: listening(
        told,
        scripted({
          daemon: [block({ actions: [{ type: "spawn", task: "write two" }], status: "waiting" })],
          afterwards: doneWhenIdle("Seen."),
          constructs: [
            {
              task: "write two",
              steps: [
                (request) =>
                  reply(
                    useTool("Write", { file_path: denied, content: "no" }),
                    useTool("Write", {
                      file_path: join(runFolderOf(request.firstUserText), "kept.txt"),
                      content: "yes",
                    }),
                  ),
                () => {
                  // Somebody else makes that very file: that it is on disk must not make it one of this construct's.
                  writeFileSync(denied, "as it was");
                  return say(`I wrote ${denied} and kept.txt.`);
                },
              ],
            },
          ],
        }),
      ),
    });
    // The deck's own folder is closed to constructs.
    denied = join(kit.home, "denied.txt");
    const events = await kit.runGoal("Write two files.");
    const [outcome] = outcomesOf(events);
    expect(outcome?.denials.map((denial) => denial.input)).toEqual([denied]);
    expect(readFileSync(denied, "utf8")).toBe("as it was");
    const lines = outcomesIn(told).split("\n");
    expect(lines.filter((line) => line.startsWith("files: "))).toEqual([`files: ${outcome?.files[0]?.path} (3 bytes)`]);
    expect(lines.filter((line) => line.startsWith("denied: "))).toEqual([expect.stringContaining(`Write ${denied}`)]);
  });

  test("T8: a long result does not push the files out of what the daemon is told", async () => {
    const told: string[] = [];
    const words = `BEGIN ${"word ".repeat(20_000)} END`;
    await using kit = await openTestDeck({
      answer: listening(
        told,
        scripted({
          daemon: [block({ actions: [{ type: "spawn", task: "report" }], status: "waiting" })],
          afterwards: doneWhenIdle("Seen."),
          constructs: [{ task: "report", steps: [writeInRunFolder("report.txt", "abc"), say(words)] }],
        }),
      ),
    });
    const [outcome] = outcomesOf(await kit.runGoal("Report."));
    expect(outcome?.result).toBe(words);
    const text = outcomesIn(told);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(outcomeBytes);
    expect(text).toContain(`\nfiles: ${outcome?.files[0]?.path} (3 bytes)\n`);
    expect(text).toContain("BEGIN word");
    expect(text).toContain("word  END");
    expect(text).toContain(`{"type":"read","construct":"${outcome?.id}","part":1}`);
  });
});

/** Keeps what the daemon's agent was told last, as it came over the wire. */
const listening =
  (told: string[], answer: Answerer): Answerer =>
  (request) => {
    if (!request.canWork) told.push(request.lastUserText);
    return answer(request);
  };

/** The outcomes in the daemon's message: exactly what stands under their heading. */
function outcomesIn(told: string[]): string {
  const message = told.find((text) => text.includes(heading.outcomes)) ?? "";
  return message.slice(
    message.indexOf(heading.outcomes) + heading.outcomes.length + 1,
    message.indexOf(`\n\n${heading.now}`),
  );
}

const runFolderOf = (text: string): string => /^RUN FOLDER: (.*)$/m.exec(text)?.[1] ?? "";

const writeInRunFolder =
  (name: string, content: string): Answerer =>
  (request) =>
    call("Write", { file_path: join(runFolderOf(request.firstUserText), name), content });
