import { describe, expect, test, vi } from "vitest";
import { randomFrom } from "../../../scripts/soak/measure.ts";
import { remainsOf } from "../../survivors/remains.ts";
import { until } from "../kit/hub.ts";
import { theServer } from "../kit/nats.ts";
import { doDeed, type DeedName } from "./deeds.ts";
import { runGoal } from "./goal.ts";
import { openSoak } from "./scene.ts";
import { answerUnits, inWorkspace, wrongUnits } from "./units.ts";

vi.setConfig({ testTimeout: 300_000 });

// The long form: npm run test:nodes-long
describe.each(theServer("thirty constructs on nodes that are killed"))(
  "thirty constructs on two nodes, over %s",
  () => {
    test("have one outcome each, told once, though a node, the host and the server are killed", async () => {
      const units = 30;
      const random = randomFrom(1);
      let place = "";
      await using scene = await openSoak({ nodes: 2, slots: 4, isReal: false, answer: answerUnits(() => place) });
      place = scene.workspace;
      await scene.startHost();
      await Promise.all(scene.nodes.map((node) => node.start()));
      const deeds: DeedName[] = ["node", "host", "server"];
      const done: string[] = [];
      const { events } = await runGoal(
        scene,
        { goal: 1, units, concurrent: 8 },
        {
          did: () => "what a person does besides is no matter here",
          mostMs: 240_000,
          async meanwhile(now) {
            // One after so many more have ended.
            const ended = now.filter(({ type }) => type === "construct.ended").length;
            const deed = deeds[done.length];
            if (deed !== undefined && ended >= 4 + 6 * done.length && (await doDeed(deed, scene, random)))
              done.push(deed);
          },
        },
      );
      expect(wrongUnits(events, 1, units, inWorkspace(scene.workspace))).toEqual([]);
      expect(done).toEqual(deeds);
      for (const node of scene.nodes) node.signal("SIGTERM");
      const stopped = await scene.cyberdeck("host", "stop", "--json");
      expect(stopped.code).toBe(0);
      await until(
        () => remainsOf(scene.folder).length === 0,
        () => remainsOf(scene.folder),
      );
    });
  },
);
