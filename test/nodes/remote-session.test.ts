import { describe, expect, test } from "vitest";
import { pause } from "../../src/base/clock.ts";
import { channel } from "../../src/base/stream.ts";
import { messageOf } from "../../src/base/fault.ts";
import type { AgentEvent, AgentSession, SessionOwner } from "../../src/drivers/agent.ts";
import { Meter, meteringOf } from "../../src/engine/meter.ts";
import type { Note } from "../../src/engine/journal.ts";
import { foundOf } from "../../src/engine/gate/found.ts";
import { remoteSession, type SessionLine } from "../../src/nodes/host/remote-session.ts";
import type { Numbered } from "../../src/nodes/numbered.ts";
import type { Bidding, Saying } from "../../src/nodes/wire/letters.ts";
import type { Judgement, ToolCall, Verdict } from "../../src/protocol/verdict.ts";
import { eventually } from "../kit/deck.ts";
import { numbersFrom } from "../durable/scenario.ts";
import { aPacked } from "../kit/packed.ts";
import { joined } from "./kit/line.ts";
import { foundTo, inForce, judging } from "./kit/finds.ts";
import { puppet } from "./kit/puppet.ts";

const allow: Verdict = { decision: "allow", rule: "test", reason: "" };

const call = (id: string): ToolCall => ({ id, tool: "Bash", input: { command: id } });

/** The session over a line, by the policy in force. Whoever owns it allows all, unless the test says otherwise. */
const opened = (
  line: SessionLine,
  owner: SessionOwner = { gate: () => Promise.resolve(allow) },
): Promise<AgentSession> => remoteSession(line, owner, { token: "token", policy: () => inForce });

/** A line on which the test says what its node says, and sees what that is bidden. */
function lineByHand() {
  const sayings = channel<Numbered<Saying>>();
  const bidden: Bidding[] = [];
  let said = 0;
  const line: SessionLine = {
    bid: (bidding) => bidden.push(bidding),
    sayings,
    took: () => undefined,
    lost: new Promise(() => undefined),
    isGone: () => Promise.resolve(true),
    onLate: () => undefined,
    end: () => sayings.close(),
  };
  const hear = (body: Saying): void => {
    said += 1;
    sayings.push({ n: said, body });
  };
  return { line, hear, bidden };
}

