import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { call, say, type Answerer } from "../../../src/offline/reply.ts";
import { remainsOf } from "../../survivors/remains.ts";
import { until } from "../kit/hub.ts";
import { startNats, theServer } from "../kit/nats.ts";
import { openNodeScene, type NodeProcess } from "../kit/node-process.ts";
import { git, repository } from "../workspace/kit/place.ts";

// A host and two nodes try their agents, gates and walls before they are there, and the host does so twice.
vi.setConfig({ testTimeout: 300_000 });

/** Works until it is ended from outside, and then does the rest of it. */
const atWork: Answerer = ({ firstUserText, lastUserText, toolResults }) => {
  if (lastUserText === firstUserText) return call("Bash", { command: "echo once >> begun; setsid sleep 301 & wait" });
  return toolResults.length === 0 || lastUserText.includes("killed")
    ? call("Bash", { command: "echo twice >> ended" })
    : say("Went on.");
};

const eventSchema = z.looseObject({
  type: z.string(),
  construct: z.string().optional(),
  place: z.string().nullish(),
  goes_on: z.boolean().optional(),
  returned: z.looseObject({ how: z.string() }).optional(),
  outcome: z.looseObject({ state: z.string(), result: z.string() }).optional(),
});

/** What the only run of a home has on record. */
function recorded(home: string): z.infer<typeof eventSchema>[] {
  const runs = join(home, "runs");
  const [run] = existsSync(runs) ? readdirSync(runs) : [];
  const file = join(runs, run ?? "none", "events.ndjson");
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => eventSchema.parse(JSON.parse(line)));
}

const isUp = (host: NodeProcess): Promise<void> =>
  until(
    () => host.errors().includes("the host of"),
    () => host.errors(),
    60_000,
  );

describe.each(theServer("a host that is killed with copies out"))(
  "a host that is killed with constructs in copies on nodes, over %s",
  () => {
    test("is followed by one for which they go on in these copies, behind their wall, and each comes back once", async () => {
      await using server = await startNats();
      await using scene = await openNodeScene(server, atWork);
      repository(scene.workspace, { "a.txt": "one\n" });
      const home = join(scene.folder, "home-of-host");
      const deck = ["--workspace", scene.workspace, "--home", home];
      const begin = (): NodeProcess => scene.command(["host", ...deck, "--hub", server.url, "--fleet", "test"]);
      const host = begin();
      await isUp(host);
      const nodes = ["node-a", "node-b"].map((name) => scene.node(name, "--workspace", "bundle", "--sandbox", "auto"));
      await Promise.all(nodes.map((node) => node.told("lease.granted")));
      const tasks = ["Work.", "Work too."];
      const spawned = scene.command(["spawn", "--detach", "--on", "builders", ...deck, ...tasks]);
      expect([await spawned.ended, spawned.errors()]).toEqual([0, expect.any(String)]);
      const copies = (): string[] =>
        ["node-a", "node-b"].flatMap((name) => {
          const folder = `${scene.dataOf(name)}-spaces`;
          return readdirSync(folder)
            .filter((entry) => entry.startsWith("space-"))
            .map((entry) => join(folder, entry, "tree"));
        });
      await until(
        () => copies().filter((tree) => existsSync(join(tree, "begun"))).length === 2,
        () => [host.errors(), recorded(home).slice(-5)],
        90_000,
      );
      host.signal("SIGKILL");
      await host.ended;

      const next = begin();
      await isUp(next);
      const isClosed = (): boolean => recorded(home).some(({ type }) => type === "run.closed");
      await until(isClosed, () => recorded(home).slice(-10), 120_000);
      const events = recorded(home);
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
      expect(await scene.command(["host", "stop", ...deck]).ended).toBe(0);
      for (const node of nodes) node.signal("SIGTERM");
      expect(await Promise.all(nodes.map(({ ended }) => ended))).toEqual([0, 0]);
      expect(remainsOf(scene.folder)).toEqual([]);
    });
  },
);
