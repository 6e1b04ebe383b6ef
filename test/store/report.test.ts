import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DeckEvent, type EventDraft, eventVersion } from "../../src/protocol/event.ts";
import { foldRunEvents } from "../../src/protocol/snapshot.ts";
import { reportOf } from "../../src/store/report.ts";
import { anyDraft, nastyText } from "./arbitrary.ts";
import { chat, ended, goal, judged, opened, queued, runA } from "./fixtures.ts";

const start = 1_767_323_045_000;

function reportFrom(...drafts: EventDraft[]): string {
  const events: DeckEvent[] = drafts.map((draft, n) => ({
    ...draft,
    seq: n + 1,
    at: start + n * 1000,
    version: eventVersion,
  }));
  const view = foldRunEvents(events);
  if (view === undefined) throw new Error("the first must open the run");
  return reportOf(view, events);
}

const closed = (status: "done" | "failed" | "stopped" | "waiting", reason = ""): EventDraft => ({
  type: "run.closed",
  run: runA,
  source: "engine",
  body: { status, reason, folder: "f", duration_ms: 1, cost_usd: 1, constructs: [] },
});

const topOf = (report: string): string => report.split("\n")[2] ?? "";

/** A section with its heading, up to the next heading of its level. Only for reports without headings in fences. */
const sectionOf = (report: string, title: string): string =>
  report.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? "";

/**
 * A report as a Markdown reader sees it: what is fenced, and the lines that are not. As in CommonMark, a fence ends
 * with a line of at least as many backticks and nothing else.
 */
function read(report: string): { free: string[]; fenced: string[] } {
  const free: string[] = [];
  const fenced: string[] = [];
  let fence = "";
  for (const line of report.split("\n")) {
    if (fence === "") {
      fence = /^`{3,}/.exec(line)?.[0] ?? "";
      if (fence === "") free.push(line);
    } else if (/^`+$/.test(line) && line.length >= fence.length) fence = "";
    else fenced.push(line);
  }
  if (fence !== "") throw new Error("a fence was left open");
  return { free, fenced };
}

/** Cells of a row of a table as GitHub splits them: at each pipe that has no backslash before it. */
const cellsOf = (row: string): number => [...row.matchAll(/(?<!\\)\|/g)].length - 1;

describe("tripwires in a report", () => {
  test("stand with their construct and in the timeline, and the author's cost in the sum", () => {
    const fired = {
      name: "host-restart",
      severity: "critical",
      found: "reboot\n# not a heading",
      consequence: "kill",
    } as const;
    const report = reportFrom(
      opened(),
      goal("Count"),
      { type: "author.failed", run: runA, source: "ta-1", body: { author: "ta-1", reason: "it hung", cost_usd: 0.25 } },
      queued("cx-00000001", "task"),
      {
        type: "tripwire.fired",
        run: runA,
        source: "cx-00000001",
        body: { ...fired, construct: "cx-00000001", call: "t1", message: "It would stop the machine." },
      },
      ended("cx-00000001", { state: "killed", cause: "tripwire:host-restart", cost_usd: 0.5, tripwires: [fired] }),
      closed("failed"),
    );
    expect(report).toContain("Tripwires that fired:\n\n- `host-restart` (critical, the construct was killed): reboot");
    expect(report).toContain("cx-00000001: tripwire host-restart (critical, kill): reboot");
    expect(report).toContain("- Cost: $0.7500 (");
    expect(report).toContain("author of tripwires $0.2500)");
    expect(report).toContain("no tripwires of this goal's own: it hung");
    expect(report).not.toContain("\n# not a heading");
  });
});

