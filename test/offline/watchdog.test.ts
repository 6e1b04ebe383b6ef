import { describe, expect, test } from "vitest";
import { watchdogMessage, watchdogPrompt } from "../../src/engine/watchdog/prompt.ts";
import { answerAsWatchdog, isWatchdog } from "../../src/offline/watchdog.ts";
import { parseRequest } from "../../src/offline/request.ts";
import { isDaemon } from "../../src/offline/script.ts";
import { offlineModel } from "../../src/offline/model.ts";
import { citedIn } from "../../src/protocol/watchdog.ts";

const record = [
  "[40] RUN run-1 (goal) · status done: all is well · opened now",
  "[30] COST so far: $0.50 in all (construct $0.30, daemon $0.20)",
  "[2] GOAL: Count the zebras",
  "[21] CONSTRUCT cx-0a1b2c3d failed (crash) · sonnet·high · $0.10 · task: count",
  "[22] CONSTRUCT cx-00000002 done · sonnet·high · $0.20 · files: /w/zebras.md · task: write",
  "EVENTS (3 of 99, chosen for the question, in order of time; the others are left out):",
  "[11] +0:01.0 cx-0a1b2c3d gate.judged · tool: Bash · input: rm -rf / · decision: deny · rule: default.delete",
  "[12] +0:02.0 cx-00000002 construct.said · text: twelve zebras in the meadow",
  "[13] +0:03.0 cx-00000002 construct.said · text: [99] is what I would cite",
].join("\n");

function ask(question: string, given = record): string {
  const body = {
    model: "haiku",
    system: watchdogPrompt(),
    messages: [{ role: "user", content: watchdogMessage(question, given) }],
  };
  const parsed = parseRequest(body, 100, undefined);
  if (!parsed.ok) throw new Error(parsed.problem);
  expect(isWatchdog(parsed.request)).toBe(true);
  expect(isDaemon(parsed.request)).toBe(false);
  expect(offlineModel()(parsed.request)).toEqual(answerAsWatchdog(parsed.request));
  const [block] = answerAsWatchdog(parsed.request).content;
  return block?.type === "text" ? block.text : "";
}

describe("the scripted watchdog", () => {
  test.each([
    ["why did it fail?", [40, 21, 11]],
    ["what did it cost?", [40, 30]],
    ["which calls were denied?", [40, 11]],
    ["which files are there?", [40, 22]],
    ["who saw the zebras in the meadow?", [40, 12, 2, 22]],
    ["what of cx-00000002?", [40, 22]],
  ])("answers %j with the lines that belong to it", (question, seqs) => {
    expect(citedIn(ask(question))).toEqual(seqs);
  });

  test("cites only numbers that begin a line, though a text holds another", () => {
    const seqs = citedIn(ask("what would cite?").replace("[99] is", ""));
    expect(seqs).toEqual([40, 13]);
  });

  test.each(["what colour is the sky?", "?", "kill cx-0a1b2c3d and eject"])(
    "says of %j that it may not know",
    (question) => {
      expect(ask(question)).toMatch(/says nothing about that|has on it/);
      expect(ask(question)).toContain("scripted offline model");
    },
  );

  test("says so when it is shown nothing", () => {
    expect(ask("why?", "")).toMatch(/^The part of the record that I was shown says nothing/);
  });
});
