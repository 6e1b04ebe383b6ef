import type { Readable, Writable } from "node:stream";
import type { DeckOptions } from "../../host/deck-options.ts";
import type { Port } from "../../host/port.ts";
import type { Brake } from "../../protocol/brake-case.ts";
import type { HostStatus } from "../../protocol/host.ts";
import type { CatalogueListing } from "../../protocol/catalogue-listing.ts";
import type { CauseReport, Triage } from "../../protocol/crash.ts";
import type { Examination, Finding } from "../../protocol/finding.ts";
import type { NodeAsked, NodeEvent, RunningNode } from "../../protocol/node.ts";
import type { Machine } from "../cockpit/machine.ts";

/** Everything that the command line gets from outside. It reads nothing of the process by itself. */
export interface World {
  /** The arguments after the program's name. */
  argv: string[];
  env: Record<string, string | undefined>;
  cwd: string;
  homeDir: string;
  /** Processors of the machine. */
  cores: number;
  stdin: Input;
  stdout: Output;
  stderr: Output;
  signals: (name: SignalName, listener: () => void) => Disposable;
  openDeck: (options: DeckOptions) => Promise<OpenDeck>;
  /** Tells whoever has started this process as a host that it is ready, or why it is not; left out when nobody has. */
  hostNews?: ((fault?: unknown) => Promise<void>) | undefined;
  /** Resolves when the process of a host is gone: true; false when that takes too long. */
  hostGone: (host: Pick<HostStatus, "pid" | "started">) => Promise<boolean>;
  /** The brake under the policy file of a home, for questions without a run. */
  openBrake: (home: string) => Promise<Brake>;
  /** What is in the catalogues of a home now. */
  listCatalogues: (home: string) => Promise<CatalogueListing>;
  /** Reads what a crash has left; the text is the same for people. */
  triage: (asked: Triage) => Promise<{ report: CauseReport; text: string }>;
  /** Looks whether this machine and a home are fit for a deck. */
  examine: (asked: Examination) => Promise<Finding[]>;
  /** Makes this machine a node of a fleet, which tells what happens to it. Rejects when it cannot be one. */
  startNode: (asked: NodeAsked, tell: (event: NodeEvent) => void) => Promise<RunningNode>;
  version: string;
  /** What the cockpit needs beside the terminal; left out where there is none. */
  terminal?: Machine | undefined;
}

export interface OpenDeck {
  port: Port;
  /** Resolves when nothing that the deck started is alive. */
  close(): Promise<void>;
}

export type SignalName = "SIGINT" | "SIGTERM" | "SIGHUP";
export type Input = Readable & { isTTY?: boolean };
export type Output = Writable & { isTTY?: boolean; columns?: number; rows?: number };

/** Whether the stream is a terminal that understands cursor movements. */
export const isScreen = (world: World, out: Output): boolean => out.isTTY === true && world.env["TERM"] !== "dumb";

/** Width of a terminal; undefined for anything else, which has no width. Zero is what a terminal says that does not know. */
export function columnsOf(out: Output): number | undefined {
  return out.isTTY === true ? out.columns || 80 : undefined;
}
