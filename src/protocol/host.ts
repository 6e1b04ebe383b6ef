import { z } from "zod";
import { dismissedNodeSchema } from "./nodes.ts";
import { runStatuses } from "./run-status.ts";

/** How a deck came to be: as the host of its home, or inside the command that runs it. */
export const deckKinds = ["host", "embedded"] as const;
export type DeckKind = (typeof deckKinds)[number];

/** What a deck says of itself. */
export const hostStatusSchema = z.object({
  pid: z.int(),
  /** When its process started, in units of the machine's process table: with the pid, it names one process for good. */
  started: z.number().nullable(),
  kind: z.enum(deckKinds),
  home: z.string(),
  workspace: z.string(),
  /** Milliseconds since the epoch. */
  since: z.number(),
  version: z.string(),
  agent: z.object({ path: z.string().nullable(), version: z.string().nullable() }),
  offline: z.boolean(),
  /** The agent's program as the netrunner has named it; null: the one that was found. */
  claude_bin: z.string().nullable(),
  /** Where it meets its nodes; null: it has its own machine alone. An older host does not tell: its version does. */
  hub: z
    .object({ urls: z.array(z.string()), fleet: z.string() })
    .nullable()
    .default(null),
  /** A digest of what its environment says of providers and logins: a face with another one means another host. */
  provider: z.string(),
  /** Agents that are ready for the next constructs, and those on the way up, of all runs. */
  pool: z.object({ ready: z.int(), starting: z.int() }),
  runs: z.array(
    z.object({
      run: z.string(),
      goal: z.string(),
      status: z.enum(runStatuses),
      at_work: z.int(),
      queued: z.int(),
      /** Held calls and other items that wait for the netrunner. */
      waiting: z.int(),
    }),
  ),
  /** Faces that are connected, whoever asks included. */
  faces: z.int(),
  /** The number of the event that was recorded last; follow from here for what is to come. */
  seq: z.int(),
  /** It ends already: nothing is opened in it any more. */
  closing: z.boolean(),
  /** What all runs of the home have cost since midnight, US dollars. */
  today_usd: z.number(),
  /** After so long without a run and a face it ends by itself, milliseconds; 0: never. */
  idle_ms: z.int(),
});
export type HostStatus = z.infer<typeof hostStatusSchema>;

/** What came of ending a host. */
export const hostStopSchema = z.object({
  pid: z.int(),
  started: z.number().nullable(),
  /** With the scripted model: its runs go on with that alone. */
  offline: z.boolean().default(false),
  /** The runs that were open, and are stopped. */
  runs: z.array(z.string()),
  /** Nothing that they have started is alive: the last two looks for all of their marks found nothing. */
  proven: z.boolean(),
  marks: z.int(),
  looks: z.array(z.int().nullable()),
  survivors: z.array(z.object({ pid: z.int(), command: z.string() })),
  /** What each node has ended that the host has counted on. `proven` is of this machine alone. */
  nodes: z.array(dismissedNodeSchema).default([]),
});
export type HostStop = z.infer<typeof hostStopSchema>;

/** Nothing is left on any machine of what the host has started, as far as that can be proven. */
export const isAllGone = ({ proven, nodes }: HostStop): boolean => proven && nodes.every((node) => node.proven);
