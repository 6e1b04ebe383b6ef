import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import type { AgentDriver } from "../../src/drivers/agent.ts";
import { call, reply, say, useTool } from "../../src/offline/reply.ts";
import { eventually, leftOf, of, openTestDeck, outcomesOf } from "../kit/deck.ts";
import { atWork, bothWentOn, childrenOf, startTwoAtWork } from "./kit/at-work.ts";
import { openFleet } from "./kit/fleet.ts";
import { later } from "./kit/later.ts";
import { theServer } from "./kit/nats.ts";
import { nothingHere, puppet } from "./kit/puppet.ts";
import { startRelay } from "./kit/relay.ts";
import { specOf } from "./kit/spec.ts";
import { threeConstructs } from "./kit/three-tasks.ts";

/** Opens agents that do nothing, and remembers when. */
function puppets() {
  const opened: { id: string; resume: string | undefined; stopped: number }[] = [];
  const stopped: string[] = [];
  const driver: AgentDriver = {
    ...nothingHere,
    open({ id, resume, ...owner }) {
      opened.push({ id, resume, stopped: stopped.length });
      const made = puppet();
      void made.session.closed.then(() => stopped.push(id));
      return made.open(owner);
    },
  };
  return { driver, opened, stopped };
}

describe.each(theServer("a fleet"))("a goal whose constructs are on the nodes of a fleet, over %s", () => {
  test("is done on two nodes as on one machine, also when the server is killed and started again", async () => {
    await using fleet = await openFleet();
    const desk = await fleet.desk();
    const agents = later();
    const nodes = [await fleet.node("one", agents.driver), await fleet.node("two", agents.driver)];
    await eventually(() => desk.list().nodes.filter(({ why_not }) => why_not === null).length === 2, "both take work");
    await using kit = await openTestDeck({
      driver: agents.through(desk),
      settings: { max_concurrent: 4, sandbox: "off" },
      answer: threeConstructs((index) => [
        reply(
          useTool("Bash", { command: `echo ${index} >> made-${index}; until test -e go; do sleep 0.05; done` }),
          useTool("Write", { file_path: "/etc/cyberdeck-denied", content: "no" }),
        ),
        call("Bash", { command: `cat made-${index}` }),
        ({ toolResults }) => say(`It says ${toolResults.map(({ text }) => text.trim()).join()}.`),
      ]),
    });
    const { afterSeq } = await kit.startGoal("Have three constructs do it.");
    for (const index of [0, 1, 2])
      await eventually(() => existsSync(join(kit.workspace, `made-${index}`)), `${index} is at work`);
    await fleet.server.kill();
    await fleet.server.restart();
    writeFileSync(join(kit.workspace, "go"), "");
    const events = await kit.untilClosed(afterSeq);
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done" });
    expect(
      outcomesOf(events)
        .map(({ state, result }) => `${state} ${result}`)
        .sort(),
    ).toEqual([0, 1, 2].map((index) => `done It says ${index}.`));
    // It goes where the most is free. A server that was killed may give a job out once more, to the same node.
    const openings = nodes.map(({ took }) => new Set(took).size);
    expect(openings.toSorted((one, other) => one - other)).toEqual([1, 2]);
    expect(existsSync("/etc/cyberdeck-denied")).toBe(false);
    expect(fleet.toldOf("hub.link").map(({ link }) => link)).toEqual(["down", "up"]);
    expect(fleet.toldOf("node.stranger")).toEqual([]);
    expect(of(events, "construct.agent_died")).toEqual([]);
    expect(leftOf(events)).toEqual([]);
  });
});

