import { randomUUID } from "node:crypto";
import type { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import type { AgentDriver } from "../../drivers/agent.ts";
import { Fault } from "../../base/fault.ts";
import { readMemory } from "../../process/memory.ts";
import type { NodeEvent } from "../../protocol/node.ts";
import type { Hub } from "../hub/hub.ts";
import { theHost } from "../hub/subjects.ts";
import type { LeaseTimes } from "../lease.ts";
import { nodeWireVersion, type FromHost, type FromNode } from "../wire/letters.ts";
import { nodePolicySchema } from "../wire/policy.ts";
import { asked, claimedSchema } from "../wire/questions.ts";
import type { Opening } from "../wire/opening.ts";
import { givenSchema } from "../wire/run-files.ts";
import { conversations } from "./conversations.ts";
import { beginLife, type LifeEnd } from "./life.ts";
import type { Outbox } from "./outbox.ts";
import { placesOf, type PlacesParts } from "./places.ts";
import { policyShelf } from "./policy-shelf.ts";
import { renewals } from "./renewals.ts";
import { lifeTimes } from "./told-lease.ts";
import { nodeRunFiles, type RunFileTimes } from "./run-files.ts";
import { toldTalks } from "./told-talks.ts";
import { warmAgents } from "./warm.ts";
import { workerOf, type Taken, type WorkPlace } from "./worker.ts";

export interface StintParts extends Omit<PlacesParts, "policies" | "boundMs" | "warn"> {
  boot: string;
  /** Of the folder in which it and all other lives of this node are. */
  dataId: string;
  hub: Hub;
  outbox: Outbox;
  driver: Pick<AgentDriver, "open">;
  /** Of its lease, until its host has told its own. */
  times: LeaseTimes;
  clock: Clock;
  slots: number;
  /** So many agents are to be kept ready now. */
  warm: () => number;
  fileTimes?: Partial<RunFileTimes> | undefined;
  /** See `LifeParts`. */
  mayActFor?: ((ms: number) => void) | undefined;
  tell: (event: NodeEvent) => void;
  /** What it may take, or by what it judges, may have changed. */
  settle: () => void;
}

/** One life of a node on the hub: its lease, its sessions, and what these have to say. */
export interface Stint {
  readonly boot: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly used: number;
  /** Agents that are ready for whoever comes. */
  readonly warm: number;
  /** Copies of workspaces whose host may still want what is new in them. */
  readonly copies: number;
  /** The version of the policy by which it judges. */
  readonly policy: string | null;
  mayAct(): boolean;
  /** Takes an opening, or says why not. */
  offer(raw: unknown): Promise<Taken>;
  take(letter: FromHost): void;
  /** What is to be kept ready may be otherwise now. */
  keepWarm(): void;
  /** The link is back. */
  sendAgain(): void;
  end(): void;
  /** The host of this life has said farewell: all of it ends. Rejects when it is not the host, or not the life, that it means. */
  farewell(from: { host: string; boot: string }): Promise<{ proven: boolean; sessions: number }>;
  readonly ended: Promise<{ why: LifeEnd; wasBegun: boolean; proven: boolean; sessions: number }>;
}

export function nodeStint(parts: StintParts): Stint {
  const { boot, dataId, hub, outbox, driver, clock, slots, tell, settle } = parts;
  const lease = lifeTimes(parts.times);
  const { times } = lease;
  const since = clock.now();
  let hostOfLife: string | undefined;
  let waiting = "";
  let sessions = 0;

  const mute = new Set<string>();
  const send = (letter: FromNode): void => {
    // What did not go is sent again until it is acknowledged; only what never will go is trouble.
    if (hub.letters.send(theHost, letter) !== "too_large" || mute.has(letter.to.session)) return;
    mute.add(letter.to.session);
    tell({
      type: "trouble",
      code: "node.letter_too_large",
      message: `what ${letter.to.session} has to say is too large for the hub, so its host waits for it in vain`,
      hint: "Kill that construct: its task makes an output that no link carries.",
    });
  };
  const warn = (code: string, message: string): void => tell({ type: "trouble", code, message, hint: null });
  const talks = toldTalks(conversations({ outbox, send, warn, onMute: () => life.end("outbox"), clock }), tell);
  const ask = <T>(what: string, body: object, schema: z.ZodType<T>, timeoutMs: number = times.renewMs): Promise<T> =>
    hub.asking.ask(theHost, { what, id: randomUUID(), body: { wire: nodeWireVersion, ...body }, timeoutMs }, schema);
  const begin = (host: string): void => {
    waiting = "";
    if (hostOfLife !== undefined) return;
    hostOfLife = host;
    tell({ type: "lease.granted", boot, host });
  };
  const life = beginLife({
    boot,
    times,
    renew: renewals({
      asking: hub.asking,
      dataId,
      lease,
      onGranted(host, policy) {
        policies.heard(policy);
        begin(host);
        settle();
      },
      onNone(why) {
        if (why !== waiting) tell({ type: "lease.waiting", why });
        waiting = why;
      },
    }),
    async endAll() {
      sessions = worker.used;
      const ends = await Promise.all([talks.endAll(), warm.close()]);
      return { proven: ends.every(({ proven }) => proven) };
    },
    mayActFor: parts.mayActFor,
    clock,
  });
  const policies = policyShelf({
    fetch: () => ask(asked.policy, { boot }, nodePolicySchema),
    over: life.over,
    warn,
  });
  // It is in force when all who follow it do.
  policies.onChange(() => void setImmediate(settle));
  const places = placesOf({ ...parts, policies, warn });
  const placeFor = (opening: Opening): Promise<WorkPlace> => places.placeFor(opening, life.over);
  const warm = warmAgents({
    driver,
    placeFor,
    size: parts.warm,
    room: () => Math.max(0, slots - worker.used),
    isOver: (run) => policies.isOver(run),
    memory: readMemory,
    clock,
    tell,
    onChange: settle,
  });
  const files = nodeRunFiles({
    me: hub.me,
    life: boot,
    data: parts.data,
    things: hub.things,
    ask: (to, known) => ask(asked.runFiles, { to, known }, givenSchema, filesAskMs),
    over: life.over,
    openRuns: () => policies.openRuns(),
    clock,
    ...(parts.fileTimes === undefined ? {} : { times: parts.fileTimes }),
  });
  policies.onChange(() => void setImmediate(() => files.looksAgain()));
  const worker = workerOf({
    life,
    takeWarm: (...wanted) => warm.take(...wanted),
    driver,
    talks,
    placeFor,
    filesFor: (opening, to) => files.of(opening, to),
    claim: (to) => ask(asked.claim, { to }, claimedSchema),
    slots: () => slots,
  });
  const goOn = async (): Promise<void> => {
    if (!(await life.begun)) return;
    settle();
    // What earlier lives could not tell any more is told, and refused or not.
    talks.sendAgain();
  };
  void goOn();
  const ended = life.ended.then(({ why, proven }) => {
    talks.close();
    files.close();
    places.close();
    return { why, wasBegun: hostOfLife !== undefined, proven, sessions };
  });

  return {
    boot,
    since,
    get used() {
      return worker.used;
    },
    get warm() {
      return warm.ready;
    },
    keepWarm: () => warm.keepUp(),
    get copies() {
      return worker.copies;
    },
    get policy() {
      return policies.version();
    },
    mayAct: () => life.mayAct(),
    offer: (raw) => worker.take(raw),
    take: (letter) => talks.take(letter),
    sendAgain() {
      talks.sendAgain();
      files.linkUp();
    },
    end: () => life.end(),
    async farewell({ host, boot: meant }) {
      if (meant !== boot || host !== hostOfLife) throw notYours();
      life.end("farewell");
      const { proven } = await ended;
      return { proven, sessions };
    },
    ended,
  };
}

/** The host puts what it gives into the store before it answers, milliseconds. */
const filesAskMs = 15_000;

const notYours = (): Fault =>
  new Fault("refused", "node.other_life", "this node is not in the life that the farewell is for", {
    hint: "What it has now is for another life of the host.",
  });
