import { spawn } from "node:child_process";
import { once } from "node:events";
import { setImmediate as nextRound } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pause } from "../../../src/base/clock.ts";
import { attach } from "../../../src/host/door/attach.ts";
import { usualLimits } from "../../../src/host/door/limits.ts";
import { isEventType } from "../../../src/protocol/event.ts";
import type { Port } from "../../../src/host/port.ts";
import { doorStage, goal, type DoorStage } from "./door-stage.ts";
import { openProxy } from "./proxy.ts";
import { knock, requestText, visit, type Asking, type Visitor } from "./visitor.ts";

let stage: DoorStage;

beforeEach(async () => {
  stage = doorStage();
  await stage.deck.port.send(goal("Count"));
});

afterEach(async () => {
  await stage[Symbol.asyncDispose]();
});

const follow = (path: string, query = "", asking: Asking = {}): Promise<Visitor> =>
  visit(path, requestText(`/v1/events${query}`, asking));

/** Says `count` things of `size` characters. */
const chatter = (count: number, size: number): void => {
  const text = "x".repeat(size);
  for (let n = 0; n < count; n += 1) stage.deck.stage().emit("netrunner.said", { text });
};

/** The numbers of the events that come, until another message comes or the connection is over. */
async function seqsOf(visitor: Visitor): Promise<{ seqs: number[]; last: Awaited<ReturnType<Visitor["next"]>> }> {
  const seqs: number[] = [];
  for (;;) {
    const frame = await visitor.next();
    if (frame === undefined || frame.id === "") return { seqs, last: frame };
    seqs.push(Number(frame.id));
  }
}

describe("a stream of events", () => {
  test("has each event with its number, its type and itself, and its end when the deck ends", async () => {
    const { path } = await stage.open();
    using visitor = await follow(path);
    const [first, second] = stage.deck.events;
    expect(await visitor.next()).toEqual({ id: "1", event: "run.opened", data: first });
    expect(await visitor.next()).toEqual({ id: "2", event: "goal.set", data: second });
    chatter(1, 10);
    expect(await visitor.next()).toMatchObject({ id: "3", data: { seq: 3, body: { text: "xxxxxxxxxx" } } });
    await stage.end();
    expect(await visitor.next()).toEqual({ id: "", event: "end", data: { after: 3 } });
    expect(await visitor.next()).toBeUndefined();
  });

  test.each<[string, string, Asking, number]>([
    ["after a number", "?after=1", {}, 2],
    ["after the last one that a browser has seen", "", { headers: { "Last-Event-ID": "1" } }, 2],
    ["after the last one, whatever the address says", "?after=0", { headers: { "Last-Event-ID": "1" } }, 2],
    ["from the first when the last one is empty", "", { headers: { "Last-Event-ID": "" } }, 1],
  ])("begins %s", async (_, query, asking, seq) => {
    const { path } = await stage.open();
    using visitor = await follow(path, query, asking);
    expect(await visitor.next()).toMatchObject({ id: String(seq) });
  });

  test("has messages of its own that are no events of the record", () => {
    expect(["deck", "end", "cut", "fault"].filter(isEventType)).toEqual([]);
  });

  test("shows that it is alive while nothing happens", async () => {
    const { path } = await stage.open({ limits: { ...usualLimits, stillHereMs: 20 } });
    using visitor = await follow(path, "?after=2");
    const alive = Promise.withResolvers<void>();
    let heard = "";
    visitor.socket.on("data", (chunk) => {
      heard += String(chunk);
      if (heard.split(": still here").length > 3) alive.resolve();
    });
    await alive.promise;
    expect(heard).not.toContain("event:");
  });

  test("tells a fault of the record, and ends with it", async () => {
    const broken: Port["follow"] = async function* (after) {
      yield* stage.deck.events.slice(after);
      throw new Error("the disk is gone");
    };
    const { path } = await stage.open({ port: { ...stage.deck.port, follow: broken } });
    using visitor = await follow(path);
    const { seqs, last } = await seqsOf(visitor);
    expect(seqs).toEqual([1, 2]);
    expect(last).toMatchObject({
      event: "fault",
      data: { fault: { message: expect.stringContaining("disk is gone") } },
    });
    const far = await attach(stage.home);
    const following = (async () => {
      for await (const { seq } of far.port.follow(1)) seqs.push(seq);
    })();
    await expect(following).rejects.toMatchObject({ code: "deck.failed" });
    expect(seqs).toEqual([1, 2, 2]);
    await far.close();
  });
});

