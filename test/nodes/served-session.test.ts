import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { AgentEvent } from "../../src/drivers/agent.ts";
import { serveSession } from "../../src/nodes/node/served-session.ts";
import type { SessionFiles } from "../../src/nodes/node/session-files.ts";
import type { Saying } from "../../src/nodes/wire/letters.ts";
import { eventually } from "../kit/deck.ts";
import { aTurnEnd } from "../kit/turn-end.ts";
import { judging } from "./kit/finds.ts";
import { puppet } from "./kit/puppet.ts";

const call = { id: "t-1", tool: "Bash", input: { command: "ls" } };
const turnEnded: AgentEvent = { type: "turn.ended", turn: aTurnEnd({ queued: 1 }) };
const used = (isFinal: boolean): AgentEvent => ({ type: "used", request: "r-1", tokens: { output: 1 }, isFinal });

/** A session on a node that brings files when a turn ends, for as long as the test wants. */
function serving() {
  const agent = puppet();
  const said: Saying[] = [];
  const over = new AbortController();
  const bringing = Promise.withResolvers<void>();
  const brought = Promise.withResolvers<void>();
  const found = Promise.withResolvers<void>();
  const files: SessionFiles = {
    attach: () => undefined,
    fetch: () => Promise.resolve(),
    bring() {
      bringing.resolve();
      return brought.promise;
    },
    shown: (asked) => Promise.resolve(asked),
    wish: (wish) => Promise.resolve(wish),
    taken: () => undefined,
    close: () => undefined,
  };
  const { find, ...rest } = judging(() => ({ decision: "allow", rule: "test", reason: "" }), over.signal);
  const served = serveSession({
    ...rest,
    find: (asked, version) => {
      found.resolve();
      return find(asked, version);
    },
    files,
    open: agent.open,
    say: (saying) => void said.push(saying),
  });
  const kinds = (): string[] => said.map((one) => (one.type === "did" ? `did ${one.event.type}` : one.type));
  return { agent, served, said, kinds, over, bringing: bringing.promise, bring: brought.resolve, found: found.promise };
}

describe("a session that a node serves, while the files of its last turn are brought", () => {
  test("tells what its agent has used for a call before it asks about that call", async () => {
    const { agent, served, kinds, bringing, bring, found } = serving();
    agent.does(turnEnded);
    await bringing;
    for (const isFinal of [false, true]) agent.does(used(isFinal));
    const asking = agent.calls(call);
    await found;
    await nextTurn();
    expect(kinds()).not.toContain("asks");
    bring();
    await eventually(() => kinds().includes("asks"), "it has asked");
    expect(kinds().filter((kind) => kind !== "unread")).toEqual([
      "opened",
      "did turn.ended",
      "did used",
      "did used",
      "asks",
    ]);
    served.carryOut(1, { type: "verdict", ask: 1, verdict: { decision: "allow", rule: "test", reason: "" } });
    expect(await asking).toMatchObject({ decision: "allow", rule: "test" });
  });

  test("denies a call when nothing may run any more, though the files never come through", async () => {
    const { agent, kinds, over, bringing, found } = serving();
    agent.does(turnEnded);
    await bringing;
    const asking = agent.calls(call);
    await found;
    over.abort();
    expect(await asking).toMatchObject({ decision: "deny", rule: "node.lease_over" });
    expect(kinds()).not.toContain("asks");
  });

  test("tells that a message was read which came after the turn behind the end of that turn, so that nobody takes it for the last one", async () => {
    const { agent, served, said, bringing, bring } = serving();
    agent.does(turnEnded);
    await bringing;
    served.carryOut(1, { type: "send", text: "one more thing" });
    await eventually(() => agent.told.length === 1, "it has the message");
    agent.reads();
    agent.does({ type: "said", text: "so" });
    await nextTurn();
    bring();
    await eventually(() => said.some((one) => one.type === "did" && one.event.type === "said"), "it goes on");
    const told = said.map((one) => (one.type === "unread" ? [one.passed, one.count] : one.type));
    expect(told).toEqual(["opened", [0, 0], "did", [1, 1], [1, 0], "did"]);
  });
});