describe("the top of a report", () => {
  test("says in a sentence what came of it", () => {
    const report = reportFrom(
      opened(),
      goal("Count\nand more"),
      ...["1", "2", "3"].map((n) => queued(`cx-0000000${n}`, `task ${n}`)),
      ended("cx-00000001"),
      judged("cx-00000002", "deny", "rm -rf /"),
      ended("cx-00000002", { state: "killed", cause: "budget:time" }),
      ended("cx-00000003", { state: "failed", cause: "crash" }),
      closed("failed", "two did not end"),
    );
    expect(report.split("\n")[0]).toBe("# Count");
    expect(topOf(report)).toBe(
      "**The goal was not reached. 1 of 3 constructs did their task; 1 failed, 1 was killed. 1 tool call was denied.**",
    );
    expect(report).toContain("- Status: failed: two did not end");
  });

  test.each<[string, EventDraft[]]>([
    ["No construct was started.", [closed("stopped")]],
    ["Its one construct did its task.", [queued("cx-1", "t"), ended("cx-1")]],
    ["All 2 constructs did their task.", [queued("cx-1", "t"), queued("cx-2", "t"), ended("cx-1"), ended("cx-2")]],
    ["0 of 1 construct did its task; 1 is still queued.", [queued("cx-1", "t")]],
    ["This run waits for your answer.", [closed("waiting")]],
  ])("%s", (sentence, drafts) => {
    expect(topOf(reportFrom(opened(), ...drafts))).toContain(sentence);
  });

  test("says when the model was the scripted one, and only then", () => {
    expect(reportFrom(opened(runA, { offline: true }))).toContain("scripted offline model");
    expect(reportFrom(opened())).not.toContain("offline");
  });

  test("of a run without a goal names the tasks", () => {
    expect(reportFrom(opened(runA, { kind: "tasks" }), queued("cx-1", "do a"))).toMatch(/^# do a\n/);
    expect(reportFrom(opened())).toMatch(/^# `run-/);
  });
});

describe("the sections of a report", () => {
  test("a construct has its task, result, files, denials and transcript", () => {
    const report = reportFrom(
      opened(),
      queued("cx-1", "task"),
      ended("cx-1", {
        files: [{ path: "/w/out.md", size: 1500, sha256: "0123456789abcdef0123456789abcdef" }],
        files_missing: ["/w/gone.md"],
        denials: [{ tool: "Bash", input: "rm -rf /", rule: "delete.outside" }],
        transcript: "transcripts/cx-1.ndjson",
        stderr: "warning: x",
        refusal: "I would rather not",
      }),
    );
    const section = sectionOf(report, "Each construct");
    expect(section).toContain("### cx-1: done");
    expect(section).toContain("> task");
    expect(section).toContain("Result:\n\n```text\nThere are 12 files.\n```");
    expect(section).toContain("- `/w/out.md` (1.5 KB, sha256 0123456789ab…)");
    expect(section).toContain("not on disk at the end:\n\n- `/w/gone.md`");
    expect(section).toContain("- Bash `rm -rf /` (rule `delete.outside`)");
    expect(section).toContain("Transcript: `transcripts/cx-1.ndjson`");
    expect(section).toContain("The model declined: I would rather not");
    expect(section).toContain("warning: x");
  });

  test.each([
    ["assistant", "these were its last words"],
    ["tool", "this was its last tool output"],
    ["none", "It gave no result."],
  ] as const)("a result from %s is marked as such", (from, words) => {
    expect(reportFrom(opened(), queued("cx-1", "t"), ended("cx-1", { result_from: from }))).toContain(words);
  });

  test("a long result has its head and its tail, a long list its number", () => {
    const files = Array.from({ length: 70 }, (_, n) => ({ path: `/f${n}`, size: 1, sha256: "a" }));
    const report = reportFrom(
      opened(),
      queued("cx-1", "t"),
      ended("cx-1", { result: `begin ${"x".repeat(50_000)} end`, files }),
    );
    expect(report.length).toBeLessThan(12_000);
    expect(report).toMatch(/begin x+\n\[… \d+ bytes left out …\]\nx+ end/);
    expect(report).toContain("… and 20 more");
  });

  test("refused spawns are told with rule and reason", () => {
    const refused: EventDraft = {
      type: "spawn.refused",
      run: runA,
      source: "engine",
      body: { task: "again", origin: "daemon", rule: "cap.spawns", reason: "Thirty were started." },
    };
    expect(sectionOf(reportFrom(opened(), refused), "Not started")).toContain(
      "- Rule `cap.spawns`: Thirty were started. The task was: again",
    );
  });

  test("the daemon's last words are a quotation", () => {
    expect(sectionOf(reportFrom(opened(), chat("All good.\n\n# Big\n- x")), "The daemon's last words")).toBe(
      "\n> All good.\n>\n> \\# Big  \n> \\- x\n",
    );
  });

  test("the way on is named", () => {
    expect(sectionOf(reportFrom(opened()), "To look further")).toContain(`\`cyberdeck show ${runA}\``);
  });
});

describe("the timeline", () => {
  const linesOf = (report: string): string[] =>
    sectionOf(report, "What happened when")
      .split("\n")
      .filter((line) => !/^(`{3,}.*)?$/.test(line));

  test("tells what a person would tell, with the time since the opening", () => {
    const lines = linesOf(
      reportFrom(
        opened(),
        goal("g"),
        queued("cx-1", "task"),
        judged("cx-1", "allow", "ls"),
        judged("cx-1", "deny", "rm"),
        { type: "netrunner.said", run: runA, source: "netrunner", body: { text: "go on" } },
        { type: "daemon.status", run: runA, source: "daemon", body: { daemon: "dm-1", status: "respawn" } },
        { type: "deck.warned", run: runA, source: "engine", body: { code: "x", message: "careful" } },
        ended("cx-1", { state: "failed", cause: "crash" }),
        closed("failed", "no"),
      ),
    );
    expect(lines).toEqual([
      "  0:00.0  run opened",
      "  0:01.0  goal: g",
      "  0:02.0  cx-1 queued: task",
      "  0:04.0  cx-1 was denied Bash (delete.outside): rm",
      "  0:05.0  netrunner: go on",
      "  0:06.0  daemon: its process was given up, a new one takes over",
      "  0:07.0  warning: careful",
      "  0:08.0  cx-1 failed (crash) after 12.3 s, $0.0123",
      "  0:09.0  run closed, failed: no",
    ]);
  });

  test("of a long run has its beginning and its end, and says how much is between", () => {
    const lines = linesOf(reportFrom(opened(), ...Array.from({ length: 4000 }, (_, n) => chat(`word ${n}`))));
    expect(lines).toHaveLength(201);
    expect(lines[0]).toContain("run opened");
    expect(lines[100]).toContain("3801 more");
    expect(lines.at(-1)).toBe(" 1:06:40  daemon: word 3999");
  });
});

describe("text of models and tools", () => {
  test("breaks no table, opens no fence, makes no heading and no markup, whatever it is", () => {
    fc.assert(
      fc.property(fc.array(anyDraft(runA), { maxLength: 15 }), nastyText, nastyText, (drafts, task, path) => {
        const report = reportFrom(
          opened(),
          queued("cx-00000009", task),
          ended("cx-00000009", {
            cause: task,
            result: task,
            stderr: path,
            files: [{ path, size: 1, sha256: path }],
            denials: [{ tool: task, input: path, rule: task }],
            transcript: path,
            refusal: task,
          }),
          ...drafts,
        );
        expect(report).not.toMatch(/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u);
        const { free } = read(report);
        const rows = free.filter((line) => line.startsWith("|"));
        expect(rows.length).toBeGreaterThanOrEqual(3);
        for (const row of rows) expect(cellsOf(row)).toBe(7);
        const headings = free
          .filter((line) => /^#{1,6}( |$)/.test(line))
          .map((line) => line.replace(/^(#+ \S+).*/s, "$1"));
        expect(headings.filter((line) => line.startsWith("# "))).toHaveLength(1);
        expect(headings.filter((line) => line.startsWith("## ")).length).toBeGreaterThanOrEqual(4);
        for (const line of free) {
          // Code spans show what they have; outside of them no markup character stands without its backslash.
          const bare = line.replace(/(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)/g, "").replace(/\\[!-/:-@[-`{-~]/g, "");
          const ours = bare.replace(/^\*\*(.*)\*\*$/, "$1").replace(/^\|.*\|$/, (row) => row.replaceAll("|", ""));
          expect(ours).not.toMatch(/[`*[\]<|~]/);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("reads well where it is harmless: names with underscores and arrows are left alone", () => {
    expect(reportFrom(opened(), queued("cx-1", "move my_file_name -> other"))).toContain(
      "| move my_file_name -> other |",
    );
  });

  test("a fence in a result cannot end its block", () => {
    const report = reportFrom(
      opened(),
      queued("cx-1", "t"),
      ended("cx-1", { result: "```\n# Heading\n````\n| a |\n" }),
    );
    expect(read(report).fenced).toContain("# Heading");
    expect(read(report).fenced).toContain("| a |");
  });
});
