import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunSettings } from "../../src/protocol/settings.ts";
import type { Outcome } from "../../src/protocol/outcome.ts";
import type { CabinetName } from "../cabinet/cabinet.ts";
import { of } from "../kit/deck.ts";
import { checkAftermath, openCabinetDeck, outcomesOf } from "./cabinet-deck.ts";
import { isAlive } from "./remains.ts";

interface Meeting {
  agent: CabinetName;
  title: string;
  settings?: Partial<RunSettings>;
  outcome: Partial<Outcome>;
  /** Codes of the warnings that it gives cause for. */
  warned?: string[];
}

const done = { state: "done", cause: "result", result_from: "result", stderr: "" } as const;
const crashed = { state: "failed", cause: "crash" } as const;

const meetings: Meeting[] = [
  { agent: "polite", title: "a polite agent is done", outcome: { ...done, exit: "code 0", turns: 1 } },
  {
    agent: "megabyte-line",
    title: "a line of a megabyte is a message like any other, though the tripwires do not see all of it",
    outcome: done,
    warned: ["tripwire.partial"],
  },
  {
    agent: "hundred-megabyte-line",
    title: "a line beyond the cap fails the construct, and the outcome says so",
    outcome: { ...crashed, exit: "it wrote a line of more than 64 MB", turns: 0 },
  },
  {
    agent: "result-without-eof",
    title: "a construct ends on its result, though a grandchild still holds its output",
    outcome: done,
  },
  {
    agent: "eof-without-result",
    title: "an end of output without a result is a failure, though the process lives on",
    outcome: { ...crashed, exit: "its output ended while it was still running", result_from: "assistant" },
  },
  {
    agent: "liar",
    title: "exit code 0 without a result is a failure, never done",
    outcome: { ...crashed, exit: "code 0", result: "", result_from: "none" },
  },
  {
    agent: "dies-at-once",
    title: "an agent that dies at once fails with its last words",
    outcome: { ...crashed, exit: "code 1", stderr: "Error: the imitation has no licence to run" },
  },
  { agent: "stubborn", title: "an agent that ignores SIGTERM is done, and gone", outcome: done },
  { agent: "stderr-flood", title: "a hundred megabytes on stderr do not keep the result away", outcome: done },
  {
    agent: "mute",
    title: "an agent that says nothing is stopped at the idle limit",
    settings: { idle_limit_ms: 700 },
    outcome: { state: "killed", cause: "stall", turns: 0, result_from: "none" },
  },
  {
    agent: "immovable",
    title: "an agent that says nothing and cannot be asked to go is killed at the idle limit",
    settings: { idle_limit_ms: 700 },
    outcome: { state: "killed", cause: "stall", exit: "signal SIGKILL" },
  },
  {
    agent: "half-line",
    title: "a result that breaks off in the middle of its line is a failure",
    outcome: { ...crashed, exit: "code 0", result_from: "assistant" },
  },
];

describe("a construct whose agent misbehaves", () => {
  test.each(meetings)("$title ($agent)", async ({ agent, settings = {}, outcome, warned }) => {
    await using kit = await openCabinetDeck((path) => ({ claudeBin: path(agent), settings }));
    const events = await kit.runTasks(["go"]);
    expect(outcomesOf(events)).toMatchObject([outcome]);
    expect(of(events, "run.closed")[0]?.body.status).toBe(outcome.state === "done" ? "done" : "failed");
    await checkAftermath(kit, events, warned);
  });

  test.each(["escapee", "escapee-bare"] as const)(
    "what left its group, session and parent is gone (%s)",
    async (agent) => {
      await using kit = await openCabinetDeck((path) => ({ claudeBin: path(agent) }));
      const events = await kit.runTasks(["go"]);
      const [outcome] = outcomesOf(events);
      expect(outcome).toMatchObject(done);
      const pid = Number(/You said: (\d+)/.exec(outcome?.result ?? "")?.[1]);
      expect(pid).toBeGreaterThan(1);
      expect(isAlive(pid)).toBe(false);
      await checkAftermath(kit, events);
    },
  );

  test("an agent that dies at its first two starts fails two constructs and no more (flapper)", async () => {
    await using kit = await openCabinetDeck((path, folder) => {
      const wrapper = join(folder, "flapper");
      writeFileSync(wrapper, `#!/bin/sh\nCABINET_STATE='${folder}/starts' exec '${path("flapper")}' "$@"\n`);
      chmodSync(wrapper, 0o755);
      return { claudeBin: wrapper, settings: { max_concurrent: 1 } };
    });
    const events = await kit.runTasks(["one", "two", "three"]);
    expect(outcomesOf(events).map(({ state, stderr }) => [state, stderr])).toEqual([
      ["failed", "flapper: start 1 fails"],
      ["failed", "flapper: start 2 fails"],
      ["done", ""],
    ]);
    await checkAftermath(kit, events);
  });

  test("the whole of a megabyte line is in the transcript", async () => {
    await using kit = await openCabinetDeck((path) => ({ claudeBin: path("megabyte-line") }));
    const [outcome] = outcomesOf(await kit.runTasks(["go"]));
    expect(readFileSync(outcome?.transcript ?? "", "utf8")).toContain("m".repeat(2 ** 20));
  });
});

/** Short for those that are silent, ample for those whose end must be what is noticed. */
const short = { firstTurnMs: 700, laterTurnMs: 700, betweenMs: 700 };
const ample = { firstTurnMs: 30_000, laterTurnMs: 30_000, betweenMs: 30_000 };

describe("a daemon whose agent misbehaves", () => {
  test.each([
    { agent: "hundred-megabyte-line", code: "daemon.exited", message: "more than 64 MB" },
    { agent: "eof-without-result", code: "daemon.exited", message: "output ended while it was still running" },
    { agent: "liar", code: "daemon.exited", message: "code 0" },
    { agent: "dies-at-once", code: "daemon.exited", message: "no licence to run" },
    { agent: "mute", code: "daemon.silent", message: "no sign of life" },
  ] as const)(
    "is given up three times, then the run pauses and says why ($agent)",
    async ({ agent, code, message }) => {
      await using kit = await openCabinetDeck((path) => ({
        claudeBin: path(agent),
        patience: code === "daemon.silent" ? short : ample,
      }));
      const events = await kit.runGoal("Anything.");
      const errors = of(events, "daemon.error").filter((event) => event.body.code === code);
      expect(errors).toHaveLength(3);
      for (const error of errors) expect(error.body.message).toContain(message);
      expect(of(events, "run.paused")[0]?.body.rule).toBe("daemon.wedged");
      expect(of(events, "run.closed")[0]?.body.status).toBe("paused");
      expect(of(events, "daemon.ended").map((event) => event.body.proven)).toEqual([true, true, true]);
      await checkAftermath(kit, events);
    },
  );

  test.each(["megabyte-line", "stubborn", "result-without-eof", "stderr-flood", "escapee-bare"] as const)(
    "that answers, but not with a block, is asked to repair it twice, and is then gone (%s)",
    async (agent) => {
      await using kit = await openCabinetDeck((path) => ({ claudeBin: path(agent) }));
      const events = await kit.runGoal("Anything.");
      expect(of(events, "daemon.raw")).toHaveLength(3);
      expect(of(events, "run.paused")[0]?.body.rule).toBe("daemon.no_block");
      await checkAftermath(kit, events);
    },
  );
});
