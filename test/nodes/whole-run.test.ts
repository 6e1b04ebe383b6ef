import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Judge } from "../../src/engine/gate/judge.ts";
import { call, reply, say, useTool, type Answerer } from "../../src/offline/reply.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { numbersFrom } from "../durable/scenario.ts";
import { bearersOf, eventually, leftOf, of, openTestDeck, outcomesOf } from "../kit/deck.ts";
import { atWork, bothWentOn, childrenOf, startTwoAtWork } from "./kit/at-work.ts";
import { openEnds } from "./kit/ends.ts";
import { threeConstructs } from "./kit/three-tasks.ts";

const chanceFrom = (seed: number): (() => number) => {
  const number = numbersFrom(seed);
  return () => number(1000) / 1000;
};

/** What the gate has said to the calls of each construct. */
const verdictsOf = (events: readonly DeckEvent[]): string[][] =>
  Object.values(Object.groupBy(of(events, "gate.judged"), ({ body }) => body.construct)).map((judged = []) =>
    judged.map(({ body }) => `${body.tool} ${body.decision}`).sort(),
  );

describe("a goal whose constructs are all on nodes", () => {
  test.each([1, 2])("is done as on one machine, over a link that loses, doubles and delays (seed %i)", async (seed) => {
    await using ends = openEnds({ nodes: ["one", "two"], slots: 2, chance: chanceFrom(seed) });
    await using kit = await openTestDeck({
      driver: (usual) => ends.driver(usual),
      settings: { max_concurrent: 4, sandbox: "off" },
      answer: threeConstructs((index) => [
        reply(
          // All three are at work at once: one node alone has no room for them.
          useTool("Bash", { command: `echo ${index} >> made-${index}; ${untilAllAreThere}` }),
          useTool("Write", { file_path: "/etc/cyberdeck-denied", content: "no" }),
        ),
        call("Bash", { command: `cat made-${index}` }),
        ({ toolResults }) => say(`It says ${toolResults.map(({ text }) => text.trim()).join()}.`),
      ]),
    });
    const events = await kit.runGoal("Have three constructs do it.");
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done" });
    expect(
      outcomesOf(events)
        .map(({ state, result }) => `${state} ${result}`)
        .sort(),
    ).toEqual([0, 1, 2].map((index) => `done It says ${index}.`));
    // Nothing has run twice, nothing that was denied has run, and each call stands once on the record.
    const each = ["Bash allow", "Bash allow", "Write deny"];
    expect(verdictsOf(events)).toEqual([each, each, each]);
    expect(existsSync("/etc/cyberdeck-denied")).toBe(false);
    const started = of(events, "construct.started").map(({ body }) => body.construct);
    expect(ends.nodes.flatMap(({ took }) => took).sort()).toEqual(started.sort());
    expect(ends.nodes.every(({ took }) => took.length > 0)).toBe(true);
    expect(ends.strangers).toEqual([]);
    expect(of(events, "deck.warned")).toEqual([]);
    expect(leftOf(events)).toEqual([]);
    // The login of the agents is in their environment, on each machine its own.
    expect(ends.crossed.length).toBeGreaterThan(50);
    expect(ends.crossed.filter((letter) => letter.includes("offline-no-key"))).toEqual([]);
  });
});

const untilAllAreThere = "until test -e made-0 -a -e made-1 -a -e made-2; do sleep 0.05; done";

describe("constructs on nodes", () => {
  test("are held, told, interrupted, frozen, thawed and killed as those on this machine are", async () => {
    await using ends = openEnds({ nodes: ["one", "two"], slots: 2, chance: chanceFrom(7) });
    const answer: Answerer = ({ firstUserText, lastUserText, toolResults }) => {
      const results = toolResults.length;
      if (lastUserText.includes("the port is 8080")) return say("Heard the port.");
      if (lastUserText.includes("the word is plum")) return say("Heard the word.");
      if (firstUserText.includes("Be held."))
        return results === 0
          ? call("Bash", { command: "touch held" })
          : call("Bash", { command: "touch waiting; sleep 300 & wait" });
      if (firstUserText.includes("Be frozen."))
        return results === 0
          ? call("Bash", { command: "touch frozen; until test -e go; do sleep 0.05; done; touch thawed" })
          : say("Thawed.");
      return call("Bash", { command: "touch killed; setsid sleep 301 & wait" });
    };
    await using kit = await openTestDeck({
      driver: (usual) => ends.driver(usual),
      judge: holdsTouch,
      settings: { max_concurrent: 4, sandbox: "off", hold_window_ms: null },
      answer,
    });
    const { afterSeq } = await kit.startTasks(["Be held.", "Be frozen.", "Be killed."]);
    const made = (file: string): Promise<true> =>
      eventually(() => existsSync(join(kit.workspace, file)) || undefined, `${file} is there`);

    const opened = await kit.eventsUntil(afterSeq, ({ type }) => type === "hold.opened");
    const hold = of(opened, "hold.opened")[0]?.body;
    const [held = "", frozen = "", killed = ""] = of(opened, "construct.queued").map(({ body }) => body.construct);
    expect(hold).toMatchObject({ construct: held, targets: [`write ${kit.workspace}/held`], rule: "test.touch" });
    expect(existsSync(join(kit.workspace, "held"))).toBe(false);
    await kit.deck.send({ type: "hold.answer", hold: hold?.hold ?? "", answer: "allow" });
    await made("waiting");
    await kit.deck.send({ type: "construct.interrupt", construct: held, text: "the port is 8080" });

    await made("frozen");
    await kit.deck.send({ type: "construct.send", construct: frozen, text: "the word is plum" });
    await kit.deck.send({ type: "construct.pause", construct: frozen, freeze: true });
    expect(new Set(letters(frozen))).toEqual(new Set(["T"]));
    writeFileSync(join(kit.workspace, "go"), "");
    await kit.deck.send({ type: "construct.continue", construct: frozen });
    await made("thawed");

    await made("killed");
    await kit.deck.send({ type: "construct.kill", construct: killed });

    const events = await kit.untilClosed(afterSeq);
    const outcomes = Object.fromEntries(outcomesOf(events).map(({ id, state, result }) => [id, { state, result }]));
    expect(outcomes).toMatchObject({
      [frozen]: { state: "done", result: "Heard the word." },
      [killed]: { state: "killed" },
    });
    expect(outcomesOf(events).some(({ result }) => result === "Heard the port.")).toBe(true);
    expect(of(events, "deck.warned")).toEqual([]);
    expect(leftOf(events)).toEqual([]);
  });
});

