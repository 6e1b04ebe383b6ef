import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { pause, systemClock, type Clock } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import type { AgentDriver } from "../../drivers/agent.ts";
import type { CanaryResult } from "../../engine/gate/canary.ts";
import type { Marker } from "../../process/marker.ts";
import type { NodeAsked, NodeEnd, NodeEvent, RunningNode } from "../../protocol/node.ts";
import type { HubBounds } from "../hub/bounds.ts";
import type { Entry, Hub } from "../hub/hub.ts";
import { openHub } from "../hub/open-hub.ts";
import type { HubAccess } from "../hub/settings.ts";
import { fleetLease, type LeaseTimes } from "../lease.ts";
import { fromHostSchema, nodeWireVersion } from "../wire/letters.ts";
import { nodeStateSchema, type NodeTells } from "../wire/node-state.ts";
import { asked, drainSchema, farewellSchema } from "../wire/questions.ts";
import { dataIdOf } from "../data-id.ts";
import { untilEntered } from "./entering.ts";
import { untilGone } from "./gone.ts";
import { jobHand } from "./job-hand.ts";
import { queueOf } from "./names.ts";
import { nodeStint, type Stint } from "./stint.ts";
import { openOutbox } from "./outbox.ts";
import { ownAgent } from "./own-agent.ts";
import type { RunFileTimes } from "./run-files.ts";
import { openSpaces } from "./spaces.ts";
import { tellerOf } from "./telling.ts";
import { untilKept } from "./until-kept.ts";

export interface NodeParts {
  asked: Pick<NodeAsked, "pool" | "labels" | "slots" | "warm" | "sandbox" | "workspace"> & {
    name: string;
    data: string;
  };
  /** PATH: where git is found. */
  path: string;
  access: HubAccess;
  /** How agents are started here. */
  driver: Pick<AgentDriver, "open">;
  /** See `TriedAgentParts`; left out: nothing is tried. */
  trial?: (signal: AbortSignal) => Promise<CanaryResult>;
  /** Borne by everything that agents of this data folder start. */
  mark: Marker;
  agentHome: string;
  agentState: string;
  keptProcesses: () => readonly number[];
  versions: NodeTells["versions"];
  /** A wall can be put up here; that was tried. */
  hasWall: boolean;
  tell: (event: NodeEvent) => void;
  /** Hears for how long its agents may go on if this process stands still from now on, milliseconds. Left out: nobody ends them then. */
  mayActFor?: (ms: number) => void;
  bounds?: Partial<HubBounds>;
  times?: LeaseTimes;
  fileTimes?: Partial<RunFileTimes>;
  /** Between two trials of an agent that does not pass, milliseconds. */
  trialAgainMs?: number;
  clock?: Clock;
}

/** So long may the last words of what has ended by itself wait for the host when the node is drained, milliseconds. */
const lastWordsMs = 5000;
/** The same for what is new in its copies of workspaces. */
const lastResultsMs = 60_000;
/** Between two lives, the first and the longest pause, milliseconds. */
const leastPauseMs = 200;
const mostPauseMs = 30_000;

/**
 * Makes this machine a node of a fleet: it takes sessions from its queue and runs their agents, one life after the other, until it is to end.
 * Rejects when it cannot join, such as when its name is taken.
 */
