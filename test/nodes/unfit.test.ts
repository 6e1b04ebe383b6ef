import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import type { CanaryResult } from "../../src/engine/gate/canary.ts";
import { triedAgent } from "../../src/nodes/node/tried-agent.ts";
import { openFleet } from "./kit/fleet.ts";
import { until } from "./kit/hub.ts";
import { theServer } from "./kit/nats.ts";
import { nothingHere, puppetsAway } from "./kit/puppet.ts";
import { runIn, specOf } from "./kit/spec.ts";
import { startWholeNode } from "./kit/whole-node.ts";

const trial = (passed: boolean): CanaryResult => {
  const agent = { agent: "claude", version: "9.9.9" };
  return passed
    ? { ...agent, passed, durationMs: 1 }
    : { ...agent, passed, problem: "It ran a call that it was told not to run." };
};

describe.each(theServer("an unfit node"))("a node whose agent does not keep to the gate any more, over %s", () => {
  test("costs nobody a session: another place is tried, and that is told", async () => {
    await using fleet = await openFleet();
    const desk = await fleet.desk({}, { sharing: () => ({ strategy: "spread", hereSlots: 0 }) });
    const good = puppetsAway();
    const { open } = triedAgent({
      driver: good.driver,
      trial: async () => trial(false),
      onChange: () => undefined,
      over: new AbortController().signal,
      clock: systemClock,
    });
    // One that does not tell so of itself, such as in the moment before that is known.
    await fleet.node("a-bad", { ...good.driver, open });
    await fleet.node("b-good", good.driver);
    const driver = desk.driver(nothingHere);
    const ids = ["cx-1", "cx-2", "cx-3", "cx-4"];
    const places: (string | undefined)[] = [];
    for (const id of ids) places.push((await driver.open(specOf(id, { place: { pool: "big" } }))).place);
    expect(places).toEqual(ids.map(() => "b-good"));
    expect(fleet.toldOf("deck.warned")).toMatchObject([
      { code: "nodes.refused", message: expect.stringContaining("a-bad has refused cx-1") },
    ]);
  });

  test("takes no work and says why, until its agent has passed its trial again", async () => {
    await using fleet = await openFleet();
    const { driver: agents, opened } = puppetsAway();
    const desk = await fleet.desk();
    let passes = true;
    let trials = 0;
    await using node = await startWholeNode(fleet, "one", {
      driver: agents,
      parts: {
        trialAgainMs: 100,
        async trial() {
          trials += 1;
          return trial(passes);
        },
      },
    });
    await node.told("lease.granted");
    const whyNot = (): string | null | undefined => desk.list().nodes[0]?.why_not;
    await until(() => whyNot() === null, whyNot);
    const driver = desk.driver(nothingHere);
    const spec = (id: string) => specOf(id, { cwd: fleet.folder, run: runIn(fleet.folder), place: { pool: "big" } });
    await driver.open(spec("cx-1"));
    passes = false;
    await expect(driver.open(spec("cx-2"))).rejects.toMatchObject({ code: "nodes.refused" });
    await until(() => whyNot()?.includes("It ran a call that it was told not to run.") === true, whyNot);
    expect((await node.told("trouble")).code).toBe("agent.canary");
    // Nobody is sent there meanwhile, though it goes on trying.
    const before = trials;
    const waiting = driver.open(spec("cx-3"));
    await until(() => trials >= before + 2);
    expect(opened.map(({ id }) => id)).toEqual(["cx-1"]);
    expect(node.of("trouble").length).toBe(1);
    passes = true;
    expect((await waiting).place).toBe("one");
    expect((await node.told("tried")).what).toBe("gate");
    expect(whyNot()).toBeNull();
  });
});