/** Short enough to be waited for, and longer than a busy machine holds up a renewal. */
const leaseMs = 9000;

describe("constructs whose node is cut off", () => {
  test.each([
    ["on another node", ["one", "two"]],
    ["in the next life of the same one", ["one"]],
  ])(
    "for longer than its lease go on %s, after all of them is ended there, and nothing is doubled",
    async (_, names) => {
      await using ends = openEnds({ nodes: names, leaseMs });
      await using kit = await openTestDeck({
        driver: (usual) => ends.driver(usual),
        settings: { max_concurrent: 2, sandbox: "off" },
        answer: atWork,
      });
      const { afterSeq, constructs } = await startTwoAtWork(kit);
      const [one] = ends.nodes;
      one?.cut();
      let deaths = 0;
      const lost = await kit.eventsUntil(
        afterSeq,
        ({ type }) => type === "construct.agent_died" && (deaths += 1) === 2,
      );
      expect(of(lost, "construct.agent_died").map(({ body }) => body)).toMatchObject(
        [1, 2].map(() => ({ exit: `one-1 has not been heard for ${leaseMs} ms`, goes_on: true })),
      );
      // It has ended what it had before the host has given that to somebody else.
      expect(one?.proofs).toEqual([{ why: "silence", proven: true }]);
      expect(childrenOf(constructs)).toEqual([]);
      if (names.length === 1) one?.heal();
      const events = await kit.untilClosed(afterSeq);
      one?.heal();
      await eventually(() => one?.lives.at(-1)?.mayAct(), "the node has begun another life");
      // What it could not tell in time is told then, and refused.
      await eventually(() => ends.strangers.length > 0, "its late words have come");
      expect(new Set(ends.strangers.map(({ boot }) => boot))).toEqual(new Set(["one-1"]));
      expect(outcomesOf(events).map(({ state, result }) => [state, result])).toEqual(bothWentOn);
      expect(of(events, "construct.agent_died").map(({ body }) => body)).toMatchObject(
        [1, 2].map(() => ({ exit: `one-1 has not been heard for ${leaseMs} ms`, goes_on: true })),
      );
      // It is not the account's trouble, nor the task's.
      expect(of(events, "account.held")).toEqual([]);
      expect(of(events, "construct.restarted")).toEqual([]);
      expect(readFileSync(join(kit.workspace, "begun"), "utf8")).toBe("once\nonce\n");
      expect(verdictsOf(events)).toEqual([["Bash allow"], ["Bash allow"]]);
      expect(leftOf(events)).toEqual([]);
    },
  );

  test("for a moment do not notice", async () => {
    await using ends = openEnds({ nodes: ["one"] });
    await using kit = await openTestDeck({
      driver: (usual) => ends.driver(usual),
      settings: { sandbox: "off" },
      answer: ({ toolResults }) =>
        toolResults.length === 0
          ? call("Bash", { command: "touch begun; until test -e go; do sleep 0.05; done; echo done >> went" })
          : say("Did it."),
    });
    const { afterSeq } = await kit.startTasks(["Work."]);
    await eventually(() => existsSync(join(kit.workspace, "begun")), "it is at work");
    ends.nodes[0]?.cut();
    writeFileSync(join(kit.workspace, "go"), "");
    // What it does meanwhile cannot be told yet.
    await eventually(() => existsSync(join(kit.workspace, "went")), "its command is over");
    ends.nodes[0]?.heal();
    const events = await kit.untilClosed(afterSeq);
    expect(outcomesOf(events)).toMatchObject([{ state: "done", result: "Did it." }]);
    expect(of(events, "construct.tool_returned").length).toBe(1);
    expect(of(events, "construct.agent_died")).toEqual([]);
    expect(ends.strangers).toEqual([]);
  });
});

/** Holds what makes the file `held`. */
const holdsTouch =
  (usual: Judge): Judge =>
  (asked) => {
    const judged = usual(asked);
    return JSON.stringify(asked.input).includes("touch held")
      ? { ...judged, decision: "hold", rule: "test.touch", reason: "A person must look." }
      : judged;
  };

/** The kernel's letters for what bears the construct's marker: T is stopped. */
const letters = (construct: string): string[] =>
  bearersOf(construct).flatMap((line) => {
    try {
      return /^\d+ \(.*\) (\S)/s.exec(readFileSync(`/proc/${Number.parseInt(line, 10)}/stat`, "utf8"))?.[1] ?? [];
    } catch {
      return []; // It ended while we looked.
    }
  });