describe("a follower", () => {
  test("that does not read for a while loses nothing and costs no memory: it goes on from the record", async () => {
    const from: number[] = [];
    const counted: Port["follow"] = (after) => {
      from.push(after);
      return stage.deck.port.follow(after);
    };
    const { path } = await stage.open({
      port: { ...stage.deck.port, follow: counted },
      limits: { ...usualLimits, behindMs: 1 },
    });
    using slow = await follow(path);
    expect([await slow.next(), await slow.next()]).toMatchObject([{ id: "1" }, { id: "2" }]);
    slow.socket.pause();
    chatter(2000, 2000);
    using other = await follow(path, "?after=2001");
    expect(await other.next()).toMatchObject({ id: "2002" });
    const before = from.length;
    for (let n = 0; n < 20; n += 1) await knock(path, "/v1/version");
    // While it does not read, nothing is asked of the record for it either.
    expect(from.length - before).toBeLessThan(10);
    slow.socket.resume();
    const seqs: number[] = [];
    while (seqs.length < 2000) seqs.push(Number((await slow.next())?.id));
    expect(seqs).toEqual(Array.from({ length: 2000 }, (_, index) => index + 3));
    // It was not subscribed all the time: its backlog lay in the record, not in the deck's memory.
    expect(from.length).toBeGreaterThan(3);
  });

  test("that reads as fast as it can has the record asked once for a whole stretch, not for each piece of it", async () => {
    let asked = 0;
    const counted: Port["follow"] = (after) => {
      asked += 1;
      return stage.deck.port.follow(after);
    };
    const limits = { ...usualLimits, behindMs: 60_000 };
    const { path } = await stage.open({ port: { ...stage.deck.port, follow: counted }, limits });
    chatter(2000, 2000);
    using quick = await follow(path);
    let last = 0;
    while (last < 2002) last = Number((await quick.next())?.id);
    expect(asked).toBe(1);
  });

  test("that does not read what trickles in is unsubscribed, too, and goes on from the record", async () => {
    let asked = 0;
    const counted: Port["follow"] = (after) => {
      asked += 1;
      return stage.deck.port.follow(after);
    };
    const limits = { ...usualLimits, behindMs: 1 };
    const { path } = await stage.open({ port: { ...stage.deck.port, follow: counted }, limits });
    using slow = await follow(path, "?after=2");
    slow.socket.pause();
    for (let n = 0; n < 1000; n += 1) {
      chatter(1, 2000);
      await nextRound();
    }
    expect(asked).toBe(1);
    slow.socket.resume();
    let last = 0;
    while (last < 1002) last = Number((await slow.next())?.id);
    expect(asked).toBeGreaterThan(1);
  });

  test("that reads too late is cut, and told after which event to go on", async () => {
    const { path } = await stage.open({ limits: { ...usualLimits, stallMs: 100, lastWordsMs: 5000 } });
    using slow = await follow(path);
    await slow.next();
    slow.socket.pause();
    chatter(2000, 2000);
    using witness = await follow(path, "?after=2001");
    await witness.next();
    // It reads late, but before it is given up: it can only be told in what it reads.
    await pause(400);
    slow.socket.resume();
    const { seqs, last } = await seqsOf(slow);
    expect(last).toMatchObject({ event: "cut", data: { after: seqs.at(-1), fault: { code: "door.too_slow" } } });
    expect(seqs.length).toBeLessThan(2000);
    using again = await follow(path, `?after=${seqs.at(-1)}`);
    expect(await again.next()).toMatchObject({ id: String((seqs.at(-1) ?? 0) + 1) });
  });

  test("that never reads is cut after a while, and its place is free again", async () => {
    const limits = { ...usualLimits, mostStreams: 2, stallMs: 200, lastWordsMs: 200 };
    const { path } = await stage.open({ limits });
    using stuck = await follow(path);
    using other = await follow(path, "?after=1");
    await Promise.all([stuck.next(), other.next()]);
    stuck.socket.pause();
    await expect(attach(stage.home)).rejects.toMatchObject({ code: "door.too_much" });
    chatter(100, 100_000);
    const isAdmitted = async (): Promise<boolean> => {
      const far = await attach(stage.home).catch(() => undefined);
      await far?.close();
      return far !== undefined;
    };
    await expect.poll(isAdmitted, { timeout: 20_000 }).toBe(true);
  });

  test("that never reads does not hold up the end of the deck, and hears no orderly end", async () => {
    const { path } = await stage.open({ limits: { ...usualLimits, lastWordsMs: 100 } });
    using stuck = await follow(path);
    await stuck.next();
    stuck.socket.pause();
    chatter(100, 100_000);
    using witness = await follow(path, "?after=101");
    await witness.next();
    await stage.end();
    stuck.socket.resume();
    const { last } = await seqsOf(stuck);
    expect(last?.event).not.toBe("end");
  });

  test("does not hold up others, however long the record is that it reads", async () => {
    let told = 0;
    const endless: Port["follow"] = async function* (after) {
      const [event] = stage.deck.events;
      if (event === undefined) return;
      for (told = after + 1; ; told += 1) yield { ...event, seq: told };
    };
    const { path } = await stage.open({ port: { ...stage.deck.port, follow: endless } });
    // A process of its own, so that it can always read.
    const reads = `require("net").connect(${JSON.stringify(path)}).on("data", () => {}).write(${JSON.stringify(requestText("/v1/events"))})`;
    const greedy = spawn(process.execPath, ["-e", reads], { stdio: "inherit" });
    await expect.poll(() => told, { timeout: 20_000 }).toBeGreaterThan(5000);
    const far = await attach(stage.home);
    expect(await far.port.snapshot()).toMatchObject({ status: "running" });
    await far.close();
    greedy.kill("SIGKILL");
    await once(greedy, "close");
  });

  test("of our own goes on by its last number when its connection breaks and the deck lives", async () => {
    const from: number[] = [];
    const counted: Port["follow"] = (after) => {
      from.push(after);
      return stage.deck.port.follow(after);
    };
    const { path } = await stage.open({ port: { ...stage.deck.port, follow: counted } });
    const proxy = await openProxy(stage.folder, path);
    const far = await attach(proxy.home);
    const seqs: number[] = [];
    const following = (async () => {
      for await (const { seq } of far.port.follow(0)) {
        if (seqs.push(seq) === 40) break;
        if (seq % 5 === 0) proxy.breakAll("/v1/events");
        // The stream of presence breaks too.
        if (seq === 12) proxy.breakAll();
        chatter(1, 10);
      }
    })();
    await following;
    expect(seqs).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(from.length).toBeGreaterThan(7);
    expect(await far.port.snapshot()).toBeDefined();
    await far.close();
    await proxy.close();
  });

  test("of our own that is slow is cut, goes on by itself, and gets every event once and in order", async () => {
    await stage.open({ limits: { ...usualLimits, stallMs: 50, lastWordsMs: 50 } });
    const far = await attach(stage.home);
    chatter(2000, 2000);
    const seqs: number[] = [];
    for await (const { seq } of far.port.follow(0)) {
      seqs.push(seq);
      // Busy with something else for a while, as a face on a slow terminal is.
      if (seq % 500 === 0) await pause(200);
      if (seq === 2002) break;
    }
    expect(seqs).toEqual(Array.from({ length: 2002 }, (_, index) => index + 1));
    await far.close();
  });
});