describe.each(theServer("a node that drains"))("a node that is asked to take no more, over %s", () => {
  test("goes on with what it has, gets nothing new, and takes work again when it is asked to", async () => {
    await using fleet = await openFleet();
    const desk = await fleet.desk({ roomMs: 100 });
    const agent = puppets();
    const one = await fleet.node("one", agent.driver);
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    const driver = desk.driver(agent.driver);
    const first = await driver.open(specOf("cx-1"));
    expect(await desk.drain("one", true)).toEqual({ draining: true, used: 1 });
    await eventually(() => fleet.toldOf("node.draining").length === 1, "it is told");
    await expect(driver.open(specOf("cx-2"))).rejects.toMatchObject({
      code: "nodes.no_room",
      message: expect.stringContaining("one drains"),
    });
    const look = desk.places(
      () => ({ strategy: "here_first", hereSlots: 0 }),
      () => false,
    );
    expect(look.draw()({})).toBe("no node takes any more: one drains");
    expect(first.signal.aborted).toBe(false);
    expect(desk.list().nodes).toMatchObject([{ node: "one", draining: true, agents: ["cx-1"], why_not: "drains" }]);
    let changes = 0;
    using _ = look.onChange(() => (changes += 1));
    expect(await desk.drain("one", false)).toMatchObject({ draining: false });
    await eventually(() => changes > 0 && look.draw()({}) === true, "there is room again");
    await driver.open(specOf("cx-2"));
    expect(one.took.length).toBe(2);
    await expect(desk.drain("nobody", true)).rejects.toMatchObject({ code: "nodes.unknown" });
  });
});

/** A node's driver that cannot open anything there. */
const lacking = (why: string): AgentDriver => ({
  ...puppets().driver,
  open: () => Promise.reject(new Fault("refused", "node.no_folder", why)),
});

describe.each(theServer("nodes that refuse"))("a session that a node refuses, over %s", () => {
  test("is opened on another one, and it is told which has refused it and why", async () => {
    await using fleet = await openFleet();
    const desk = await fleet.desk();
    const agent = puppets();
    const [one, two] = [await fleet.node("one", lacking("one has no /work")), await fleet.node("two", agent.driver)];
    await eventually(() => desk.list().nodes.filter(({ why_not }) => why_not === null).length === 2, "both take work");
    // Of two that are as free, it is the first by name.
    const session = await desk.driver(agent.driver).open(specOf("cx-1"));
    expect(session.place).toBe("two");
    expect([one.took.length, two.took.length]).toEqual([1, 1]);
    expect(fleet.toldOf("deck.warned")).toEqual([
      { code: "nodes.refused", message: "one has refused cx-1, so another place is tried: one has no /work" },
    ]);
    expect(desk.list().nodes.map(({ agents }) => agents)).toEqual([[], ["cx-1"]]);
  });

  test("fails with all reasons and the next step when every one refuses it, and waits for no room", async () => {
    await using fleet = await openFleet();
    const desk = await fleet.desk();
    for (const name of ["one", "two"]) await fleet.node(name, lacking(`${name} has no /work`));
    // One that has no policy yet is no place that could be tried.
    const open = () => desk.list().nodes.filter(({ why_not }) => why_not === null);
    await eventually(() => open().length === 2, "both nodes get work");
    await expect(desk.driver(puppets().driver).open(specOf("cx-1"))).rejects.toMatchObject({
      code: "nodes.refused",
      // The second one may have come up first; one that is only just there is waited for.
      message: expect.stringMatching(
        /^No place has taken the session \(\w+: \w+ has no \/work; \w+: \w+ has no \/work\)$/,
      ),
      facts: { refusals: { one: "one has no /work", two: "two has no /work" } },
      hint: expect.stringContaining("another place"),
    });
    expect(desk.list().nodes.flatMap(({ agents }) => agents)).toEqual([]);
  });
});

