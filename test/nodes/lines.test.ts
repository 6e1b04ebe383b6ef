import { beforeEach, describe, expect, test } from "vitest";
import type { AgentEvent, SessionOwner } from "../../src/drivers/agent.ts";
import { hostLines, type HostLines } from "../../src/nodes/host/lines.ts";
import { remoteSession } from "../../src/nodes/host/remote-session.ts";
import { conversations, type Conversations } from "../../src/nodes/node/conversations.ts";
import type { Outbox } from "../../src/nodes/node/outbox.ts";
import {
  fromHostSchema,
  fromNodeSchema,
  nodeWireVersion,
  type Address,
  type FromHost,
  type FromNode,
} from "../../src/nodes/wire/letters.ts";
import { numbersFrom } from "../durable/scenario.ts";
import { eventually } from "../kit/deck.ts";
import { handClock } from "../kit/hand-clock.ts";
import { temporaryOutbox } from "./kit/outbox.ts";
import { inForce, judging } from "./kit/finds.ts";
import { puppet } from "./kit/puppet.ts";

const to: Address = { session: "cx-1", epoch: 1, boot: "b" };
const allow = { decision: "allow", rule: "test", reason: "" } as const;
const owner: SessionOwner = { gate: () => Promise.resolve(allow) };

let outbox: Outbox;
beforeEach(() => {
  outbox = temporaryOutbox();
});

interface Both {
  host: HostLines;
  node: Conversations;
  strangers: Address[];
  /** Lets nothing through, or everything again. */
  cut: (isCut: boolean) => void;
  /** What the host has on disk, as far as it lets it. */
  keep: { isSlow: boolean; release: () => void };
  close: () => void;
}

/** A host and a node, with a link between them that loses, doubles and delays as `chance` decides. */
function both(chance: () => number = () => 1): Both {
  const strangers: Address[] = [];
  let isCut = false;
  let waiting: (() => void)[] = [];
  const keep = {
    isSlow: false,
    release() {
      for (const done of waiting) done();
      waiting = [];
    },
  };
  const carry =
    <T>(parse: (raw: unknown) => T, take: (letter: T) => void) =>
    (letter: T) => {
      const raw = JSON.stringify(letter);
      const luck = chance();
      if (isCut || luck < 0.2) return;
      const arrive = (): void => (isCut ? undefined : take(parse(JSON.parse(raw))));
      for (let time = 0; time < (luck < 0.4 ? 2 : 1); time += 1)
        if (luck < 0.6) setTimeout(arrive, luck * 20);
        else setImmediate(arrive);
    };
  const node: Conversations = conversations({
    outbox,
    send: carry<FromNode>(
      (raw) => fromNodeSchema.parse(raw),
      (letter) => host.take(letter),
    ),
    warn: () => undefined,
    again: { firstMs: 5, mostMs: 50, most: 32 },
  });
  const host: HostLines = hostLines({
    send: carry<FromHost>(
      (raw) => fromHostSchema.parse(raw),
      (letter) => node.take(letter),
    ),
    kept: () => (keep.isSlow ? new Promise((done) => waiting.push(done)) : Promise.resolve()),
    onStranger: (who) => strangers.push(who),
    again: { firstMs: 5, mostMs: 50, most: 32 },
  });
  return {
    host,
    node,
    strangers,
    keep,
    cut(now) {
      isCut = now;
    },
    close() {
      host.close();
      node.close();
    },
  };
}

const serving = (agent: ReturnType<typeof puppet>) => ({
  ...judging(),
  open: agent.open,
});

async function read(session: { events: AsyncIterable<AgentEvent> }, count: number): Promise<string[]> {
  const texts: string[] = [];
  for await (const event of session.events) {
    if (event.type === "said") texts.push(event.text);
    if (texts.length === count) break;
  }
  return texts;
}

const numbers = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `${from + index}`);

