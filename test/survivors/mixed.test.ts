import { describe, expect, test } from "vitest";
import { say } from "../../src/offline/reply.ts";
import { claudeDriver } from "../../src/drivers/claude/driver.ts";
import type { AgentDriver } from "../../src/drivers/agent.ts";
import { defaultSettings } from "../../src/protocol/settings.ts";
import type { CabinetName } from "../cabinet/cabinet.ts";
import { checkAftermath, openCabinetDeck, outcomesOf } from "./cabinet-deck.ts";

const ten = Array.from({ length: 10 }, (_, index) => `Task ${index}`);

/** The first construct gets the bad agent, the others the usual one. */
const withOneBad =
  (executable: string, folder: string) =>
  (usual: AgentDriver): AgentDriver => {
    const bad = claudeDriver({ executable, env: { PATH: process.env["PATH"] ?? "", HOME: folder } });
    let opened = 0;
    return {
      ...usual,
      open(spec) {
        opened += 1;
        return opened === 1 ? bad.open(spec) : usual.open(spec);
      },
    };
  };

describe("one bad agent among nine good ones", () => {
  test.each([
    { agent: "hundred-megabyte-line", state: "failed", cause: "crash" },
    { agent: "liar", state: "failed", cause: "crash" },
    { agent: "immovable", state: "killed", cause: "stall" },
    { agent: "escapee-bare", state: "done", cause: "result" },
  ] as const)("$agent ends alone as $state, and the other nine are done", async ({ agent, state, cause }) => {
    await using kit = await openCabinetDeck((path, folder) => ({
      claudeBin: path("polite"),
      driver: withOneBad(path(agent), folder),
      // Ample for a polite one on a busy machine.
      settings: { idle_limit_ms: agent === "immovable" ? 3000 : 60_000 },
    }));
    const events = await kit.runTasks(ten);
    expect(ends(events)).toMatchObject({ bad: { state, cause }, others: nineDone });
    await checkAftermath(kit, events);
  });

  test("nine real agents are done beside one that writes a line beyond the cap", async () => {
    const agent: CabinetName = "hundred-megabyte-line";
    await using kit = await openCabinetDeck((path, folder) => ({
      answer: (request) => say(`done: ${/Task \d/.exec(request.firstUserText)?.[0]}`),
      driver: withOneBad(path(agent), folder),
      settings: defaultSettings(2),
    }));
    const events = await kit.runTasks(ten);
    const bad = { state: "failed", cause: "crash", exit: "it wrote a line of more than 64 MB" };
    expect(ends(events)).toMatchObject({ bad, others: nineDone });
    const results = outcomesOf(events).map((outcome) => outcome.result);
    expect(results.filter((result) => result.startsWith("done: ")).sort()).toEqual(
      ten.slice(1).map((t) => `done: ${t}`),
    );
    await checkAftermath(kit, events);
  });
});

/** How the first construct ended, and in which states the others did. */
function ends(events: Parameters<typeof outcomesOf>[0]): { bad: object | undefined; others: string[] } {
  const outcomes = outcomesOf(events);
  return {
    bad: outcomes.find((outcome) => outcome.task === ten[0]),
    others: outcomes.filter((outcome) => outcome.task !== ten[0]).map((outcome) => outcome.state),
  };
}

const nineDone = Array.from({ length: 9 }, () => "done");