describe.each(theServer("another life of the host"))("a host that has come up anew, over %s", () => {
  test("refuses the lives of nodes before it, and opens their sessions again only in their next life", async () => {
    await using fleet = await openFleet();
    const agent = puppets();
    const before = await fleet.desk();
    const one = await fleet.node("one", agent.driver);
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    const old = await before.driver(agent.driver).open(specOf("cx-1"));
    await before.close();
    expect((await old.closed).how).toBe("lost");
    expect(agent.stopped).toEqual([]);

    const desk = await fleet.desk();
    const look = desk.places(
      () => ({ strategy: "here_first", hereSlots: 1 }),
      () => false,
    );
    expect(look.draw()({ before: "one" })).toContain("may still be at work on it");
    const opening = desk.driver(agent.driver).open(specOf("cx-1", { resume: "s-1", place: { before: "one" } }));
    await opening;
    // Nothing was opened again before all of the earlier life was ended.
    expect(agent.opened.map(({ id, resume, stopped }) => ({ id, resume, stopped }))).toEqual([
      { id: "cx-1", resume: undefined, stopped: 0 },
      { id: "cx-1", resume: "s-1", stopped: 1 },
    ]);
    expect(one.proofs).toEqual([{ why: "refused", proven: true }]);
    // What the earlier life has still to say is refused.
    expect(fleet.toldOf("node.stranger").every(({ boot }) => boot === one.lives[0]?.boot)).toBe(true);
  });

  test("says that a session is gone whose node does not come back, and opens the task anew elsewhere", async () => {
    await using fleet = await openFleet();
    const agent = puppets();
    const desk = await fleet.desk({ returnMs: 100 });
    await fleet.node("two", agent.driver);
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    const driver = desk.driver(agent.driver);
    const gone = specOf("cx-1", { place: { before: "one" } });
    await expect(driver.open({ ...gone, resume: "s-1" })).rejects.toMatchObject({ code: "agent.session_gone" });
    await driver.open(gone);
    expect(agent.opened.map(({ resume }) => resume)).toEqual([undefined]);
  });
});

describe.each(theServer("nodes that go"))("constructs on a node, over %s", () => {
  test("go on in its next life when it was cut off for longer than its lease, after all of them is ended in the one before", async () => {
    await using fleet = await openFleet();
    await using relay = await startRelay(fleet.server.port);
    const desk = await fleet.desk({ returnMs: 60_000 });
    const agents = later();
    const one = await fleet.node("one", agents.driver, { url: relay.url });
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    await using kit = await openTestDeck({
      driver: agents.through(desk),
      settings: { max_concurrent: 2, sandbox: "off" },
      answer: atWork,
    });
    const { afterSeq, constructs } = await startTwoAtWork(kit);
    expect(desk.list().nodes.map(({ agents: on }) => on.toSorted())).toEqual([constructs.toSorted()]);
    relay.cut();
    const shown = (): unknown => desk.list().nodes.map(({ boot, agents: on }) => ({ boot, on: on.toSorted() }));
    const unheard = JSON.stringify([{ boot: "", on: constructs.toSorted() }]);
    await eventually(() => JSON.stringify(shown()) === unheard, "it is shown as one that is not heard");
    let deaths = 0;
    await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.agent_died" && (deaths += 1) === 2);
    expect(childrenOf(constructs)).toEqual([]);
    relay.mend();
    const events = await kit.untilClosed(afterSeq);
    expect(one.proofs).toEqual([{ why: "silence", proven: true }]);
    expect(outcomesOf(events).map(({ state, result }) => [state, result])).toEqual(bothWentOn);
    expect(new Set(one.took).size).toBeGreaterThanOrEqual(4);
    // In their sessions: their node was waited for.
    expect(of(events, "construct.restarted")).toEqual([]);
    expect(of(events, "construct.agent_died").map(({ body }) => body)).toMatchObject(
      [1, 2].map(() => ({ exit: "one has not been heard for too long", goes_on: true })),
    );
    expect(fleet.toldOf("node.went")).toContainEqual(
      expect.objectContaining({ node: "one", why: "given_up", agents: 2 }),
    );
    // What it could not tell in time is told then, and refused.
    await eventually(() => fleet.toldOf("node.stranger").length > 0, "its late words have come");
    await eventually(() => one.lives.at(-1)?.mayAct(), "it has begun another life");
    expect(readFileSync(join(kit.workspace, "begun"), "utf8")).toBe("once\nonce\n");
    expect(leftOf(events)).toEqual([]);
    // Nobody is warned of what was proven meanwhile.
    expect(of(events, "deck.warned").map(({ body }) => body.code)).not.toContain("stop.unproven");
    expect(fleet.toldOf("node.proven")).toEqual([]);
  });
});
