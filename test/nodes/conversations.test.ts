import { beforeEach, describe, expect, test } from "vitest";
import { systemClock, type Clock } from "../../src/base/clock.ts";
import { Fault } from "../../src/base/fault.ts";
import { conversations } from "../../src/nodes/node/conversations.ts";
import { fitting } from "../../src/nodes/node/fitting.ts";
import type { Outbox } from "../../src/nodes/node/outbox.ts";
import { nodeWireVersion, type Bidding, type FromHost, type FromNode } from "../../src/nodes/wire/letters.ts";
import { eventually } from "../kit/deck.ts";
import { handClock } from "../kit/hand-clock.ts";
import { temporaryOutbox } from "./kit/outbox.ts";
import { judging } from "./kit/finds.ts";
import { puppet } from "./kit/puppet.ts";

const to = { session: "cx-1", epoch: 1, boot: "b" };
const bid = (n: number, bidding: Bidding, where = to): FromHost => ({ wire: nodeWireVersion, to: where, n, bidding });
const taken = (upTo: number): FromHost => ({ wire: nodeWireVersion, to, taken: upTo });

const numbersOf = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

let outbox: Outbox;
beforeEach(() => {
  outbox = temporaryOutbox();
});

/** A node that writes down what it sends, and what it complains of. */
function node(box: Outbox = outbox, clock: Clock = systemClock) {
  const sent: FromNode[] = [];
  const warned: string[] = [];
  const own = conversations({
    outbox: box,
    send: (letter) => sent.push(letter),
    warn: (code) => warned.push(code),
    clock,
    again: { firstMs: 5, mostMs: 50, most: 32 },
  });
  const agent = puppet();
  const parts = { ...judging(), open: agent.open };
  const sayings = (): string[] => sent.flatMap((letter) => ("saying" in letter ? [letter.saying.type] : []));
  return { own, agent, sent, warned, parts, sayings };
}

