import { array, assert, constantFrom, integer, property, string, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { inert } from "../../../src/base/text.ts";
import { frame } from "../../../src/faces/cli/live/frame.ts";
import { painter } from "../../../src/faces/cli/paint.ts";
import { widthOf } from "../../../src/faces/words/width.ts";
import type { RunView } from "../../../src/protocol/view.ts";
import { scriptedDeck, settings } from "./scripted-deck.ts";
import type { Stage } from "./scripted-deck.ts";
import { plainText } from "./test-world.ts";

const start = Date.UTC(2026, 10, 22, 10, 15);

const folder = "/workspace/.cyberdeck/runs/run-20261122-101500-a1b2";

async function viewOf(play: (stage: Stage) => void, offline = false): Promise<RunView> {
  const deck = scriptedDeck();
  await deck.port.send({ type: "goal.set", goal: "g", settings: { ...settings, offline }, command_line: [] });
  play(deck.stage());
  const view = await deck.port.snapshot();
  if (view === undefined) throw new Error("no view");
  return view;
}

const draw = (view: RunView, columns: number, rows: number): string[] =>
  frame({ view, now: start + 65_000, columns, rows, paint: painter(false) });

const fleet = (stage: Stage): void => {
  for (let n = 1; n <= 20; n += 1) stage.queue(`cx-${String(n).padStart(8, "0")}`, `task ${n}`);
  for (let n = 1; n <= 10; n += 1) stage.start(`cx-${String(n).padStart(8, "0")}`);
  stage.end("cx-00000003", { state: "failed", cause: "crash" });
};

describe("the live block", () => {
  test("shows paths as they look from inside the run", async () => {
    const view = await viewOf((stage) => {
      stage.queue("cx-00000001", "task");
      stage.start("cx-00000001");
      const input = `cat ${folder}/parts/a.txt /workspace/src/b.ts /workspaces/c`;
      stage.emit("construct.tool_called", { construct: "cx-00000001", call: "c", tool: "Bash", input });
    });
    expect(draw(view, 120, 24).at(-1)).toContain("Bash cat run:parts/a.txt src/b.ts /workspaces/c");
  });

  test("shows the run, and its constructs by urgency", async () => {
    const lines = draw(await viewOf(fleet), 80, 24);
    expect(lines.slice(0, 2).join("\n")).toBe(
      "1:04 · $0.0123 · daemon ○ waits for outcomes · 9 running · 10 queued · 0 done\n" +
        "1 failed · brake default · run-20261122-101500-a1b2",
    );
    expect(lines[2]).toMatch(/^● running {2}cx-00000001 {4}0:5\d {4}\$0\.00 {2}reading its task$/);
    expect(lines.filter((line) => line.includes("cx-00000003"))).toEqual([]);
    expect(lines.findLastIndex((line) => line.includes("running"))).toBeLessThan(
      lines.findIndex((line) => line.startsWith("· queued")),
    );
  });

  test.each([
    [80, 24],
    [40, 10],
    [20, 5],
    [10, 3],
    [1, 1],
  ])("fits into %i x %i and says how many constructs it leaves out", async (columns, rows) => {
    const view = await viewOf(fleet);
    const lines = draw(view, columns, rows);
    expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(Math.max(1, columns - 1));
    const shown = lines.filter((line) => /^[●·] /.test(line)).length;
    const more = Number(/^\+(\d+) more$/.exec(lines.at(-1) ?? "")?.[1] ?? 19 - shown);
    expect(shown + more).toBe(19);
  });

  test("says first that the daemon waits for the netrunner, and that the model is a scripted one", async () => {
    const view = await viewOf((stage) => stage.emit("run.waiting", { question: "?" }), true);
    expect(draw(view, 40, 10).slice(0, 2)).toEqual([" WAITING FOR YOU ", "OFFLINE (scripted offline model) · 1:04"]);
  });

  test("does not stop the clock between two events, and stops it at the end", async () => {
    const view = await viewOf(() => {});
    const at = (now: number) => frame({ view, now, columns: 80, rows: 24, paint: painter(false) })[0]?.split(" ")[0];
    expect([at(start + 5000), at(start + 3_725_000)]).toEqual(["0:04", "1:02:04"]);
    const closed = await viewOf((stage) => stage.close("done"));
    expect(draw(closed, 80, 24)[0]).toMatch(/^0:01 /);
  });

  test("is never too wide and passes no control character on, whatever models and tools wrote", async () => {
    const nasty = array(
      constantFrom(
        "\u001b[2J",
        "\u001b]0;x\u0007",
        "\u009b5A",
        "\r",
        "\n",
        "\t",
        "漢字",
        "👨‍👩‍👧‍👦",
        "🇩🇪",
        "❤️",
        "\u202e",
        "abc ",
      ),
      { maxLength: 30 },
    ).map((parts) => parts.join(""));
    const view = await viewOf(fleet);
    const [first] = Object.values(view.constructs);
    if (first === undefined) throw new Error("no construct");
    const cases = tuple(nasty, string({ unit: "binary" }), integer({ min: 1, max: 130 }), integer({ min: 1, max: 30 }));
    assert(
      property(cases, ([one, two, columns, rows]) => {
        Object.assign(first, { id: one, activity: `${one}${two}`, task: two });
        const lines = frame({ view, now: start, columns, rows, paint: painter(true) });
        for (const line of lines) {
          const text = plainText(line);
          expect(inert(text)).toBe(text);
          expect(text).not.toMatch(/[\n\t]/);
          expect(widthOf(text)).toBeLessThanOrEqual(Math.max(1, columns - 1));
        }
      }),
      { numRuns: 300 },
    );
  });
});