export async function startNode(parts: NodeParts): Promise<RunningNode> {
  const { access, tell, times = fleetLease, clock = systemClock, bounds = {} } = parts;
  const { name, pool, labels, slots, data } = parts.asked;
  const over = new AbortController();
  let fault: unknown;
  let stint: Stint | undefined;
  let draining: "host" | "node" | undefined;
  /** So often the link has changed. */
  let turns = 0;

  await using undo = new AsyncDisposableStack();
  const dataId = await dataIdOf(data);
  const outbox = undo.adopt(openOutbox(join(data, "outbox.db")), (box) => box.close());
  const hub: Hub = await openHub({
    me: name,
    access,
    bounds,
    onLink(link) {
      turns += 1;
      // That it hangs up by itself is no news.
      if (!over.signal.aborted) tell({ type: "link", link });
      if (link === "up") stint?.sendAgain();
    },
    onStrange: ({ from, why }) => tell({ type: "strange", from, why }),
    onTrouble: (trouble) => tell(troubleOf(trouble)),
  });
  undo.defer(() => {
    over.abort();
    return hub.close();
  });
  // Beside its data, of which no agent may write anything.
  const spaces =
    parts.asked.workspace === "shared"
      ? undefined
      : await openSpaces({ folder: `${data}-spaces`, things: hub.things, path: parts.path, clock });
  const used = (): number => stint?.used ?? 0;
  const agent = ownAgent({
    driver: parts.driver,
    trial: parts.trial,
    tell,
    settle: () => settle(),
    over: over.signal,
    clock,
    ...(parts.trialAgainMs === undefined ? {} : { againMs: parts.trialAgainMs }),
  });
  undo.defer(() => agent.settled());
  const teller = undo.adopt(
    tellerOf(
      () => ({
        wire: nodeWireVersion,
        versions: parts.versions,
        pool,
        labels,
        slots,
        used: used(),
        warm: stint?.warm ?? 0,
        isDraining: draining !== undefined,
        unfit: agent.unfit,
        workspace: parts.asked.workspace,
        policy: stint?.policy ?? null,
        hasWall: parts.hasWall,
        since: stint?.since ?? clock.now(),
      }),
      clock,
    ),
    (one) => one.close(),
  );
  const registry = hub.registry(nodeStateSchema);
  /** What is to end, or takes no work, keeps nothing ready. */
  const warm = (): number => (draining === undefined && agent.unfit === null ? parts.asked.warm : 0);
  const newBoot = (): string => `${name}-${clock.now().toString(36)}-${randomUUID().slice(0, 8)}`;
  let boot = newBoot();
  let entry = await registry.enter(boot, teller.state());
  const taking = undo.adopt(await hub.jobs.take(queueOf(name), z.unknown(), 0), (one) => one.stop());

  /** What it takes, and what is known of it, is as it should be now. */
  const settle = (): void => {
    stint?.keepWarm();
    taking.setSlots(stint?.mayAct() === true && draining === undefined ? slots : 0);
    teller.changed();
    endWhenDrained();
  };
  let lastWords: { ms: number; timer: Disposable } | undefined;
  const end = (): void => {
    over.abort();
    stint?.end();
  };
  /** Ends for a reason that is not its own; the first one counts. */
  const fail = (why: unknown): void => {
    fault ??= why;
    end();
  };
  const endAfter = (ms: number): void => {
    if (lastWords?.ms === ms) return;
    lastWords?.timer[Symbol.dispose]();
    lastWords = { ms, timer: clock.after(ms, end, over.signal) };
  };
  const endWhenDrained = (): void => {
    if (draining !== "node" || used() > 0) return;
    const copies = stint?.copies ?? 0;
    if (outbox.conversations().length === 0 && copies === 0) end();
    else endAfter(copies === 0 ? lastWordsMs : lastResultsMs);
  };
  const drain = (isDraining: boolean, by: "host" | "node"): void => {
    // What the node has decided, the host cannot take back.
    if (draining === "node") return;
    draining = isDraining ? by : undefined;
    tell({ type: "draining", isDraining, used: used(), by });
    settle();
  };
  undo.use(
    hub.asking.answer(asked.drain, drainSchema, ({ isDraining }) => {
      drain(isDraining, "host");
      return { isDraining: draining !== undefined, used: used() };
    }),
  );
  undo.use(
    hub.asking.answer(asked.farewell, farewellSchema, (from) => stint?.farewell(from) ?? { proven: true, sessions: 0 }),
  );
  undo.use(
    hub.letters.listen(fromHostSchema, (letter) => {
      stint?.take(letter);
      endWhenDrained();
    }),
  );
  const hand = jobHand({
    take: (raw) => stint?.offer(raw) ?? Promise.resolve({ isTaken: false, why: "the node has no lease", again: true }),
    tell,
    onEnd: settle,
    clock,
  });
  const takeAll = async (): Promise<void> => {
    for await (const job of taking.jobs) void hand(job);
  };
  void takeAll();
  const watchName = (own: Entry<NodeTells>): void => {
    teller.tellTo(own);
    void own.lost.then(({ boot: other }) => fail(nameLost(name, other)));
  };
  watchName(entry);
  void hub.closed.then(fail);
  /** Enters the list again, as a new life; undefined: it is to end. */
  const enterAgain = async (): Promise<Entry<NodeTells> | undefined> => {
    teller.tellTo(undefined);
    await entry.leave();
    try {
      return await untilEntered({
        enter: () => registry.enter(boot, teller.state()),
        link: () => ({ state: hub.link, turns }),
        tell: (error) => tell(troubleOf(error)),
        pauses: { leastMs: leastPauseMs, mostMs: mostPauseMs },
        signal: over.signal,
      });
    } catch (error) {
      fail(error);
      return undefined;
    }
  };

  const live = async (): Promise<boolean> => {
    const left = { mark: parts.mark, tell, hint: leftHint(data) };
    let isClean = await untilGone(left, over.signal);
    for (let waitMs = leastPauseMs; !over.signal.aborted;) {
      await untilKept(outbox, tell, over.signal);
      if (over.signal.aborted) break;
      const own = { ...parts, ...parts.asked, driver: agent };
      stint = nodeStint({ ...own, warm, spaces, boot, dataId, hub, outbox, times, clock, settle });
      const { why, wasBegun, proven, sessions } = await stint.ended;
      settle();
      tell({ type: "lease.over", boot, why, sessions, proven });
      isClean = await untilGone(left, over.signal);
      if (over.signal.aborted) break;
      // A host that refuses each life is not to be asked without a pause.
      waitMs = wasBegun ? leastPauseMs : Math.min(waitMs * 2, mostPauseMs);
      await pause(waitMs, over.signal);
      boot = newBoot();
      stint = undefined;
      const next = await enterAgain();
      if (next === undefined) break;
      entry = next;
      watchName(entry);
    }
    return isClean;
  };
  const closing = undo.move();
  const finish = async (): Promise<NodeEnd> => {
    const proven = await live().catch((error: unknown) => {
      fault ??= error;
      return false;
    });
    teller.tellTo(undefined);
    // A farewell says that nothing is left.
    if (proven) await entry.leave().catch((error: unknown) => tell(troubleOf(error)));
    await closing.disposeAsync();
    tell({ type: "ended", proven });
    return { proven, fault };
  };
  const { urls, fleet } = access;
  tell({ type: "joined", name, fleet, server: urls.join(", "), pool, labels, slots, data });

  return {
    drain() {
      drain(true, "node");
      return used();
    },
    end,
    closed: finish(),
  };
}

const nameLost = (name: string, boot: string): Fault =>
  new Fault("refused", "hub.name_taken", `somebody else in this fleet has the name "${name}" now`, {
    facts: { name, boot },
    hint: "Give this node another name with --name, or end the other one.",
  });

const leftHint = (data: string): string =>
  `End them by hand (kill -9 PID), or end this node and run: cyberdeck doctor --reap --home '${data}'`;

const troubleOf = (error: unknown): NodeEvent =>
  error instanceof Fault
    ? { type: "trouble", code: error.code, message: error.message, hint: error.hint ?? null }
    : { type: "trouble", code: "node.trouble", message: messageOf(error), hint: null };