describe("the conversations of a node", () => {
  test("are on disk before they are sent, are sent until they are taken, and then no more", async () => {
    const { own, agent, sent, parts, sayings } = node();
    own.open(to, parts);
    await eventually(() => sayings().filter((type) => type === "opened").length >= 3, "it is sent again and again");
    expect(outbox.left(to).map(({ body }) => body.type)).toEqual(["opened"]);
    agent.does({ type: "said", text: "so" });
    await eventually(() => outbox.left(to).length >= 2, "what it does is kept, too");
    const last = outbox.left(to).at(-1)?.n ?? 0;
    own.take(taken(last));
    expect(outbox.left(to)).toEqual([]);
    const before = sent.length;
    agent.does({ type: "said", text: "more" });
    await eventually(() => sent.length > before, "what comes after it is sent");
    expect(sent.slice(before).every((letter) => "n" in letter && letter.n > last)).toBe(true);
    own.close();
  });

  test("say one letter again to a host that is silent, and what it has not heard when it answers that", async () => {
    const clock = handClock();
    const sent: FromNode[] = [];
    const own = conversations({ outbox, send: (letter) => sent.push(letter), warn: () => undefined, clock });
    const agent = puppet();
    own.open(to, { ...judging(), open: agent.open });
    for (let n = 0; n < 99; n += 1) agent.does({ type: "said", text: `${n}` });
    await eventually(() => sent.length === 101, "all of it was sent");
    clock.pass(16_000);
    expect(sent.slice(101).map((letter) => "n" in letter && letter.n)).toEqual([1, 1, 1, 1, 1]);
    const asks = sent.flatMap((letter) => ("n" in letter ? [letter.asks] : [])).at(-1);
    own.take({ wire: nodeWireVersion, to, taken: 1, heard: 10, answers: asks });
    expect(sent.slice(106).map((letter) => "n" in letter && letter.n)).toEqual(numbersOf(11, 42));
    own.close();
  });

  test("say again at once what the host tells to be missing", async () => {
    const { own, agent, sent, parts } = node();
    own.open(to, parts);
    for (let n = 0; n < 9; n += 1) agent.does({ type: "said", text: `${n}` });
    await eventually(() => sent.length >= 11, "all of it was sent");
    own.close();
    const again: FromNode[] = [];
    const next = conversations({
      outbox,
      send: (letter) => again.push(letter),
      warn: () => undefined,
      clock: handClock(),
    });
    next.sendAgain();
    next.take({ wire: nodeWireVersion, to, taken: 2, heard: 4, gap: 8 });
    expect(again.map((letter) => "n" in letter && letter.n)).toEqual([5, 6, 7]);
    expect(outbox.left(to).map(({ n }) => n)).toEqual(numbersOf(3, 11));
    next.close();
  });

  test("tell of signs of life once a second, and of everything else at once", async () => {
    const clock = handClock();
    const { own, agent, parts } = node();
    const lines = (): string[] => outbox.left(to).flatMap(({ body }) => (body.type === "did" ? [body.event.type] : []));
    own.open(to, { ...parts, clock });
    for (const _ of [1, 2, 3]) agent.does({ type: "alive" });
    agent.does({ type: "said", text: "so" });
    agent.does({ type: "alive" });
    await eventually(() => lines().length === 2, "the first one and the word are kept");
    clock.pass(1000);
    for (const _ of [1, 2, 3]) agent.does({ type: "alive" });
    agent.does({ type: "said", text: "more" });
    await eventually(() => lines().length === 4, "and the next one a second later");
    expect(lines()).toEqual(["alive", "said", "alive", "said"]);
    own.close();
  });

  test("carry out each bidding once and in order, and acknowledge it each time it comes", async () => {
    const { own, agent, sent, parts } = node();
    own.open(to, parts);
    own.take(bid(2, { type: "send", text: "two" }));
    own.take(bid(1, { type: "send", text: "one" }));
    own.take(bid(1, { type: "send", text: "one" }));
    await eventually(() => agent.told.length === 2, "both have arrived");
    expect(agent.told).toEqual(["send one", "send two"]);
    expect(sent.flatMap((letter) => ("taken" in letter ? [letter.taken] : []))).toEqual([0, 2, 2]);
    own.close();
  });

  test("take nothing for a session that they do not have, of another epoch, or of an earlier life of the node", async () => {
    const { own, agent, sent, parts, sayings } = node();
    own.open(to, parts);
    await eventually(() => sayings().includes("opened"), "it is open");
    for (const where of [
      { ...to, session: "cx-2" },
      { ...to, epoch: 2 },
      { ...to, boot: "a" },
    ])
      own.take(bid(1, { type: "stop", how: "hard" }, where));
    own.take(bid(1, { type: "send", text: "one" }));
    await eventually(() => agent.told.length > 0, "its own bidding has arrived");
    expect(agent.told).toEqual(["send one"]);
    expect(sent.some((letter) => "taken" in letter && letter.to.epoch !== 1)).toBe(false);
    own.close();
  });

  test("end a session whose words cannot be kept: nothing of them is sent, and the node is told", async () => {
    const full: Outbox = {
      ...outbox,
      keep() {
        throw new Fault("storage", "storage.full", "the disk is full");
      },
    };
    const { own, agent, sent, warned, parts } = node(full);
    own.open(to, parts);
    await eventually(() => agent.told.includes("stop hard"), "it is stopped");
    expect(sent).toEqual([]);
    expect(warned).toContain("node.outbox_failed");
    own.close();
  });

  test("are forgotten with all that is left of them once they were given away", async () => {
    const { own, agent, parts, sayings } = node();
    own.open(to, parts);
    await eventually(() => sayings().includes("opened"), "it is open");
    own.forget(to);
    expect(outbox.conversations()).toEqual([]);
    own.take(bid(1, { type: "send", text: "one" }));
    expect(agent.told).toEqual([]);
    own.close();
  });

  test("ask about a session that has ended until its host says that it is over, however often that is lost", async () => {
    const clock = handClock();
    const { own, agent, sent, parts, sayings } = node(outbox, clock);
    let forgotten = 0;
    const { closed } = own.open(to, { ...parts, onForgotten: () => (forgotten += 1) });
    await eventually(() => sayings().includes("opened"), "it is open");
    const asks = (): number => sent.filter((letter) => "taken" in letter).length;
    clock.pass(300_000);
    expect(asks()).toBe(0);
    await agent.session.stop("hard");
    await closed;
    await eventually(() => sayings().includes("exited"), "it has ended");
    own.take(taken(outbox.left(to).at(-1)?.n ?? 0));
    for (const times of [1, 2, 3]) {
      clock.pass(30_000);
      expect(asks()).toBe(times);
    }
    expect(forgotten).toBe(0);
    own.take({ wire: nodeWireVersion, to, over: true });
    expect([forgotten, outbox.conversations()]).toEqual([1, []]);
    clock.pass(300_000);
    expect(asks()).toBe(3);
    own.close();
  });

  test("tell what is too large for the hub in part, with how much was left out, and go on", async () => {
    const own = conversations({ outbox, send: () => undefined, warn: expect.unreachable, mostBytes: 50_000 });
    const agent = puppet();
    const long = `head ${"x".repeat(200_000)} tail`;
    let transcript: ((line: string) => void) | undefined;
    own.open(to, {
      ...judging(),
      open(owner) {
        transcript = (line) => owner.transcript?.(line);
        return agent.open(owner);
      },
    });
    agent.does({ type: "tool.returned", id: "call-1", failed: false, text: long });
    agent.does({ type: "said", text: "and on" });
    transcript?.(JSON.stringify({ type: "user", text: long }));
    await eventually(() => outbox.left(to).filter(({ body }) => body.type === "transcript").length > 0, "all is told");
    await eventually(() => outbox.left(to).filter(({ body }) => body.type === "did").length > 1, "all is told");
    const did = outbox.left(to).flatMap(({ body }) => (body.type === "did" ? [body.event] : []));
    expect(did).toMatchObject([
      {
        type: "tool.returned",
        id: "call-1",
        failed: false,
        text: expect.stringMatching(/^head x+\n\[… \d+ bytes left out …\]\nx+ tail$/),
      },
      { type: "said", text: "and on" },
    ]);
    const lines = outbox.left(to).flatMap(({ body }) => (body.type === "transcript" ? [body.line] : []));
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { type: "cyberdeck", left_out_bytes: 200_035, why: "too large for the hub" },
    ]);
    own.close();
  });

  test("end a session that has something to say that cannot be told in part either, and say why", async () => {
    const warned: string[] = [];
    const own = conversations({ outbox, send: () => undefined, warn: (code) => warned.push(code), mostBytes: 5000 });
    const agent = puppet();
    const served = own.open(to, { ...judging(), open: agent.open });
    const tools = Array.from({ length: 2000 }, (_, index) => `tool-${index}`);
    agent.does({ type: "ready", sessionId: "s-1", model: "m", tools });
    await served.closed;
    expect(agent.told).toContain("stop hard");
    expect(warned).toEqual(["node.letter_too_large"]);
    await eventually(
      () => outbox.left(to).filter(({ body }) => body.type === "exited").length === 2,
      "its end is told",
    );
    expect(outbox.left(to).find(({ body }) => body.type === "exited")?.body).toMatchObject({
      exit: { how: "broken", reason: 'what it had to say ("did") is too large for the hub' },
    });
    own.close();
  });

  test("deny a call whose input is too large to be looked at, and tell it in part", async () => {
    const { own, agent, parts } = node();
    own.open(to, parts);
    const input = { file_path: "/work/a", content: "x".repeat(9_000_000) };
    const verdict = agent.calls({ id: "call-1", tool: "Write", input });
    await eventually(() => outbox.left(to).some(({ body }) => body.type === "asks"), "it is told");
    // Whatever the host says, such as one of another version.
    const allowed = { decision: "allow", rule: "test", reason: "" } as const;
    own.take(bid(1, { type: "verdict", ask: 1, verdict: allowed }));
    expect(await verdict).toMatchObject({ decision: "deny", rule: "node.too_large" });
    expect(agent.told).not.toContain("stop hard");
    own.close();
  });

  test("do not shorten a call about which the host is to decide", () => {
    const asks = (decision: "allow" | "deny") =>
      fitting(
        {
          type: "asks",
          ask: 1,
          call: { id: "call-1", tool: "Bash", input: { command: `rm ${"x".repeat(90_000)}` } },
          found: {
            judged: { decision, rule: "test", reason: "", effects: [] },
            targets: [],
            diff: null,
            isCutOff: false,
          },
          policy: "1",
        },
        50_000,
      );
    expect(asks("allow")).toBeUndefined();
    expect(JSON.stringify(asks("deny"))).toContain("bytes left out");
  });
});
