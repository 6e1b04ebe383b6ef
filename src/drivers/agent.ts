import { Fault, messageOf } from "../base/fault.ts";
import type { Caliber } from "../protocol/caliber.ts";
import type { ModelList } from "../protocol/models.ts";
import type { Tokens } from "../protocol/outcome.ts";
import type { SurfaceAnswer, SurfaceWish } from "../protocol/surfaced.ts";
import type { ToolCall, Verdict } from "../protocol/verdict.ts";
import type { Packed, Returned } from "../protocol/workspace.ts";

/**
 * The environment variable that marks an agent process, and everything that it starts, with our id of it. On a node, `@` and that node's
 * mark follow: two of them on one machine may have agents of one construct, of which the first has woken up too late.
 */
export const markerName = "CYBERDECK_CONSTRUCT";

/**
 * The environment variable that marks the same processes with the home of their deck. An agent may be there a moment before its
 * id is on record: whoever has the home's lock knows by this mark that it is a dead deck's.
 */
export const homeMarkerName = "CYBERDECK_DECK";

/** A way of talking to one kind of agent. Everything that is peculiar to that agent stays behind this interface. */
export interface AgentDriver {
  readonly name: string;
  readonly can: AgentAbilities;
  /** Starts an agent process. Resolves once the process is spawned; a process that cannot be started is a rejection. */
  open(spec: SessionSpec): Promise<AgentSession>;
  /** Asks the agent which models it can run: starts it, sends it nothing, ends it. Rejects when it does not say. */
  models(asked: { cwd: string; signal: AbortSignal }): Promise<ModelList>;
}

export interface AgentAbilities {
  /** A running turn can be stopped and the session goes on. */
  interrupt: boolean;
  /** A session can be opened again from its id. */
  resume: boolean;
  /** The reply can be constrained by a JSON schema. */
  structuredOutput: boolean;
}

/** Whom a session works for at the moment. */
export interface SessionOwner {
  /** Judges each tool call before it runs. What it does not allow, or if it throws, does not run. */
  gate: (call: ToolCall) => Promise<Verdict>;
  /** Gets each raw message of the agent as one JSON line, for the transcript. */
  transcript?: (line: string) => void;
  /**
   * Gets what the agent wants to show to the netrunner, after the gate has allowed the call. Without it, nothing can be shown.
   * @param call the agent's own id of that call; null: it does not say
   */
  surface?: (wish: SurfaceWish, call: string | null) => Promise<SurfaceAnswer>;
  /**
   * Gets what the agent had done on a machine that was given up, and was heard of only after that: none of it counts any more but what it
   * has used.
   */
  usedLate?: (event: AgentEvent) => void;
}

/** What a session is opened for. It is its own first owner. */
export interface SessionSpec extends SessionOwner {
  /** Our id of the process: the marker that is left in its environment. */
  id: string;
  cwd: string;
  /** The run that it works for, with the folder for what is to be kept of that; undefined: it works for none. */
  run?: { id: string; folder: string };
  caliber: Caliber;
  /** In the provider's fast mode, at its price. */
  fast?: boolean;
  role: AgentRole;
  /** Stands between the agent and the machine. */
  wall?: AgentWall;
  /** Servers of tools for a worker. They are part of its first request, so they cannot be given to one that runs. */
  servers?: readonly ToolServer[];
  /** Agent session to continue. */
  resume?: string;
  /** It is started for whoever will want it: it initialises at once, and its first message comes later. */
  isSpare?: boolean;
  /** Where it is to be, if there is more than one machine; undefined: anywhere. */
  place?: PlaceWish;
}

/** On which machine a session is to be. */
export interface PlaceWish {
  /** A group of machines; `here`: this one. */
  pool?: string;
  /** What the machine must have. */
  labels?: readonly string[];
  /** The place on which its session is. */
  before?: string;
}

/**
 * The code of the fault with which a driver rejects to continue a session whose place is gone for good: a new session is all that
 * can be had.
 */
export const sessionGoneCode = "agent.session_gone";

/** The code of the fault of a session whose place was given up before it was open. */
export const lostCode = "agent.lost";

/**
 * How an agent has ended that a driver could not open. It lies in the machines or the way to them, and not in the agent, where the
 * fault is a lost session, or its code begins with `nodes.` or `hub.`.
 */
export function exitUnopened(error: unknown): AgentExit {
  const isOfPlace = error instanceof Fault && (error.code === lostCode || /^(?:nodes|hub)\./.test(error.code));
  return { how: isOfPlace ? "lost" : "broken", reason: messageOf(error), stderr: "" };
}

/** The operating system's wall as programs that run others behind it. All paths absolute. */
export interface AgentWall {
  /** `<agent> COMMAND ARGUMENTS…` starts the agent. */
  agent: string;
  /** `<shell> COMMAND` runs one of its shell commands, closer still than the agent itself. */
  shell: string;
  /** Files and folders that the agent has to read, and its tools must not. */
  unreadable: string[];
  /** Folders that the agent has to write, and its tools must not. */
  unwritable: string[];
}

/** A server of tools that the agent starts as a child of its own and speaks to over its input and output. */
export interface ToolServer {
  /** Its tools are called `mcp__<name>__…`. */
  name: string;
  command: string;
  args: string[];
}

export type AgentRole =
  /** Works with tools, on the agent's own prompt. With `subagents`, it can start some: only a trial of the gate needs that. */
  | { kind: "worker"; subagents?: boolean }
  /** Has no tools and only this prompt; with a schema, its reply is constrained to it. */
  | { kind: "coordinator"; systemPrompt: string; replySchema?: Record<string, unknown> };

