import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { until } from "./hub.ts";
import type { NatsServer } from "./nats.ts";
import type { NodeProcess, NodeScene } from "./node-process.ts";

/** Of an event on record, what tests with hosts in processes of their own look at. */
const eventSchema = z.looseObject({
  type: z.string(),
  construct: z.string().optional(),
  node: z.string().optional(),
  why: z.string().optional(),
  place: z.string().nullish(),
  goes_on: z.boolean().optional(),
  returned: z.looseObject({ how: z.string() }).optional(),
  outcome: z.looseObject({ state: z.string(), result: z.string() }).optional(),
});
type RecordedEvent = z.infer<typeof eventSchema>;

/** The lives of a host of a scene, one after the other: each a process of its own, in one home. */
export interface HostLives {
  /** Begins the next life, and waits until it is there. */
  begin(): Promise<NodeProcess>;
  /** Has constructs spawned for these tasks on the scene's nodes. Rejects when they are not taken. */
  spawn(tasks: string[], ...flags: string[]): Promise<void>;
  /** What the only run of its home has on record. */
  recorded(): RecordedEvent[];
  /** Stops it as a person would. Gives the exit code. */
  stop(): Promise<number>;
  untilClosed(shown?: () => unknown): Promise<void>;
}

export function hostLives(scene: NodeScene, server: NatsServer): HostLives {
  const home = join(scene.folder, "home-of-host");
  const deck = ["--workspace", scene.workspace, "--home", home];
  const recorded = (): RecordedEvent[] => {
    const runs = join(home, "runs");
    const [run] = existsSync(runs) ? readdirSync(runs) : [];
    const file = join(runs, run ?? "none", "events.ndjson");
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => eventSchema.parse(JSON.parse(line)));
  };
  return {
    async begin() {
      const host = scene.command(["host", ...deck, "--hub", server.url, "--fleet", "test"]);
      await until(
        () => host.errors().includes("the host of"),
        () => host.errors(),
        60_000,
      );
      return host;
    },
    async spawn(tasks, ...flags) {
      const spawned = scene.command(["spawn", "--detach", "--on", "builders", ...flags, ...deck, ...tasks]);
      if ((await spawned.ended) !== 0) throw new Error(`they were not spawned: ${spawned.errors()}`);
    },
    recorded,
    stop: () => scene.command(["host", "stop", ...deck]).ended,
    untilClosed: (shown = () => recorded().slice(-10)) =>
      until(() => recorded().some(({ type }) => type === "run.closed"), shown, 120_000),
  };
}
