import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { call, say, type Answerer } from "../../../src/offline/reply.ts";
import { remainsOf } from "../../survivors/remains.ts";
import { isToGoOn } from "../kit/at-work.ts";
import { hostLives } from "../kit/host-process.ts";
import { until } from "../kit/hub.ts";
import { startNats, theServer } from "../kit/nats.ts";
import { openNodeScene } from "../kit/node-process.ts";
import { git, repository } from "../workspace/kit/place.ts";

// A host and two nodes try their agents, gates and walls before they are there, and the host does so twice.
vi.setConfig({ testTimeout: 300_000 });

/** Works until it is ended from outside, and then does the rest of it. */
const atWork: Answerer = ({ lastUserText, toolResults }) => {
  if (!isToGoOn(lastUserText)) return call("Bash", { command: "echo once >> begun; setsid sleep 301 & wait" });
  return toolResults.some(({ text }) => text.includes("it is written"))
    ? say("Went on.")
    : call("Bash", { command: "echo twice >> ended; echo it is written" });
};

describe.each(theServer("a host that is killed with copies out"))(
  "a host that is killed with constructs in copies on nodes, over %s",
  () => {
    test("is followed by one for which they go on in these copies, behind their wall, and each comes back once", async () => {
      await using server = await startNats();
      await using scene = await openNodeScene(server, atWork);
      repository(scene.workspace, { "a.txt": "one\n" });
      const lives = hostLives(scene, server);
      const host = await lives.begin();
      const nodes = ["node-a", "node-b"].map((name) => scene.node(name, "--workspace", "bundle", "--sandbox", "auto"));
      await Promise.all(nodes.map((node) => node.told("lease.granted")));
      const tasks = ["Work.", "Work too."];
      await lives.spawn(tasks);
      const copies = (): string[] =>
        ["node-a", "node-b"].flatMap((name) => {
          const folder = `${scene.dataOf(name)}-spaces`;
          return readdirSync(folder)
            .filter((entry) => entry.startsWith("space-"))
            .map((entry) => join(folder, entry, "tree"));
        });
      await until(
        () => copies().filter((tree) => existsSync(join(tree, "begun"))).length === 2,
        () => [host.errors(), lives.recorded().slice(-5)],
        90_000,
      );
      host.signal("SIGKILL");
      await host.ended;

      await lives.begin();
      await lives.untilClosed();
      const events = lives.recorded();
      expect(events.filter(({ type }) => type === "construct.restarted")).toEqual([]);
      const packed = events.filter(({ type }) => type === "workspace.packed");
      expect(packed.map(({ goes_on }) => goes_on)).toEqual([false, false, true, true]);
      const outcomes = events.flatMap(({ construct = "", outcome }) =>
        outcome === undefined ? [] : [{ construct, outcome }],
      );
      expect(outcomes.map(({ outcome }) => outcome)).toMatchObject(
        tasks.map(() => ({ state: "done", result: "Went on.", workspace: { how: "branch" } })),
      );
      for (const { construct } of outcomes) {
        const made = (name: string): string => git(scene.workspace, "show", `cyberdeck/${construct}:${name}`);
        expect([made("begun"), made("ended")]).toEqual(["once", "twice"]);
      }
      expect(git(scene.workspace, "branch", "--list", "cyberdeck/*").split("\n").length).toBe(2);
      expect(existsSync(join(scene.workspace, "begun"))).toBe(false);
      await until(() => copies().length === 0, copies);
      expect(await lives.stop()).toBe(0);
      for (const node of nodes) node.signal("SIGTERM");
      expect(await Promise.all(nodes.map(({ ended }) => ended))).toEqual([0, 0]);
      expect(remainsOf(scene.folder)).toEqual([]);
    });
  },
);