describe("a session on a node", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "is to the host as its own, over a link that loses, doubles and delays (seed %i)",
    async (seed) => {
      const agent = puppet();
      const number = numbersFrom(seed);
      const { line } = joined({ ...judging(), open: agent.open }, () => number(1000) / 1000);
      const asked: string[] = [];
      const owner: SessionOwner = {
        gate: async (remote) => {
          asked.push(remote.id);
          return remote.id === "b" ? { decision: "deny", rule: "test", reason: "no" } : allow;
        },
      };
      const session = await opened(line, owner);
      expect([session.pid, session.command, session.token]).toEqual([77, "an agent", "token"]);

      for (const text of ["one", "two", "three"]) session.send(text);
      expect(session.unread).toBe(3);
      await session.aim({ model: "haiku", effort: "low" }, { fast: true });
      await session.answers();
      expect(agent.told).toEqual(["send one", "send two", "send three", "aim haiku true", "answers"]);

      const verdicts = await Promise.all(["a", "b", "c"].map((id) => agent.calls(call(id))));
      expect(verdicts.map(({ decision }) => decision)).toEqual(["allow", "deny", "allow"]);
      expect(asked).toEqual(["a", "b", "c"]);

      const said = Array.from({ length: 50 }, (_, index): AgentEvent => ({ type: "said", text: `${index}` }));
      for (const event of said) agent.does(event);
      const seen: AgentEvent[] = [];
      for await (const event of session.events) {
        seen.push(event);
        if (seen.length === said.length) break;
      }
      expect(seen).toEqual(said);

      await expect(session.interrupt()).rejects.toThrow("there is no turn");
      expect(await session.freeze()).toBe(true);
      expect(await session.stop("hard")).toEqual({ proven: true, survivors: [] });
      expect(await session.closed).toEqual({ how: "signal", signal: "SIGKILL", stderr: "" });
      expect(session.signal.aborted).toBe(true);
      // An agent that is gone may have left something: its node is asked all the same.
      expect(await session.stop("polite")).toEqual({ proven: true, survivors: [] });
    },
  );

  test.each([
    ["finished with, though its work could not be brought", false, undefined],
    ["given up", true, "it is silent"],
  ])("in a copy tells whether its machine was given up: it was %s", async (_, isGivenUp, told) => {
    const agent = puppet();
    const { line, lose } = joined({ ...judging(), open: agent.open });
    const returned = { how: "lost", why: "the store takes nothing", hint: "" } as const;
    const session = await remoteSession(
      line,
      { gate: () => Promise.resolve(allow) },
      {
        token: "token",
        policy: () => inForce,
        copy: { packed: aPacked, heard: () => undefined, take: () => Promise.resolve(returned) },
      },
    );
    await session.stop("hard");
    await session.closed;
    await session.stop("hard");
    if (isGivenUp) lose("it is silent");
    const bringing = session.copy?.bringBack({ construct: "cx-1", isOver: true });
    expect(await bringing).toEqual(returned);
    await pause(20);
    expect(session.copy?.lost).toBe(told);
  });

  test("in a copy whose node is gone tells why its work cannot be had: not for the end of its agent", async () => {
    const agent = puppet();
    const { line, lose } = joined({ ...judging(), open: agent.open });
    const session = await remoteSession(
      line,
      { gate: () => Promise.resolve(allow) },
      {
        token: "token",
        policy: () => inForce,
        copy: {
          packed: aPacked,
          heard: () => undefined,
          take: (_, ask) =>
            ask().then(
              () => ({ how: "nothing", left: { count: 0, first: [] } }),
              (error: unknown) => ({ how: "lost", why: messageOf(error), hint: "" }),
            ),
        },
      },
    );
    await session.stop("hard");
    lose("node-1 has left the fleet");
    const bringing = session.copy?.bringBack({ construct: "cx-1", isOver: false });
    expect(await bringing).toMatchObject({ how: "lost", why: "node-1 has left the fleet" });
  });

  test("whose node denies a call by itself tells the host so, and nobody can allow it", async () => {
    const agent = puppet();
    const judge = (asked: ToolCall): Judgement =>
      asked.id === "bad" ? { decision: "deny", rule: "effect.write", reason: "outside" } : allow;
    const { line } = joined({ ...judging(judge), open: agent.open });
    const told = Promise.withResolvers<Judgement>();
    const session = await opened(line, {
      gate: async (remote) => {
        const found = foundOf(remote);
        if (found !== undefined) told.resolve(found.judged);
        return allow;
      },
    });
    expect(await agent.calls(call("bad"))).toEqual({ decision: "deny", rule: "effect.write", reason: "outside" });
    expect(await told.promise).toMatchObject({ decision: "deny", rule: "effect.write" });
    await session.stop("hard");
  });

  test("runs nothing when its lease is over: not what is asked then, and not what waits for an answer", async () => {
    const agent = puppet();
    const over = new AbortController();
    const { line, cut } = joined({ ...judging(() => allow, over.signal), open: agent.open });
    const isAsked = Promise.withResolvers<void>();
    await remoteSession(
      line,
      {
        gate() {
          isAsked.resolve();
          return new Promise(() => undefined);
        },
      },
      { token: "token", policy: () => inForce },
    );
    const waiting = agent.calls(call("a"));
    await isAsked.promise;
    cut();
    over.abort();
    expect(await waiting).toMatchObject({ decision: "deny", rule: "node.lease_over" });
    expect(await agent.calls(call("b"))).toMatchObject({ decision: "deny", rule: "node.lease_over" });
  });

  test("runs nothing that is allowed when its process has stood still for too long, though nobody has told it so", async () => {
    const agent = puppet();
    let isLate = false;
    const { line } = joined({ ...judging(() => allow), mayAct: () => !isLate, open: agent.open });
    const session = await opened(line, {
      gate: async () => {
        isLate = true;
        return allow;
      },
    });
    expect(await agent.calls(call("a"))).toMatchObject({ decision: "deny", rule: "node.lease_over" });
    expect(await agent.calls(call("b"))).toMatchObject({ decision: "deny", rule: "node.lease_over" });
    await session.stop("hard");
  });

  test("that is stopped by several at once has one report for all", async () => {
    const agent = puppet();
    const { line } = joined({ ...judging(), open: agent.open });
    const session = await opened(line);
    const stops = await Promise.all([session.stop("polite"), session.stop("hard"), session.stop("hard")]);
    expect(stops.map(({ proven }) => proven)).toEqual([true, true, true]);
  });

  test("that ends because its lease is over tells that, and not what it was ended with", async () => {
    const agent = puppet();
    const over = new AbortController();
    const { line, served } = joined({ ...judging(() => allow, over.signal), open: agent.open });
    const session = await opened(line);
    over.abort();
    await served.stop();
    expect(await session.closed).toMatchObject({ how: "lost" });
  });

  test("that was given up is proven to be gone when its node has looked, also for whoever asks later", async () => {
    const agent = puppet();
    const { line, cut, lose, isGone } = joined({ ...judging(), open: agent.open });
    const session = await remoteSession(
      line,
      { gate: () => Promise.resolve(allow) },
      { token: "token", policy: () => inForce },
    );
    cut();
    let report: unknown;
    const stop = session.stop("hard").then((now) => (report = now));
    lose("node-1 has not been heard for 10 s");
    await session.closed;
    await new Promise((resolve) => setImmediate(resolve));
    expect(report).toBeUndefined();
    isGone.resolve(true);
    await stop;
    expect(report).toEqual({ proven: true, survivors: [] });
    expect(await session.stop("polite")).toEqual({ proven: true, survivors: [] });
  });

  test("that was given up has ended as lost, without a proof, and whoever waits for it is told why", async () => {
    const agent = puppet();
    const { line, cut, lose, isGone } = joined({ ...judging(), open: agent.open });
    const session = await opened(line);
    cut();
    const answer = session.answers();
    const stop = session.stop("polite");
    lose("node-1 has not been heard for 10 s");
    await expect(answer).rejects.toMatchObject({
      code: "agent.gone",
      message: expect.stringContaining("node-1 has not been heard"),
    });
    isGone.resolve(false);
    expect(await stop).toEqual({ proven: false, survivors: [] });
    expect(await session.closed).toMatchObject({ how: "lost", reason: "node-1 has not been heard for 10 s" });
    await expect(session.aim({ model: "m", effort: "low" })).rejects.toMatchObject({ code: "agent.gone" });
    for await (const event of session.events) throw new Error(`nothing comes any more, and there is ${event.type}`);
  });

  test("that cannot be opened there is a rejection here, with the reason", async () => {
    const open = (): Promise<AgentSession> => Promise.reject(new Error("there is no agent on this machine"));
    const { line, served } = joined({ ...judging(), open });
    await expect(opened(line)).rejects.toThrow("there is no agent on this machine");
    await served.closed;
    expect(await served.stop()).toEqual({ proven: true });
  });

  test("denies a call over which the host's gate fails", async () => {
    const agent = puppet();
    const { line } = joined({ ...judging(), open: agent.open });
    const session = await opened(line, { gate: () => Promise.reject(new Error("broken")) });
    expect(await agent.calls(call("a"))).toMatchObject({ decision: "deny", rule: "gate.failed" });
    await session.stop("hard");
  });

  test("asks its owner about a call when all that was used before it has been counted, however much arrives at once", async () => {
    const { line, hear, bidden } = lineByHand();
    const note: Note = () => true;
    const meter = new Meter({ agent: "cx-1", role: "construct", note, metering: meteringOf(() => 0, note) });
    const counted: number[] = [];
    hear({ type: "opened", pid: 77, command: "an agent" });
    const session = await opened(line, {
      gate: async () => {
        counted.push(meter.total.requests);
        return allow;
      },
    });
    const reading = (async () => {
      for await (const event of session.events) meter.see(event);
    })();
    for (let request = 1; request <= 20; request += 1)
      for (const isFinal of [false, true])
        hear({ type: "did", event: { type: "used", request: `r-${request}`, tokens: { output: 1 }, isFinal } });
    hear({ type: "asks", ask: 1, call: call("a"), found: foundTo(), policy: inForce });
    await eventually(() => bidden.length === 1, "it has its verdict");
    expect(counted).toEqual([20]);
    hear({ type: "exited", exit: { how: "code", code: 0, stderr: "" } });
    await reading;
  });

  test("asks its owner at once about a call before which there was nothing, and where nobody reads what was before it", async () => {
    const { line, hear, bidden } = lineByHand();
    hear({ type: "opened", pid: 77, command: "an agent" });
    const session = await opened(line);
    const asks = (ask: number): void => hear({ type: "asks", ask, call: call("a"), found: foundTo(), policy: inForce });
    asks(1);
    await eventually(() => bidden.length === 1, "it has its verdict");
    hear({ type: "did", event: { type: "said", text: "one" } });
    hear({ type: "did", event: { type: "said", text: "two" } });
    asks(2);
    await eventually(() => bidden.length === 2, "nobody is waited for who has not begun to read");
    const reading = session.events[Symbol.asyncIterator]();
    await reading.next();
    asks(3);
    await new Promise((resolve) => setImmediate(resolve));
    expect(bidden.length).toBe(2);
    await reading.return?.();
    await eventually(() => bidden.length === 3, "nor for one who reads no more");
    expect(bidden).toMatchObject([1, 2, 3].map((ask) => ({ type: "verdict", ask, verdict: { decision: "allow" } })));
  });

  test("counts what was sent and not passed on yet among what is unread", async () => {
    const agent = puppet();
    const { line } = joined({ ...judging(), open: agent.open });
    const session = await opened(line);
    session.send("one");
    session.send("two");
    await session.answers();
    expect(session.unread).toBe(2);
    agent.reads();
    agent.does({ type: "alive" });
    for await (const event of session.events) if (event.type === "alive") break;
    expect(session.unread).toBe(0);
    await session.stop("hard");
  });
});