/** One live agent process. Long-lived: `signal` aborts and `closed` settles when it is gone, however that came. */
export interface AgentSession {
  readonly pid: number;
  /** The command line of the process, for the record. */
  readonly command: string;
  /** The name of the place that it is on; undefined: this machine. */
  readonly place?: string;
  /** The copy of its folder that it works in, on another machine. */
  readonly copy?: WorkspaceCopy;
  /** A secret in the environment of everything that it starts (`CYBERDECK_TOKEN`): who presents it speaks for this session. */
  readonly token: string;
  /** What the agent does, in order; ends when the process is gone. One reader at a time: who reads later goes on from there. */
  readonly events: AsyncIterable<AgentEvent>;
  /** Resolves once the agent is initialised, and later on whenever it answers. Rejects when it cannot any more. */
  answers(): Promise<void>;
  /** From now on its calls are judged, and its messages taken down, by this one alone. */
  handTo(owner: SessionOwner): void;
  /** Messages that were sent and that the agent has not begun to read, as far as it tells. */
  readonly unread: number;
  /**
   * Its next turn runs on this caliber, in the provider's fast mode or not. Rejects when the agent does not take it, or is
   * gone.
   */
  aim(caliber: Caliber, how?: { fast: boolean }): Promise<void>;
  /** Starts a turn, or, while one is running, is delivered at the next turn boundary. */
  send(text: string): void;
  /** No more messages will be sent; the agent ends after the current turn. */
  end(): void;
  /** Stops the running turn; the session stays usable. */
  interrupt(): Promise<void>;
  /**
   * Ends the process and everything that it started: politely (end of input, TERM, KILL) or at once. Bounded in time,
   * safe to call more than once; a later hard stop hurries an earlier polite one.
   */
  stop(how: "polite" | "hard"): Promise<StopReport>;
  /**
   * Stops the clock of the process and of everything that it started. True when nothing of it is left running. A frozen
   * session ends only by a stop, which is then a hard one.
   */
  freeze(): Promise<boolean>;
  /** Lets a frozen session go on. */
  thaw(): Promise<void>;
  readonly signal: AbortSignal;
  readonly closed: Promise<AgentExit>;
}

/** Files that an agent works on elsewhere. */
export interface WorkspaceCopy {
  /** As it was given. */
  readonly packed: Packed;
  /**
   * Brings what is new in it back, once its agent is gone. Never rejects, is bounded in time, and gives the same answer again.
   * @param how `construct`: whose work it is; `isOver`: the session is not taken up again; `hurry`: aborts when somebody waits
   *   for its end, or has been aborted
   */
  bringBack(how: { construct: string; isOver: boolean; hurry?: AbortSignal | undefined }): Promise<Returned>;
  /** Why the machine that it is on was given up; undefined: it was not. What is in it comes back with that machine, if it does. */
  readonly lost: string | undefined;
}

export interface StopReport {
  /** True only when a census found nothing alive that this session had started. */
  proven: boolean;
  /** Process ids that were still alive at the end, if it is not proven. */
  survivors: number[];
}

export type AgentExit =
  | { how: "code"; code: number; stderr: string }
  | { how: "signal"; signal: string; stderr: string }
  | { how: "broken"; reason: string; stderr: string }
  /** The machine that it was on is given up, or none was to be had. What is left of it there is not known. */
  | { how: "lost"; reason: string; stderr: string };

export type AgentEvent =
  /** `down`: servers of tools that it was given and that did not start. */
  | { type: "ready"; sessionId: string; model: string; tools: string[]; down?: string[]; version?: string }
  /** A sign of life without content: partial message, keep-alive, progress. */
  | { type: "alive" }
  | { type: "thought"; text: string }
  | { type: "said"; text: string; subagent?: string }
  | { type: "tool.called"; id: string; tool: string; input: unknown; subagent?: string }
  | { type: "tool.returned"; id: string; failed: boolean; text: string; subagent?: string }
  /**
   * What a model request has used so far, cumulative for the request. The first of its events tells model and prompt; the
   * `isFinal` one, all of it. What a kind of token is left out of is not known from this event.
   */
  | {
      type: "used";
      request: string;
      model?: string;
      /** The provider ran it in fast mode. */
      isFast?: boolean;
      tokens: Partial<Tokens>;
      isFinal: boolean;
      subagent?: string;
    }
  /** The provider made the agent wait: it tries again by itself. */
  | { type: "retrying"; attempt: number; inMs: number; status: number | null; reason: string }
  /** The provider or the agent does not accept the account: trying again is no use until the netrunner has seen to it. */
  | { type: "rejected"; reason: string; text: string }
  /** How the account stands with its usage limit. `resetsAt`: milliseconds since the epoch. */
  | { type: "limited"; status: string; resetsAt: number | null }
  | { type: "turn.ended"; turn: TurnEnd }
  /** A message that this driver does not know: kept, never dropped. */
  | { type: "unknown"; kind: string; raw: string };

export interface TurnEnd {
  /** `ok`, or the agent's own word for what went wrong ("error_max_turns"). */
  status: string;
  ok: boolean;
  text: string;
  /** The reply as the agent parsed it against the reply schema, if one was asked for. */
  structured?: unknown;
  errors: string[];
  /** The HTTP status with which the provider has refused the turn, when it was that. */
  apiStatus?: number;
  /** The model declined to answer. */
  refused: boolean;
  sessionId: string;
  turns: number;
  /** Messages that are still waiting: more turns follow without further input. */
  queued: number;
  /** The provider's fast mode as the agent tells it, "on", "off" or "cooldown", and why not; undefined when it says nothing. */
  fast?: { state: string; why?: string };
  /** Cumulative for the session. */
  costUsd: number;
  /** Cumulative for the session. */
  tokens: Tokens;
}