describe("host and node", () => {
  test.each([1, 2, 3, 4, 5, 6])("lose, double and disorder nothing over a link that does (seed %i)", async (seed) => {
    const number = numbersFrom(seed);
    const link = both(() => number(1000) / 1000);
    const agent = puppet();
    link.node.open(to, serving(agent));
    const session = await remoteSession(link.host.open(to), owner, { token: "token", policy: () => inForce });
    for (const text of numbers(40)) {
      agent.does({ type: "said", text });
      session.send(text);
    }
    expect(await read(session, 40)).toEqual(numbers(40));
    await session.answers();
    expect(agent.told.filter((one) => one.startsWith("send"))).toEqual(numbers(40).map((text) => `send ${text}`));
    expect(await session.stop("hard")).toEqual({ proven: true, survivors: [] });
    await eventually(() => outbox.conversations().length === 0, "all of it is acknowledged, and nothing is kept");
    expect(link.strangers).toEqual([]);
    link.close();
  });

  test("go on where they were when the link was cut and is back", async () => {
    const link = both();
    const agent = puppet();
    link.node.open(to, serving(agent));
    const session = await remoteSession(link.host.open(to), owner, { token: "token", policy: () => inForce });
    link.cut(true);
    for (const text of numbers(20)) agent.does({ type: "said", text });
    session.send("are you there?");
    await eventually(() => outbox.left(to).length >= 20, "what it does is kept");
    expect(agent.told).toEqual([]);
    link.cut(false);
    link.node.sendAgain();
    expect(await read(session, 20)).toEqual(numbers(20));
    await eventually(() => agent.told.length === 1, "it has been told");
    link.close();
  });

  test("are told what is missing as soon as something after it comes, and what was repeated is answered at once", async () => {
    const sent: FromHost[] = [];
    const lines = hostLines({
      send: (letter) => sent.push(letter),
      kept: () => new Promise(() => "never on disk"),
      onStranger: () => expect.unreachable(),
    });
    lines.open(to);
    const say = (n: number, asks?: number): void =>
      lines.take({ wire: nodeWireVersion, to, n, saying: { type: "transcript", line: "" }, asks });
    say(1);
    expect(sent).toEqual([]);
    for (const n of [4, 5, 7]) say(n);
    expect(sent).toMatchObject([{ taken: 0, heard: 1, gap: 4 }]);
    say(2, 9);
    expect(sent[1]).toMatchObject({ taken: 0, heard: 2, gap: 4, answers: 9 });
    say(3);
    expect(sent[2]).toMatchObject({ taken: 0, heard: 5, gap: 7 });
    say(2);
    expect(sent.length).toBe(3);
    lines.close();
  });

  test("get what the host has bidden again when its link is back", async () => {
    const sent: FromHost[] = [];
    const clock = handClock();
    const lines = hostLines({
      send: (letter) => sent.push(letter),
      kept: () => Promise.resolve(),
      onStranger: () => expect.unreachable(),
      clock,
    });
    const line = lines.open(to);
    for (let n = 0; n < 5; n += 1) line.bid({ type: "freeze" });
    clock.pass(500);
    expect(sent.length).toBe(5);
    lines.sendAgain();
    clock.pass(1);
    const asks = sent.flatMap((letter) => ("n" in letter ? [letter.asks] : [])).at(-1);
    expect(sent.slice(5)).toMatchObject([{ n: 1, asks: expect.any(Number) }]);
    lines.take({ wire: nodeWireVersion, to, taken: 1, answers: asks });
    expect(sent.slice(6)).toMatchObject([{ n: 2 }, { n: 3 }, { n: 4 }, { n: 5, asks: expect.any(Number) }]);
    lines.close();
    clock.pass(60_000);
    expect(sent.length).toBe(10);
  });

  test("keep what was told until the host has read it and has it on disk", async () => {
    const link = both();
    const agent = puppet();
    link.node.open(to, serving(agent));
    const session = await remoteSession(link.host.open(to), owner, { token: "token", policy: () => inForce });
    for (const text of numbers(3)) agent.does({ type: "said", text });
    await eventually(() => outbox.left(to).length === 3, "only the opening is acknowledged: nobody has read the rest");
    link.keep.isSlow = true;
    expect(await read(session, 3)).toEqual(numbers(3));
    await session.answers();
    expect(outbox.left(to).filter(({ body }) => body.type === "did").length).toBe(3);
    link.keep.isSlow = false;
    link.keep.release();
    await eventually(() => outbox.left(to).length === 0, "it is on disk");
    link.close();
  });

  test("settle what the host has bidden when the node's disk was full for a moment", async () => {
    const real = outbox;
    let isFull = false;
    outbox = {
      ...real,
      keep(letters) {
        if (isFull) throw new Error("the disk is full");
        real.keep(letters);
      },
    };
    const link = both();
    const agent = puppet();
    link.node.open(to, serving(agent));
    const session = await remoteSession(link.host.open(to), owner, { token: "token", policy: () => inForce });
    isFull = true;
    agent.does({ type: "said", text: "one" });
    await eventually(() => agent.told.includes("stop hard"), "who cannot speak must not work");
    const stopping = session.stop("hard");
    await eventually(() => agent.told.length > 1, "the host's stop has come, too");
    isFull = false;
    expect(await read(session, 1)).toEqual(["one"]);
    expect(await stopping).toEqual({ proven: true, survivors: [] });
    expect(await session.closed).toMatchObject({ how: "signal" });
    await eventually(() => outbox.conversations().length === 0, "all of it is acknowledged");
    link.close();
  });

  test("part for good when the host gives the node up: a zombie is refused, ends its agent and forgets", async () => {
    const link = both();
    const agent = puppet();
    const served = link.node.open(to, serving(agent));
    const session = await remoteSession(link.host.open(to), owner, { token: "token", policy: () => inForce });
    link.cut(true);
    agent.does({ type: "said", text: "nobody hears this" });
    link.host.giveUp("b", "it was not heard for too long");
    expect(await session.closed).toMatchObject({ how: "lost", reason: "it was not heard for too long" });
    const again = puppet();
    const next = { ...to, epoch: 2, boot: "c" };
    link.cut(false);
    link.node.open(next, serving(again));
    const heir = await remoteSession(link.host.open(next), owner, { token: "token", policy: () => inForce });
    link.node.sendAgain();
    await served.closed;
    await eventually(() => outbox.left(to).length === 0, "the zombie has forgotten");
    expect(agent.told).toContain("stop hard");
    expect(link.strangers).toContainEqual(to);
    again.does({ type: "said", text: "mine" });
    expect(await read(heir, 1)).toEqual(["mine"]);
    link.close();
  });

  test.each([1, 2, 3, 4])("count what a zombie has used, once, when it is heard again (seed %i)", async (seed) => {
    const number = numbersFrom(seed);
    const link = both(() => number(1000) / 1000);
    const agent = puppet();
    const served = link.node.open(to, serving(agent));
    const late: AgentEvent[] = [];
    const usedLate = (event: AgentEvent): void => void late.push(event);
    const session = await remoteSession(
      link.host.open(to),
      { ...owner, usedLate },
      { token: "token", policy: () => inForce },
    );
    link.cut(true);
    const tokens = { input: 1, output: 1, cache_read: 0, cache_written: 0 };
    const used = numbers(30).map((request) => ({ type: "used", request, model: "m", tokens, isFinal: true }) as const);
    for (const event of used) agent.does(event);
    link.host.giveUp("b", "it was not heard for too long");
    expect(await session.closed).toMatchObject({ how: "lost" });
    link.cut(false);
    link.node.sendAgain();
    await served.closed;
    await eventually(() => outbox.left(to).length === 0, "the zombie has told it all, and has forgotten");
    expect(agent.told).toContain("stop hard");
    expect(late).toEqual(used);
    expect(link.strangers).toContainEqual(to);
    link.close();
  });

  test("change nothing for a letter of a conversation that the host never had", async () => {
    const link = both();
    const agent = puppet();
    const served = link.node.open({ ...to, session: "cx-unknown" }, serving(agent));
    await served.closed;
    expect(agent.told).toEqual(["stop hard"]);
    expect(link.strangers[0]).toMatchObject({ session: "cx-unknown" });
    link.close();
  });
});
