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
  exit: z.string().nullish(),
  reason: z.string().nullish(),
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
  /** What the runs of its home have on record, one run after the other. */
  recorded(): RecordedEvent[];
  /** Stops it as a person would. Gives the exit code. */
  stop(): Promise<number>;
  /** Waits until so many runs are closed. */
  untilClosed(shown?: () => unknown, runs?: number): Promise<void>;
}

export function hostLives(scene: NodeScene, server: NatsServer): HostLives {
  const home = join(scene.folder, "home-of-host");
  const deck = ["--workspace", scene.workspace, "--home", home];
  const recorded = (): RecordedEvent[] => {
    const runs = join(home, "runs");
    const files = existsSync(runs) ? readdirSync(runs).map((run) => join(runs, run, "events.ndjson")) : [];
    const lines = files.filter(existsSync).flatMap((file) => readFileSync(file, "utf8").split("\n").slice(0, -1));
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
    untilClosed: (shown = () => recorded().slice(-10), runs = 1) =>
      until(() => recorded().filter(({ type }) => type === "run.closed").length === runs, shown, 120_000),
  };
}
