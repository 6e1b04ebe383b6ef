import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findExecutable } from "../../src/drivers/claude/executable.ts";
import { block, say, silent } from "../../src/offline/reply.ts";
import type { ModelRequest } from "../../src/offline/request.ts";
import { scripted } from "../../src/offline/script.ts";
import { heading } from "../../src/protocol/briefing.ts";
import { bearersOf, of, openTestDeck } from "../kit/deck.ts";
import { outcomesOf } from "../survivors/cabinet-deck.ts";
import { remainsOf } from "../survivors/remains.ts";

const word = { task: "find the word", steps: [say("The word is xylophone.")] };
const spawnWord = block({ actions: [{ type: "spawn", task: word.task }], status: "waiting" });
const patience = { firstTurnMs: 60_000, laterTurnMs: 60_000, betweenMs: 2500 };

describe("T4: a daemon that was given up", () => {
  test("T4: goes on with its memory: the goal, what was said, and the outcomes of the turn that it missed", async () => {
    const seen: ModelRequest[] = [];
    await using kit = await openTestDeck({
      patience,
      answer: scripted({
        daemon: [
          spawnWord,
          silent(),
          (request) => {
            seen.push(request);
            return block({ status: "done", chat: "xylophone" });
          },
        ],
        constructs: [word],
      }),
    });
    const events = await kit.runGoal("Learn the word.");
    expect(of(events, "daemon.status").map((event) => event.body.status)).toContain("respawn");
    expect(of(events, "run.closed")[0]?.body.status).toBe("done");
    expect(of(events, "daemon.started")[1]?.body.resumed).toBe(of(events, "daemon.session")[0]?.body.session_id);
    const wire = JSON.stringify(seen[0]?.messages);
    expect(wire).toContain("Learn the word.");
    expect(wire).toContain("find the word");
    expect(seen[0]?.lastUserText).toContain("The word is xylophone.");
  });

  test("T4: is told all of it anew when its session is gone", async () => {
    const seen: ModelRequest[] = [];
    let sessions = "";
    await using kit = await openTestDeck({
      patience,
      driver: (usual) => ({
        ...usual,
        open(spec) {
          if (spec.resume !== undefined) rmSync(sessions, { recursive: true, force: true });
          return usual.open(spec);
        },
      }),
      answer: scripted({
        daemon: [
          spawnWord,
          silent(),
          (request) => {
            seen.push(request);
            return block({ status: "done", chat: "xylophone" });
          },
        ],
        constructs: [word],
      }),
    });
    sessions = join(kit.agentHome, ".claude", "projects");
    const events = await kit.runGoal("Learn the word.");
    expect(of(events, "run.closed")[0]?.body.status).toBe("done");
    expect(seen[0]?.messages.filter((message) => message.role === "user")).toHaveLength(1);
    expect(seen[0]?.lastUserText).toContain(heading.memory);
    expect(seen[0]?.lastUserText).toContain("Learn the word.");
    expect(seen[0]?.lastUserText).toContain("The word is xylophone.");
  });
});

describe("T5: a daemon's reply without an action block", () => {
  test("T5: is sent back with what was wrong, and the goal goes on", async () => {
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [
          say("I shall think about it."),
          (request) => {
            expect(request.lastUserText).toContain(heading.repair);
            return block({ status: "done", chat: "Now I know." });
          },
        ],
      }),
    });
    const events = await kit.runGoal("Be formal.");
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "Now I know." });
  });

  test("T5: pauses the run with the reason when it comes three times, and never stalls it", async () => {
    await using kit = await openTestDeck({ answer: () => say("I shall think about it.") });
    const events = await kit.runGoal("Be formal.");
    expect(of(events, "run.paused")[0]?.body.rule).toBe("daemon.no_block");
    expect(of(events, "run.closed")[0]?.body.status).toBe("paused");
  });
});

describe("T6: a spawn that came to nothing", () => {
  test("T6: a missing agent executable reaches the daemon's next message", async () => {
    const folder = mkdtempSync(join(tmpdir(), "deck-missing-"));
    try {
      const executable = join(folder, "claude");
      symlinkSync(await findExecutable({ env: {}, cwd: folder }), executable);
      const told: string[] = [];
      await using kit = await openTestDeck({
        claudeBin: executable,
        answer: scripted({
          daemon: [
            () => {
              // The daemon runs by now; whoever comes later finds no program.
              rmSync(executable);
              return spawnWord;
            },
            (request) => {
              told.push(request.lastUserText);
              return block({ status: "failed", chat: "There is no agent." });
            },
          ],
        }),
      });
      const events = await kit.runGoal("Learn the word.");
      expect(outcomesOf(events)).toMatchObject([{ state: "failed", cause: "spawn" }]);
      expect(told[0]).toContain("failed (spawn)");
      expect(told[0]).toMatch(/exit: .*(not found|not exist)/);
      expect(of(events, "run.closed")[0]?.body.status).toBe("failed");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("T6: a refused spawn reaches the daemon's next message, with its reason", async () => {
    const told: string[] = [];
    await using kit = await openTestDeck({
      answer: scripted({
        daemon: [
          block({ actions: [{ type: "spawn", task: "use the word", after: ["cx-00000000"] }], status: "waiting" }),
          (request) => {
            told.push(request.lastUserText);
            return block({ status: "done", chat: "So be it." });
          },
        ],
      }),
    });
    const events = await kit.runGoal("Use the word.");
    expect(of(events, "spawn.refused")[0]?.body.rule).toBe("after.unknown");
    expect(told[0]).toContain(`${heading.refusals}\n- "use the word": "after" names cx-00000000`);
    expect(of(events, "construct.queued")).toEqual([]);
  });
});

describe("T11: after the end of a goal", () => {
  test("T11: no daemon process is left, and the next goal in the same deck gets its own", async () => {
    await using kit = await openTestDeck({ answer: () => block({ status: "done" }) });
    const daemons: string[] = [];
    for (const goal of ["First.", "Second."]) {
      const events = await kit.runGoal(goal);
      const started = of(events, "daemon.started");
      expect(started).toHaveLength(1);
      daemons.push(...started.map((event) => event.body.daemon));
      expect(of(events, "daemon.ended")).toMatchObject([{ body: { proven: true } }]);
      for (const daemon of daemons) expect(bearersOf(daemon)).toEqual([]);
      expect(remainsOf(kit.folder)).toEqual([]);
    }
    expect(new Set(daemons).size).toBe(2);
  });
});
