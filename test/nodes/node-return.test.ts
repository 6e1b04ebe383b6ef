import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { remainsOf } from "../survivors/remains.ts";
import { atWork } from "./kit/at-work.ts";
import { hostLives } from "./kit/host-process.ts";
import { until } from "./kit/hub.ts";
import { startNats, theServer } from "./kit/nats.ts";
import { openNodeScene } from "./kit/node-process.ts";

// A host and a node try their agents and gates before they are there, and the node does so twice.
vi.setConfig({ testTimeout: 240_000 });

describe.each(theServer("a node that comes back"))(
  "a node that is killed and started again on its folder, over %s",
  () => {
    test("has its constructs back in their sessions before its lease would be over, each once", async () => {
      await using server = await startNats();
      await using scene = await openNodeScene(server, atWork);
      const lives = hostLives(scene, server);
      const host = await lives.begin();
      const node = scene.node("node-a");
      await node.told("lease.granted");
      const tasks = ["Work.", "Work too."];
      await lives.spawn(tasks, "--sandbox", "off");
      const begun = (): number => {
        const file = join(scene.workspace, "begun");
        return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
      };
      await until(
        () => begun() === 2,
        () => host.errors(),
        90_000,
      );
      node.signal("SIGKILL");
      await node.ended;
      const next = scene.node("node-a");
      await lives.untilClosed(() => ({ last: lives.recorded().slice(-10), node: next.events }));
      const events = lives.recorded();
      // It is not that nothing was heard of it: its next life has told that the one before is ended.
      const went = events.filter(({ type }) => type === "node.went").map(({ why }) => why);
      expect(went).toContain("begun_anew");
      expect(went).not.toContain("given_up");
      const started = events.filter(({ type }) => type === "construct.started").map(({ place }) => place);
      expect(started).toEqual(["node-a", "node-a", "node-a", "node-a"]);
      // In the same sessions, as their memory is there.
      expect(events.filter(({ type }) => type === "construct.restarted")).toEqual([]);
      expect(events.flatMap(({ outcome }) => outcome ?? [])).toMatchObject(
        tasks.map(() => ({ state: "done", result: "Went on." })),
      );
      expect(begun()).toBe(2);
      expect(await lives.stop()).toBe(0);
      next.signal("SIGTERM");
      expect(await next.ended).toBe(0);
      expect(remainsOf(scene.folder)).toEqual([]);
    });
  },
);
