import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { widthOf } from "../../../src/faces/words/width.ts";
import { scriptedDeck, settings } from "./scripted-deck.ts";
import type { ScriptedDeck } from "./scripted-deck.ts";
import { plainText, run, stand, terminal } from "./test-world.ts";

const first = "run-20261122-101500-a1b2";
const second = "run-20261122-101600-c3d4";
const third = "run-20261123-090000-a1ff";

/** Three runs: an old one that is done, one that failed, and the newest that waits. */
function deckWithRuns(): ScriptedDeck {
  const deck = scriptedDeck();
  const open = (run: string, goal: string) => {
    const stage = deck.stage(run);
    const folder = `/w/.cyberdeck/runs/${run}`;
    const offline = run === third;
    stage.emit("run.opened", {
      kind: "goal",
      workspace: "/w",
      folder,
      settings: { ...settings, offline },
      deck: "0",
      command_line: [],
    });
    stage.emit("goal.set", { goal });
    return stage;
  };
  open(first, "write the tests").close("done");
  const failed = open(second, "数える 数える 🙂 ".repeat(12));
  failed.queue("cx-00000001", "look at\neverything");
  failed.start("cx-00000001");
  failed.end("cx-00000001", {
    state: "failed",
    cause: "crash",
    exit: "signal SIGSEGV",
    result: `begin ${"middle ".repeat(1000)} end`,
    result_from: "assistant",
    files: [{ path: "/w/a.txt", size: 7, sha256: "0" }],
    files_missing: ["/w/gone.txt"],
    denials: [{ tool: "Bash", input: "sudo \u001b[31mreboot", rule: "privilege.sudo" }],
    refusal: "I would rather not",
    stderr: "Segmentation fault",
    transcript: "/w/.cyberdeck/runs/x/cx-00000001.ndjson",
  });
  failed.emit("spawn.refused", {
    task: "again",
    origin: "daemon",
    rule: "loop",
    reason: "the same task failed three times",
  });
  failed.close("failed", "nothing worked");
  open(third, "ask first").close("waiting", "may I?");
  return deck;
}

describe("runs", () => {
  test("are a table, newest first", async () => {
    const { code, out } = await run(stand(["runs"], deckWithRuns()));
    expect(code).toBe(0);
    expect(out.split("\n").map((line) => line.split(/\s+/)[0])).toEqual(["RUN", third, second, first, ""]);
    expect(out).toMatch(/✓ done .+ 0\/0 {2}write the tests/);
  });

  test.each([40, 80, 120])(
    "fit into a terminal of %i columns, and are not coloured with --no-color",
    async (columns) => {
      const world = stand(["runs", "--no-color"], deckWithRuns());
      terminal(world.stdout, columns);
      const { out } = await run(world);
      expect(plainText(out)).toBe(out);
      for (const line of out.split("\n")) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    },
  );

  test("are coloured on a terminal only, and NO_COLOR is respected", async () => {
    const colored = async (env: Record<string, string>, isTerminal: boolean) => {
      const world = stand(["runs"], deckWithRuns(), { env });
      if (isTerminal) terminal(world.stdout);
      return (await run(world)).out.includes("\u001b[");
    };
    expect(await colored({}, true)).toBe(true);
    expect(await colored({ NO_COLOR: "" }, true)).toBe(true);
    expect(await colored({ NO_COLOR: "1" }, true)).toBe(false);
    expect(await colored({ TERM: "dumb" }, true)).toBe(false);
    expect(await colored({}, false)).toBe(false);
  });

  test("are lines of JSON with --json", async () => {
    const { out } = await run(stand(["runs", "--json"], deckWithRuns()));
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => z.looseObject({}).parse(JSON.parse(line)));
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatchObject({
      run: second,
      kind: "goal",
      status: "failed",
      cost_usd: 0.0123,
      constructs: 1,
      done: 0,
    });
  });

  test("to a reader that has gone are no error", async () => {
    const stdout = new PassThrough();
    stdout.destroy();
    expect(await run(stand(["runs"], deckWithRuns(), { stdout }))).toMatchObject({ code: 0, err: "" });
  });
});

describe("show", () => {
  test("tells all about a run, with texts that cannot steer the terminal", async () => {
    const { code, out } = await run(stand(["show", "c3d4"], deckWithRuns()));
    expect(code).toBe(0);
    const day = new RegExp(String.raw`\d{4}-\d\d-\d\d \d\d:\d\d`, "g");
    expect(out.replace(day, "<day>").replace(/(middle )+/g, "middle … ")).toMatchInlineSnapshot(`
      "✗ failed · run-20261122-101600-c3d4 · <day> · 3.5 s · $0.0123
      goal:       数える 数える 🙂 数える 数える 🙂 数える 数える 🙂 数える 数える 🙂 数える 数える 🙂 数える 数える 🙂 数える 数える 🙂 数える 数える 🙂 数える 数える 🙂 数える 数える 🙂 数える 数える 🙂 数える 数える 🙂
      reason:     nothing worked
      settings:   brake default, constructs sonnet·high, 10 at a time, 30 spawns at most, no budget
      workspace:  /w

      daemon · idle · 0 turns · $0.00 · opus·high

      ✗ failed · cx-00000001 · 12.3 s · $0.0123 · sonnet·high
      task:       look at
                  everything
      cause:      crash (signal SIGSEGV)
      model:      claude-sonnet-5-5
      file:       /w/a.txt (7 bytes)
      missing:    /w/gone.txt was reported and is not on disk
      denied:     Bash sudo reboot (privilege.sudo)
      refusal:    I would rather not
      last words: begin middle … mid
                  [… 5841 bytes left out …]
                   middle …  end
      stderr:     Segmentation fault
      transcript: /w/.cyberdeck/runs/x/cx-00000001.ndjson

      1 task not started
      loop:       the same task failed three times: again

      where the rest is
      folder:     /w/.cyberdeck/runs/run-20261122-101600-c3d4
      report:     /w/.cyberdeck/runs/run-20261122-101600-c3d4/report.md
      "
    `);
  });

  test.each([
    [[], third],
    [["last"], third],
    [[second], second],
    [["c3d4"], second],
    [["run-20261122-1016"], second],
    [["20261123"], third],
  ])("%j means %s", async (names, expected) => {
    expect((await run(stand(["show", ...names], deckWithRuns()))).out).toContain(`runs/${expected}/report.md`);
  });

  test.each([
    ["run-20261122", `write more of the id: ${second}, ${first}`],
    ["ffff", '"cyberdeck runs" lists them'],
    ["", '"cyberdeck runs" lists them'],
    ["\u001b[2J", '"cyberdeck runs" lists them'],
  ])("%j means no single run and is refused", async (name, part) => {
    const { code, out, err } = await run(stand(["show", name], deckWithRuns()));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(part);
    expect(plainText(err)).toBe(err);
  });

  test("is one object with --json, with the fields of the outcome", async () => {
    const { out } = await run(stand(["show", second, "--json"], deckWithRuns()));
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({
      run: second,
      status: "failed",
      reason: "nothing worked",
      report: `/w/.cyberdeck/runs/${second}/report.md`,
      constructs: [
        { id: "cx-00000001", state: "failed", cause: "crash", files: [{ size: 7 }], denials: [{ tool: "Bash" }] },
      ],
      refused: [{ rule: "loop" }],
    });
  });

  test("says that a run was offline", async () => {
    expect((await run(stand(["show", third], deckWithRuns()))).out).toContain("OFFLINE (scripted offline model)");
  });
});
