import { describe, expect, test } from "vitest";
import { z } from "zod";
import { pause } from "../../src/base/clock.ts";
import { Fault } from "../../src/base/fault.ts";
import type { Link } from "../../src/nodes/hub/hub.ts";
import { untilEntered } from "../../src/nodes/node/entering.ts";
import type { NodeEvent } from "../../src/protocol/node.ts";
import { hubOf, quick, until } from "./kit/hub.ts";
import { openFleet } from "./kit/fleet.ts";
import { startNats, theServer } from "./kit/nats.ts";
import { startWholeNode } from "./kit/whole-node.ts";

const fault = (code: string, message: string): Fault => new Fault("setup", code, message, { hint: "Check it." });

/** Enters with these attempts, one after the other; the last one is made for ever. */
function entering(...attempts: (() => Promise<string>)[]) {
  const link: { state: Link; turns: number } = { state: "up", turns: 0 };
  const told: unknown[] = [];
  const over = new AbortController();
  let calls = 0;
  let looks = 0;
  const turn = (state: Link): void => {
    link.state = state;
    link.turns += 1;
  };
  const begin = (): Promise<string | undefined> =>
    untilEntered({
      enter() {
        const attempt = attempts[Math.min(calls, attempts.length - 1)];
        calls += 1;
        return attempt?.() ?? Promise.reject(new Error("no attempt"));
      },
      link() {
        looks += 1;
        return { ...link };
      },
      tell: (error) => told.push(error),
      pauses: { leastMs: 1, mostMs: 2 },
      signal: over.signal,
    });
  return { begin, turn, told, over, calls: () => calls, looks: () => looks };
}

const late = () => Promise.reject(fault("hub.no_answer", "no answer in time"));
const done = () => Promise.resolve("in");

describe("a node that enters the list again", () => {
  test("tries nothing and tells nothing while the link is down, and is in when it is back", async () => {
    const { begin, turn, told, calls, looks } = entering(done);
    turn("down");
    const entered = begin();
    await until(() => looks() > 5);
    expect(calls()).toBe(0);
    turn("up");
    expect(await entered).toBe("in");
    expect(told).toEqual([]);
  });

  test("does not tell of an attempt during which the link broke, also when it is back by then", async () => {
    const all = entering(() => {
      all.turn("down");
      all.turn("up");
      return late();
    }, done);
    expect(await all.begin()).toBe("in");
    expect(all.told).toEqual([]);
  });

  test("tells once why it does not get in over a link that holds, and again when the reason is another one", async () => {
    const full = fault("hub.full", "there is no room");
    const { begin, told } = entering(late, late, late, () => Promise.reject(full), late, done);
    expect(await begin()).toBe("in");
    expect(told).toMatchObject([{ code: "hub.no_answer" }, { code: "hub.full" }, { code: "hub.no_answer" }]);
  });

  test("gives up when somebody else has its name, or when it is to end", async () => {
    const taken = entering(() => Promise.reject(fault("hub.name_taken", "somebody else has the name")));
    await expect(taken.begin()).rejects.toMatchObject({ code: "hub.name_taken" });
    const { begin, over, calls } = entering(late);
    const entered = begin();
    await until(() => calls() > 3);
    over.abort();
    expect(await entered).toBeUndefined();
  });
});

describe.each(theServer("a node whose name is taken"))("a node whose name is taken, at %s", () => {
  test("says so, and not that its link is down", async () => {
    await using server = await startNats();
    await using other = await hubOf(server, "n1");
    await other.hub.registry(z.unknown()).enter("b1", {});
    const told: NodeEvent[] = [];
    const driver = { open: () => Promise.reject(new Error("nothing is opened")) };
    const started = startWholeNode({ server, folder: server.folder }, "n1", {
      driver,
      parts: { tell: (event) => void told.push(event) },
    });
    await expect(started).rejects.toMatchObject({ code: "hub.name_taken" });
    expect(told).toEqual([]);
  });
});

describe.each(theServer("a node whose server is away"))("a node that lost its lease as its server was away, %s", () => {
  test("comes in again when that is back, and has not told that the list could not be reached", async () => {
    await using fleet = await openFleet();
    await fleet.desk();
    const driver = { open: () => Promise.reject(new Error("nothing is opened")) };
    const bounds = { ...quick, answerMs: 200 };
    await using node = await startWholeNode(fleet, "one", { driver, parts: { bounds } });
    await node.told("lease.granted");
    await fleet.server.kill();
    await node.told("lease.over");
    // Enough for several attempts that would not be answered.
    await pause(1500);
    await fleet.server.restart();
    await node.told("lease.granted", 2);
    expect(node.of("link").map(({ link }) => link)).toEqual(["down", "up"]);
    expect(node.of("trouble").filter(({ message }) => message.includes("registry"))).toEqual([]);
  });
});
