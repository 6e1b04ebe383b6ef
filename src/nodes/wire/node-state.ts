import { z } from "zod";
import { workspaceWays } from "../../protocol/node.ts";
import { isName } from "../hub/subjects.ts";

/** A name that can stand in a subject of the hub. */
export const nameSchema = z.string().refine(isName, { error: '1 to 64 letters, digits, "-" and "_"' });

/** What a node tells of itself to whoever places work and shows the fleet. A wish of a moment: nothing is decided by it alone. */
export const nodeStateSchema = z.object({
  /** Of what crosses; a host gives no work to another one. */
  wire: z.int().positive(),
  /** Of Cyberdeck, and of the agent. */
  versions: z.object({ cyberdeck: z.string().max(100), agent: z.string().max(100).nullable() }),
  pool: nameSchema,
  labels: z.array(nameSchema).max(50),
  slots: z.int().nonnegative().max(100_000),
  /** Agents at work. */
  used: z.int().nonnegative().max(100_000),
  /** Agents that are ready for the next ones. They take memory, and no slot. */
  warm: z.int().nonnegative().max(100_000),
  /** Megabytes of memory that are free for agents. */
  freeMb: z.number().nonnegative(),
  /** It takes nothing new. */
  isDraining: z.boolean(),
  /** Why it can take no work, such as that its agent has failed its trial; null: it can. */
  unfit: z.string().max(1000).nullable().default(null),
  /** Of the host's policy that it judges by; null: it has none yet, and denies. */
  policy: z.string().max(100).nullable(),
  /** How a workspace comes to it. */
  workspace: z.enum(workspaceWays).default("shared"),
  /** It can put up a wall around its agents. */
  hasWall: z.boolean(),
  /** When this life of it began, milliseconds since the epoch by its own clock. */
  since: z.number(),
});
export type NodeTells = z.infer<typeof nodeStateSchema>;

/** A node of a fleet: its name, and the one life that it is in. */
export interface KnownNode extends NodeTells {
  name: string;
  boot: string;
}
