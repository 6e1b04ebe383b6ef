import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { policyDesk, type PolicyDesk } from "../../src/nodes/host/policy-desk.ts";
import { policyVersion, type NodePolicy } from "../../src/nodes/wire/policy.ts";
import { call, say } from "../../src/offline/reply.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import type { Tier } from "../../src/protocol/verdict.ts";
import { eventually, of, openTestDeck, outcomesOf, type TestDeck } from "../kit/deck.ts";
import { openEnds } from "./kit/ends.ts";

/** A deck over one node that goes by the policy file of the home, and by this tier. */
async function deckOverNode() {
  let desk: PolicyDesk | undefined;
  const at: { tier: Tier } = { tier: "default" };
  let runs: NodePolicy["runs"] = {};
  const none = { file: null, runs: {} };
  // Nothing is renewed while the test runs: the node hears of a change only with its next call.
  const ends = openEnds({
    nodes: ["one"],
    leaseMs: 600_000,
    policy(offered) {
      runs = Object.fromEntries(Object.keys(offered).map((run) => [run, { tier: at.tier, isAirgapped: false }]));
      return desk?.current() ?? { version: policyVersion(none), ...none };
    },
  });
  const kit = await openTestDeck({
    driver: (usual) => ends.driver(usual),
    settings: { sandbox: "off" },
    answer: ({ messages }) =>
      [
        call("Bash", { command: "touch one; until test -e go; do sleep 0.05; done" }),
        call("Bash", { command: "touch two" }),
        call("Bash", { command: "ls" }),
      ][messages.filter(({ role }) => role === "assistant").length] ?? say("Done."),
  });
  const place = { workspace: kit.workspace, home: kit.agentHome, deckHome: kit.home };
  desk = policyDesk({ path: join(kit.home, "policy.toml"), place, runs: () => runs });
  return {
    kit,
    ends,
    at,
    async [Symbol.asyncDispose]() {
      await kit[Symbol.asyncDispose]();
      await ends[Symbol.asyncDispose]();
    },
  };
}

const made = (kit: TestDeck, file: string): boolean => existsSync(join(kit.workspace, file));
const decisionsOf = (events: readonly DeckEvent[]): string[] =>
  of(events, "gate.judged").map(({ body }) => `${body.input.includes("two") ? "two" : "other"} ${body.decision}`);

describe("a change of the policy while a construct works on a node", () => {
  test.each<[string, (kit: TestDeck, at: { tier: Tier }) => unknown]>([
    // What the host alone could not know: that a command is on a list is seen only where the line is read.
    [
      "that puts a command on the list of what is denied",
      ({ home }) => writeFileSync(join(home, "policy.toml"), '[commands]\ndeny = ["touch"]\n'),
    ],
    [
      "to the tier paranoid",
      ({ deck }, at) => {
        at.tier = "paranoid";
        return deck.send({ type: "settings.change", settings: { brake: "paranoid" } });
      },
    ],
  ])("%s holds from the next call on, although the node had the old one", async (_, change) => {
    await using scene = await deckOverNode();
    const { kit, ends, at } = scene;
    const { afterSeq } = await kit.startTasks(["Work."]);
    await eventually(() => made(kit, "one") || undefined, "it is at work");
    // A node asks once more a second after it has begun, and not for long then: what changes now does not come to it by a renewal.
    const isAnswer = (letter: string): boolean => letter.startsWith('{"isGranted":true,"version"');
    await eventually(() => ends.crossed.filter(isAnswer).length === 2, "it has renewed");
    await change(kit, at);
    expect(ends.crossed.filter((letter) => letter.includes("judge_again"))).toEqual([]);
    writeFileSync(join(kit.workspace, "go"), "");
    const events = await kit.untilClosed(afterSeq);
    expect(decisionsOf(events)).toEqual(["other allow", "two deny", "other allow"]);
    expect(made(kit, "two")).toBe(false);
    // Sent back once; the next call went by the new one at once.
    // A letter that is not acknowledged at once is said again.
    const numbers = ends.crossed
      .filter((letter) => letter.includes("judge_again"))
      .map((letter) => /"n":\d+/.exec(letter)?.[0]);
    const again = new Set(numbers);
    expect(again.size).toBe(1);
    expect(outcomesOf(events)).toMatchObject([{ state: "done", denials: [{ tool: "Bash" }] }]);
    expect(of(events, "deck.warned")).toEqual([]);
  });
});

describe("a node that is cut from the policy", () => {
  test("denies all calls, on the record and with a reason, although its lease holds", async () => {
    await using ends = openEnds({ nodes: ["one"], fetches: () => Promise.reject(new Error("no link")) });
    await using kit = await openTestDeck({
      driver: (usual) => ends.driver(usual),
      settings: { sandbox: "off" },
      answer: ({ toolResults }) => (toolResults.length === 0 ? call("Bash", { command: "touch one" }) : say("Done.")),
    });
    const { afterSeq } = await kit.startTasks(["Work."]);
    const events = await kit.untilClosed(afterSeq);
    expect(made(kit, "one")).toBe(false);
    expect(of(events, "gate.judged").map(({ body }) => body)).toMatchObject([
      { decision: "deny", rule: "node.no_policy", reason: expect.stringContaining("no link") },
    ]);
    expect(ends.givenUp).toEqual([]);
  });
});
