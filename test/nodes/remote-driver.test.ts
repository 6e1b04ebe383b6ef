import { describe, expect, test } from "vitest";
import type { AgentDriver, SessionSpec } from "../../src/drivers/agent.ts";
import { hostLines, type HostLines } from "../../src/nodes/host/lines.ts";
import { remoteDriver, type RemoteDriverParts } from "../../src/nodes/host/remote-driver.ts";
import { nodeWireVersion, type FromHost, type Saying } from "../../src/nodes/wire/letters.ts";
import type { Opening } from "../../src/nodes/wire/opening.ts";
import { eventually } from "../kit/deck.ts";
import { puppet } from "./kit/puppet.ts";
import { specOf } from "./kit/spec.ts";

const spec = specOf("cx-1");

/** A host's driver whose openings go nowhere by themselves, and what it did. */
function hosting(changes: Partial<RemoteDriverParts> = {}) {
  const offered: Opening[] = [];
  const withdrawn: Opening[] = [];
  const sent: FromHost[] = [];
  const here: SessionSpec[] = [];
  const lines: HostLines = hostLines({
    send: (letter) => sent.push(letter),
    kept: () => Promise.resolve(),
    onStranger: () => undefined,
  });
  const usual: AgentDriver = {
    name: "claude",
    can: { interrupt: true, resume: true, structuredOutput: true },
    async open(asked) {
      here.push(asked);
      return puppet().session;
    },
    models: () => Promise.reject(new Error("nobody asks")),
  };
  const driver = remoteDriver({
    here: usual,
    goesOut: () => true,
    link: {
      offer: async (opening) => void offered.push(opening),
      withdraw: async (opening) => void withdrawn.push(opening),
    },
    lines,
    isCounted: (boot) => boot !== "dead",
    firstEpoch: 100,
    policy: () => "p-1",
    ...changes,
  });
  /** The so-manieth opening, once it is offered. */
  const offer = async (at: number): Promise<Opening> => eventually(() => offered[at], `there is an offer ${at + 1}`);
  const claim = ({ session, epoch }: Opening, boot: string) =>
    driver.claim({ session, epoch, boot }, boot.split("-")[0] ?? "");
  const says = ({ session, epoch }: Opening, boot: string, saying: Saying, n = 1): void =>
    lines.take({ wire: nodeWireVersion, to: { session, epoch, boot }, n, saying });
  return { driver, lines, offered, withdrawn, sent, here, offer, claim, says };
}

const up: Saying = { type: "opened", pid: 42, command: "an agent" };

