import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { foundOf, isAskedAgain } from "../../src/engine/gate/found.ts";
import { remoteSession } from "../../src/nodes/host/remote-session.ts";
import type { Finder } from "../../src/nodes/node/finding.ts";
import { sayingSchema } from "../../src/nodes/wire/letters.ts";
import type { Judgement, ToolCall, Verdict } from "../../src/protocol/verdict.ts";
import { numbersFrom } from "../durable/scenario.ts";
import { foundTo } from "./kit/finds.ts";
import { joined } from "./kit/line.ts";
import { puppet } from "./kit/puppet.ts";

const allow: Verdict = { decision: "allow", rule: "test", reason: "" };
const call: ToolCall = { id: "a", tool: "Bash", input: { command: "make" } };

interface Scene {
  /** What the brake of the node says by a version; by default it allows. */
  judge?: (version: string | null) => Judgement;
  /** What comes of the host's naming a version. */
  until?: (node: { version: string | null }, named: string) => void | Promise<void>;
  gate?: (asked: ToolCall) => Promise<Verdict>;
  policy?: () => string;
  seed?: number;
  over?: AbortSignal;
}

/** A session on a node that has the policy `p-1`, and a host that goes by what the test says. */
async function scene({ judge = () => allow, until, gate, policy, seed, over }: Scene) {
  const agent = puppet();
  const node: { version: string | null } = { version: "p-1" };
  const host = { version: "p-1" };
  const named: string[] = [];
  const judgedBy: (string | null)[] = [];
  const asked: Judgement[] = [];
  const find: Finder = async (_call, version) => {
    if (version !== undefined) {
      named.push(version);
      await (until === undefined ? (node.version = version) : until(node, version));
    }
    judgedBy.push(node.version);
    return { found: foundTo(judge(node.version)), policy: node.version };
  };
  const number = numbersFrom(seed ?? 0);
  const end = over ?? new AbortController().signal;
  const { line } = joined({ find, over: end, mayAct: () => !end.aborted, open: agent.open }, () =>
    seed === undefined ? 1 : number(1000) / 1000,
  );
  const session = await remoteSession(
    line,
    {
      gate(remote) {
        const found = foundOf(remote);
        if (found !== undefined) asked.push(found.judged);
        const { decision } = found?.judged ?? {};
        if (decision === "deny") return Promise.resolve({ decision, rule: "node", reason: "" });
        return gate?.(remote) ?? Promise.resolve(allow);
      },
    },
    { token: "token", policy: policy ?? (() => host.version) },
  );
  return { agent, node, host, named, judgedBy, asked, session };
}

const denies =
  (version: string): NonNullable<Scene["judge"]> =>
  (by) =>
    by === version ? { decision: "deny", rule: "test.denied", reason: `${version} says no` } : allow;

