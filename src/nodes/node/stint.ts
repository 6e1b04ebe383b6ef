import { randomUUID } from "node:crypto";
import type { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import type { AgentDriver } from "../../drivers/agent.ts";
import type { NodeEvent } from "../../protocol/node.ts";
import type { Hub } from "../hub/hub.ts";
import { theHost } from "../hub/subjects.ts";
import type { LeaseTimes } from "../lease.ts";
import { nodeWireVersion, type FromHost, type FromNode } from "../wire/letters.ts";
import { nodePolicySchema } from "../wire/policy.ts";
import { asked, claimedSchema } from "../wire/questions.ts";
import { givenSchema } from "../wire/run-files.ts";
import { conversations } from "./conversations.ts";
import { beginLife, type LifeEnd } from "./life.ts";
import type { Outbox } from "./outbox.ts";
import { placesOf, type PlacesParts } from "./places.ts";
import { policyShelf } from "./policy-shelf.ts";
import { renewals } from "./renewals.ts";
import { nodeRunFiles, type RunFileTimes } from "./run-files.ts";
import { toldTalks } from "./told-talks.ts";
import { workerOf, type Taken } from "./worker.ts";

export interface StintParts extends Omit<PlacesParts, "policies" | "boundMs"> {
  boot: string;
  /** Of the folder in which it and all other lives of this node are. */
  dataId: string;
  hub: Hub;
  outbox: Outbox;
  driver: Pick<AgentDriver, "open">;
  times: LeaseTimes;
  clock: Clock;
  slots: number;
  fileTimes?: Partial<RunFileTimes> | undefined;
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
  /** The version of the policy by which it judges. */
  readonly policy: string | null;
  mayAct(): boolean;
  /** Takes an opening, or says why not. */
  offer(raw: unknown): Promise<Taken>;
  take(letter: FromHost): void;
  /** The link is back. */
  sendAgain(): void;
  end(): void;
  readonly ended: Promise<{ why: LifeEnd; wasBegun: boolean; proven: boolean; sessions: number }>;
}

export function nodeStint(parts: StintParts): Stint {
  const { boot, dataId, hub, outbox, driver, times, clock, slots, tell, settle } = parts;
  const since = clock.now();
  let wasBegun = false;
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
  const talks = toldTalks(conversations({ outbox, send, warn, clock }), tell);
  const ask = <T>(what: string, body: object, schema: z.ZodType<T>, timeoutMs: number = times.renewMs): Promise<T> =>
    hub.asking.ask(theHost, { what, id: randomUUID(), body: { wire: nodeWireVersion, ...body }, timeoutMs }, schema);
  const begin = (host: string): void => {
    waiting = "";
    if (wasBegun) return;
    wasBegun = true;
    tell({ type: "lease.granted", boot, host });
  };
  const life = beginLife({
    boot,
    times,
    renew: renewals({
      asking: hub.asking,
      dataId,
      timeoutMs: times.renewMs,
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
    endAll() {
      sessions = worker.used;
      return talks.endAll();
    },
    clock,
  });
  const policies = policyShelf({
    fetch: () => ask(asked.policy, { boot }, nodePolicySchema),
    over: life.over,
    warn,
  });
  // It is in force when all who follow it do.
  policies.onChange(() => void setImmediate(settle));
  const places = placesOf({ ...parts, policies });
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
    driver,
    talks,
    placeFor: (opening) => places.placeFor(opening, life.over),
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

  return {
    boot,
    since,
    get used() {
      return worker.used;
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
    ended: life.ended.then(({ why, proven }) => {
      talks.close();
      files.close();
      places.close();
      return { why, wasBegun, proven, sessions };
    }),
  };
}

/** The host puts what it gives into the store before it answers, milliseconds. */
const filesAskMs = 15_000;
