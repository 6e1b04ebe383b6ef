import type { PoolEnd } from "./pool.ts";
import type { RunSettings } from "./settings.ts";

/** How a workspace comes to a node: as a copy that travels there and back, or by a path that it shares with the host. */
export const workspaceWays = ["bundle", "shared"] as const;
export type WorkspaceWay = (typeof workspaceWays)[number];

/** No machine has room for more agents at once. */
export const mostSlots = 1000;

/** What a node of a fleet is started with. Paths absolute; secrets only as `env:NAME` or `file:/path`. */
export interface NodeAsked {
  hub: {
    urls: string[];
    fleet: string;
    user?: string;
    password?: string;
    token?: string;
    nkey?: string;
    tls?: { ca?: string; cert?: string; key?: string };
  };
  /** Left out: that of this machine. */
  name?: string;
  pool: string;
  labels: string[];
  /** So many agents at once. */
  slots: number;
  /** So many agents are kept ready for the next constructs. */
  warm: number;
  /** Where it keeps what it has not told yet, its walls and its run folders; left out: a folder in that of the user. */
  data?: string;
  claudeBin?: string;
  workspace: WorkspaceWay;
  offline: boolean;
  /** `auto`: a wall where the host wishes one; `on`: always, or it does not start; `off`: what wishes one goes elsewhere. */
  sandbox: RunSettings["sandbox"];
}

/** A node that runs. */
export interface RunningNode {
  /** It takes no more, and ends by itself when nothing is at work any more. Gives how many are. */
  drain(): number;
  /** Ends everything that is at work, and then itself. */
  end(): void;
  /** Settles when it has ended. */
  readonly closed: Promise<NodeEnd>;
}

export interface NodeEnd {
  /** Nothing is left of what it has started. */
  proven: boolean;
  /** Why it could not go on; undefined: it was to end. */
  fault: unknown;
}

/** What happens to a node, for its log. */
export type NodeEvent =
  /** One of the trials before it begins has gone well, or one of its agent that it had failed later. */
  | { type: "tried"; what: string; text: string }
  | {
      type: "joined";
      name: string;
      fleet: string;
      server: string;
      pool: string;
      labels: string[];
      slots: number;
      data: string;
    }
  /** A host has given it a lease: it takes work now. */
  | { type: "lease.granted"; boot: string; host: string }
  /** Why it has none, told when that changes. */
  | { type: "lease.waiting"; why: string }
  /** What it had at work is ended. `silence`: no word of the host; `refused`: the host does not know it any more; `farewell`: the host ends; `outbox`: what it has to say cannot be kept. */
  | {
      type: "lease.over";
      boot: string;
      why: "silence" | "refused" | "farewell" | "outbox" | "own";
      sessions: number;
      proven: boolean;
    }
  | { type: "session.took"; session: string; run: string; folder: string }
  | { type: "session.opened"; session: string; pid: number }
  | { type: "session.ended"; session: string; how: string }
  /** `isAgain`: somebody else, or it itself later, may take it. */
  | { type: "session.refused"; session: string; why: string; isAgain: boolean }
  /** An agent is up before its session is known; `spare`: our id of it. */
  | { type: "spare.ready"; spare: string; pid: number }
  /** A session has it. */
  | { type: "spare.taken"; spare: string; session: string }
  /** It has ended before a session took it. */
  | { type: "spare.ended"; spare: string; why: PoolEnd; detail: string }
  | { type: "link"; link: "up" | "down" }
  /** Something of an earlier life is still there; nothing begins until it is not. */
  | { type: "left"; processes: { pid: number; command: string }[]; isGone: boolean; hint: string }
  | { type: "draining"; isDraining: boolean; used: number; by: "host" | "node" }
  /** Something came that is not of our words. */
  | { type: "strange"; from: string; why: string }
  | { type: "trouble"; code: string; message: string; hint: string | null }
  | { type: "ended"; proven: boolean };