describe("a driver whose sessions are on nodes", () => {
  test("opens here what has to stay here, or is not to go out", async () => {
    const { driver, here, offered } = hosting({ goesOut: ({ id }) => id !== "cx-stays" });
    await driver.open({ ...spec, role: { kind: "coordinator", systemPrompt: "plan" } });
    await driver.open({ ...spec, servers: [{ name: "notes", command: "/usr/bin/node", args: [] }] });
    await driver.open(specOf("cx-stays"));
    expect(here.length).toBe(3);
    expect(offered).toEqual([]);
  });

  test("gives a session to the first life of a node that claims it, and to nobody else", async () => {
    const { driver, offer, claim, says, withdrawn } = hosting();
    const opening = driver.open(spec);
    const first = await offer(0);
    expect(claim({ ...first, epoch: first.epoch - 1 }, "one-1")).toMatchObject({ isGranted: false });
    expect(claim({ ...first, session: "cx-2" }, "one-1")).toMatchObject({ isGranted: false });
    expect(claim(first, "dead")).toMatchObject({ isGranted: false });
    expect(claim(first, "one-1")).toEqual({ isGranted: true });
    // The answer may have been lost.
    expect(claim(first, "one-1")).toEqual({ isGranted: true });
    expect(claim(first, "two-1")).toEqual({ isGranted: false, why: "another node has it" });
    says(first, "two-1", { ...up, pid: 66 });
    says(first, "one-1", up);
    const { pid, place } = await opening;
    expect({ pid, place }).toEqual({ pid: 42, place: "one" });
    expect(claim(first, "two-1")).toMatchObject({ isGranted: false });
    expect(withdrawn).toEqual([first]);
  });

  test("offers a session anew when its node is given up before it is open, each time under a later epoch, and not for ever", async () => {
    const { driver, lines, offered, offer, claim } = hosting();
    const opening = driver.open(spec);
    opening.catch(() => "looked at below");
    for (const at of [0, 1, 2]) {
      expect(claim(await offer(at), `one-${at}`)).toEqual({ isGranted: true });
      lines.giveUp(`one-${at}`, "it is silent");
    }
    await expect(opening).rejects.toMatchObject({
      code: "agent.lost",
      message: expect.stringContaining("it is silent"),
    });
    expect(offered.map(({ epoch }) => epoch)).toEqual([101, 102, 103]);
    expect(claim(offered[2] ?? (await offer(2)), "one-4")).toMatchObject({ isGranted: false });
  });

  test("offers a session anew when a node has claimed it and then says nothing, and lets that one know", async () => {
    const { driver, offer, claim, says, sent } = hosting({ patienceMs: 200 });
    const opening = driver.open(spec);
    const first = await offer(0);
    claim(first, "one-1");
    const second = await offer(1);
    expect(sent.some((letter) => "over" in letter && letter.to.epoch === first.epoch)).toBe(true);
    claim(second, "two-1");
    // The first one wakes up.
    says(first, "one-1", { ...up, pid: 66 });
    says(second, "two-1", up);
    expect((await opening).pid).toBe(42);
  });

  test("counts a claim though the queue does not answer the offer", async () => {
    const answer = Promise.withResolvers<void>();
    const { driver, lines } = hosting({ link: { offer: () => answer.promise, withdraw: async () => undefined } });
    const opening = driver.open(spec);
    const to = { session: "cx-1", epoch: 101, boot: "one-1" };
    expect(driver.claim(to, "one")).toEqual({ isGranted: true });
    answer.reject(new Error("no answer in time"));
    lines.take({ wire: nodeWireVersion, to, n: 1, saying: up });
    expect((await opening).place).toBe("one");
  });

  test.each([0, 1, 2, 3, 4, 5, 6])(
    "never forgets one who claims a session while its offer fails (%d turns later)",
    async (turns) => {
      const answer = Promise.withResolvers<void>();
      const link = { offer: () => answer.promise, withdraw: async () => undefined };
      const { driver, lines, sent } = hosting({ link });
      const opening = driver.open(spec).then(
        () => "opened",
        () => "failed",
      );
      const to = { session: "cx-1", epoch: 101, boot: "one-1" };
      answer.reject(new Error("no answer in time"));
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      const { isGranted } = driver.claim(to, "one");
      if (isGranted) lines.take({ wire: nodeWireVersion, to, n: 1, saying: up });
      const isLetGo = (await opening) === "failed" && sent.some((letter) => "over" in letter);
      expect([isGranted, await opening, isLetGo]).toBeOneOf([
        [true, "opened", false],
        [true, "failed", true],
        [false, "failed", false],
      ]);
    },
  );

  test("is told by a node that it cannot open a session, and asks no other one", async () => {
    const { driver, offer, claim, says, offered, sent } = hosting();
    const opening = driver.open(spec);
    opening.catch(() => "looked at below");
    const first = await offer(0);
    claim(first, "one-1");
    says(first, "one-1", { type: "not_opened", reason: "there is no folder /work", code: null });
    await expect(opening).rejects.toThrow("there is no folder /work");
    expect(offered.length).toBe(1);
    expect(sent.at(-1)).toMatchObject({ over: true });
  });

  test("says what to do when no node takes a session, and nobody gets it after that", async () => {
    const { driver, offer, claim, withdrawn } = hosting({ patienceMs: 20 });
    await expect(driver.open(spec)).rejects.toMatchObject({
      code: "nodes.none",
      hint: expect.stringContaining("nodes"),
    });
    const first = await offer(0);
    expect(withdrawn).toEqual([first]);
    expect(claim(first, "one-1")).toMatchObject({ isGranted: false });
  });

  test("rejects when it cannot offer at all", async () => {
    const link = { offer: () => Promise.reject(new Error("the queue is full")), withdraw: async () => undefined };
    await expect(hosting({ link }).driver.open(spec)).rejects.toThrow("the queue is full");
  });

  test("ends a conversation when nothing is left of its session, and hears no stranger in what comes late", async () => {
    const strangers: unknown[] = [];
    const sent: FromHost[] = [];
    const lines = hostLines({
      send: (letter) => sent.push(letter),
      kept: () => Promise.resolve(),
      onStranger: (to) => strangers.push(to),
    });
    const { driver, offer } = hosting({ lines });
    const opening = driver.open(spec);
    const { session, epoch } = await offer(0);
    const to = { session, epoch, boot: "one-1" };
    const says = (n: number, saying: Saying): void => lines.take({ wire: nodeWireVersion, to, n, saying });
    driver.claim(to, "one");
    says(1, up);
    const agent = await opening;
    const stop = agent.stop("hard");
    says(2, { type: "exited", exit: { how: "code", code: 0, stderr: "" } });
    says(3, { type: "carried_out", bidding: 1, problem: null, result: { proven: true, survivors: [] } });
    expect(await stop).toEqual({ proven: true, survivors: [] });
    expect(await agent.closed).toMatchObject({ how: "code", code: 0 });
    expect(sent.at(-1)).toEqual({ wire: nodeWireVersion, to, over: true });
    says(3, { type: "exited", exit: { how: "code", code: 0, stderr: "" } });
    expect(strangers).toEqual([]);
    expect(await agent.stop("hard")).toEqual({ proven: true, survivors: [] });
  });
});