describe("a call that a node has judged by another policy than the one in force", () => {
  test.each([1, 2, 3, 4, 5])("is judged anew there before the host's gate sees it (seed %i)", async (seed) => {
    const { agent, host, named, judgedBy, asked, session } = await scene({ seed });
    host.version = "p-2";
    expect(await agent.calls(call)).toEqual(allow);
    expect(named).toEqual(["p-2"]);
    expect(judgedBy).toEqual(["p-1", "p-2"]);
    expect(asked.length).toBe(1);
    await session.stop("hard");
  });

  test("does not run when the one in force denies it, and the host hears of that", async () => {
    const { agent, host, asked, session } = await scene({ judge: denies("p-2") });
    expect(await agent.calls(call)).toEqual(allow);
    host.version = "p-2";
    expect(await agent.calls(call)).toMatchObject({ decision: "deny", rule: "test.denied" });
    // What it says after that has come, too.
    await session.answers();
    expect(asked.map(({ decision }) => decision)).toEqual(["allow", "deny"]);
    await session.stop("hard");
  });

  test("stays denied by the other one without another look", async () => {
    const { agent, host, named, asked, session } = await scene({ judge: denies("p-1") });
    host.version = "p-2";
    expect(await agent.calls(call)).toMatchObject({ decision: "deny", rule: "test.denied" });
    // What it says after that has come, too.
    await session.answers();
    expect(asked.map(({ decision }) => decision)).toEqual(["deny"]);
    expect(named).toEqual([]);
    await session.stop("hard");
  });

  test("is denied after a few tries when the policy changes faster than it can be judged, and the host hears why", async () => {
    let count = 0;
    const { agent, asked, session, judgedBy } = await scene({ policy: () => `p-x${(count += 1)}` });
    expect(await agent.calls(call)).toMatchObject({ decision: "deny", rule: "node.policy_unsettled" });
    await session.answers();
    expect(asked).toMatchObject([{ decision: "deny", rule: "node.policy_unsettled" }]);
    expect(judgedBy.length).toBeLessThan(10);
    await session.stop("hard");
  });

  test("is denied when its node cannot get the one in force", async () => {
    const { agent, host, session } = await scene({ until: () => undefined });
    host.version = "p-2";
    expect(await agent.calls(call)).toMatchObject({ decision: "deny" });
    await session.stop("hard");
  });

  test("is denied when the lease is over while its node waits for the one in force", async () => {
    const over = new AbortController();
    const isWaiting = Promise.withResolvers<void>();
    const { agent, host } = await scene({
      over: over.signal,
      until: () => {
        isWaiting.resolve();
        return new Promise((resolve) => {
          over.signal.addEventListener("abort", () => resolve());
        });
      },
    });
    host.version = "p-2";
    const verdict = agent.calls(call);
    await isWaiting.promise;
    over.abort();
    expect(await verdict).toMatchObject({ decision: "deny", rule: "node.lease_over" });
  });

  test("is not let through when its node names no version, or one that cannot be read", async () => {
    const { agent, node, session } = await scene({ until: (own) => void (own.version = null) });
    node.version = null;
    expect(await agent.calls(call)).toMatchObject({ decision: "deny" });
    const said = { type: "asks", ask: 1, call, found: foundTo() };
    for (const policy of [undefined, 7, { version: "p-1" }, "p".repeat(101)])
      expect(sayingSchema.parse({ ...said, policy })).toMatchObject({ policy: null });
    await session.stop("hard");
  });

  test("is denied when the host cannot tell which one is in force", async () => {
    const { agent, session } = await scene({
      policy: () => {
        throw new Fault("storage", "test.disk", "the disk is gone");
      },
    });
    expect(await agent.calls(call)).toEqual({
      decision: "deny",
      rule: "gate.failed",
      reason: "The gate has failed: the disk is gone",
    });
    await session.stop("hard");
  });
});

describe("a call whose policy is changed while the host decides", () => {
  /** The gate takes its time, and the policy changes meanwhile. */
  const slowly = (judge?: Scene["judge"]) => {
    const gates: string[] = [];
    const again: boolean[] = [];
    const at = { version: "p-1" };
    const made = scene({
      ...(judge === undefined ? {} : { judge }),
      policy: () => at.version,
      async gate(remote) {
        gates.push(at.version);
        again.push(isAskedAgain(remote));
        if (gates.length === 1) at.version = "p-2";
        return allow;
      },
    });
    return made.then((all) => ({ ...all, gates, again }));
  };

  test("is judged anew, and the gate is told that it was asked before where that has come out the same", async () => {
    const { agent, judgedBy, gates, again, session } = await slowly();
    expect(await agent.calls(call)).toEqual(allow);
    expect(judgedBy).toEqual(["p-1", "p-2"]);
    expect(gates).toEqual(["p-1", "p-2"]);
    expect(again).toEqual([false, true]);
    // That was for this call alone.
    expect(await agent.calls(call)).toEqual(allow);
    expect(again).toEqual([false, true, false]);
    await session.stop("hard");
  });

  test("is asked about as a new one where it has come out another way", async () => {
    const { agent, asked, gates, again, session } = await slowly((by) => ({ ...allow, rule: `by ${by}` }));
    expect(await agent.calls(call)).toEqual(allow);
    expect(gates).toEqual(["p-1", "p-2"]);
    expect(asked.map(({ rule }) => rule)).toEqual(["by p-1", "by p-2"]);
    expect(again).toEqual([false, false]);
    await session.stop("hard");
  });

  test("does not run when the new one denies it, though the gate has allowed it before", async () => {
    const { agent, asked, session } = await slowly(denies("p-2"));
    expect(await agent.calls(call)).toMatchObject({ decision: "deny", rule: "test.denied" });
    // What it says after that has come, too.
    await session.answers();
    expect(asked.map(({ decision }) => decision)).toEqual(["allow", "deny"]);
    await session.stop("hard");
  });
});
