import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { AgentDriver, SessionSpec } from "../../../src/drivers/agent.ts";
import type { Judge } from "../../../src/engine/gate/judge.ts";
import { hostLines } from "../../../src/nodes/host/lines.ts";
import { remoteDriver, type RemoteDriver } from "../../../src/nodes/host/remote-driver.ts";
import { hostLeases, leaseTimes } from "../../../src/nodes/lease.ts";
import { conversations } from "../../../src/nodes/node/conversations.ts";
import { finderFor } from "../../../src/nodes/node/finding.ts";
import { beginLife, type NodeLife } from "../../../src/nodes/node/life.ts";
import { openOutbox, type Outbox } from "../../../src/nodes/node/outbox.ts";
import { policyShelf, type PolicyShelf } from "../../../src/nodes/node/policy-shelf.ts";
import { workerOf, type Worker } from "../../../src/nodes/node/worker.ts";
import { fromHostSchema, fromNodeSchema, type Address } from "../../../src/nodes/wire/letters.ts";
import type { Opening } from "../../../src/nodes/wire/opening.ts";
import { policyVersion, type NodePolicy } from "../../../src/nodes/wire/policy.ts";

export interface EndsOptions {
  /** Names of the nodes; the first with room gets what is offered. */
  nodes: string[];
  slots?: number;
  /** The default is longer than any test takes. */
  leaseMs?: number;
  /** What becomes of a message: below 0.1 it is lost, below 0.2 doubled, below 0.5 late. */
  chance?: () => number;
  /** The node's brake; the default is the real one, on the default tier. */
  judge?: (usual: Judge) => Judge;
  /** What is in force on the host; by default the shipped rules, and the default tier for each run of which there was an opening. */
  policy?: (runs: NodePolicy["runs"]) => NodePolicy;
  /** Stands between the nodes and what the host answers when it is asked for that. */
  fetches?: (usual: () => Promise<unknown>) => Promise<unknown>;
  goesOut?: (spec: SessionSpec) => boolean;
  patienceMs?: number;
}

/** One node, in all its lives. */
export interface TestNode {
  readonly name: string;
  /** All its lives so far, the last one last. */
  readonly lives: NodeLife[];
  readonly worker: Worker;
  /** Nothing goes through any more, in both directions, until it is healed. */
  cut(): void;
  heal(): void;
  /** How its lives have ended. */
  readonly proofs: { why: string; proven: boolean }[];
  /** Openings that were given to it and that it has taken. */
  readonly took: string[];
}

/** A host's driver and its nodes in one process, with a bad link between them. All that crosses is JSON on the way. */
export interface Ends extends AsyncDisposable {
  /** The driver that a deck gets, over this one on the nodes. */
  driver(usual: AgentDriver): RemoteDriver;
  nodes: TestNode[];
  /** Conversations of which letters came that the host does not have. */
  strangers: Address[];
  /** Lives that the host has given up. */
  givenUp: string[];
  /** All letters, as JSON. */
  crossed: string[];
}

export function openEnds(options: EndsOptions): Ends {
  const { slots = 10, leaseMs = 60_000, chance = () => 1, goesOut = () => true, patienceMs = 20_000 } = options;
  const folder = mkdtempSync(join(tmpdir(), "deck-ends-"));
  const times = leaseTimes(leaseMs, 0.05, leaseMs / 3);
  const leases = hostLeases(times);
  const strangers: Address[] = [];
  const givenUp: string[] = [];
  const crossed: string[] = [];
  const now = (): number => performance.now();
  const over = new AbortController();
  const offered = new Map<string, Opening>();
  const runs: NodePolicy["runs"] = {};
  const { fetches = (usual) => usual() } = options;
  const policy = (): NodePolicy =>
    options.policy?.(runs) ?? { version: policyVersion({ file: null, runs }), file: null, runs };
  const ends = new Map<string, { node: Node; take: (raw: unknown) => void }>();

  /** Carries a message, or not, as it comes. */
  const carry = (node: Node, message: unknown, arrive: (raw: unknown) => void): void => {
    const text = JSON.stringify(message);
    crossed.push(text);
    const luck = chance();
    const deliver = (): void => {
      if (!node.isCut && !over.signal.aborted) arrive(JSON.parse(text));
    };
    if (node.isCut || luck < 0.1) return;
    for (let times = luck < 0.2 ? 2 : 1; times > 0; times -= 1)
      if (luck < 0.5) setTimeout(deliver, luck * 40);
      else setImmediate(deliver);
  };
  /** A question and its answer, each of which may be lost. */
  const ask = <T>(node: Node, question: unknown, answer: (raw: unknown) => T): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const late = setTimeout(() => reject(new Error("nobody answers")), 1000);
    carry(node, question, (raw) => {
      const said = answer(raw);
      carry(node, said, () => {
        clearTimeout(late);
        resolve(said);
      });
    });
    return promise;
  };

  const lines = hostLines({
    send: (letter) => {
      const end = ends.get(letter.to.boot);
      if (end !== undefined) carry(end.node, letter, end.take);
    },
    kept: () => Promise.resolve(),
    onStranger: (to) => strangers.push(to),
    again: { firstMs: 30, mostMs: 300, most: 32 },
  });
  const expire = (): void => {
    for (const boot of leases.expire(now())) {
      givenUp.push(boot);
      lines.giveUp(boot, `${boot} has not been heard for ${leaseMs} ms`);
    }
  };
  const looking = setInterval(expire, Math.max(5, leaseMs / 20));

  class Node implements TestNode {
    readonly name: string;
    readonly lives: NodeLife[] = [];
    readonly took: string[] = [];
    readonly proofs: TestNode["proofs"] = [];
    isCut = false;
    #worker: Worker | undefined;
    #close: () => void = () => undefined;
    #take: (raw: unknown) => void = () => undefined;
    #living: Promise<void> = Promise.resolve();
    readonly #driver: AgentDriver;
    /** Outlives the lives. */
    readonly #outbox: Outbox;

    constructor(name: string, driver: AgentDriver) {
      this.name = name;
      this.#driver = driver;
      this.#outbox = openOutbox(join(folder, `${name}.db`));
      this.live();
    }

    /** Begins a life, and the next one when that is over and nothing of it is left. */
    live(): void {
      const boot = `${this.name}-${this.lives.length + 1}`;
      const talks = conversations({
        outbox: this.#outbox,
        send: (letter) => carry(this, letter, (raw) => lines.take(fromNodeSchema.parse(raw))),
        warn: () => undefined,
        again: { firstMs: 30, mostMs: 300, most: 32 },
      });
      const renew = async (): Promise<boolean> => {
        const answer = (): { isGranted: boolean; version: string } => ({
          isGranted: leases.renew(boot, now()),
          version: policy().version,
        });
        const { isGranted, version } = await ask(this, { renew: boot }, answer);
        if (isGranted) shelf.heard(version);
        return isGranted;
      };
      const life = beginLife({
        boot,
        times,
        renew,
        endAll: () => talks.endAll(),
      });
      const shelf = policyShelf({
        fetch: () => fetches(() => ask(this, { policy: boot }, policy)),
        over: life.over,
        warn: () => undefined,
        answerMs: 500,
        againMs: 10,
      });
      const remote = isRemote;
      this.#worker = workerOf({
        life,
        driver: this.#driver,
        talks,
        placeFor: (opening) => Promise.resolve(placeOf(opening, shelf, options.judge)),
        claim: (to) => ask(this, to, () => remote.driver?.claim(to, this.name) ?? { isGranted: false }),
        slots: () => slots,
      });
      // The host writes to a node, whichever life of that it is in.
      this.#take = (raw) => talks.take(fromHostSchema.parse(raw));
      ends.set(boot, { node: this, take: (raw) => this.#take(raw) });
      void life.begun.then((isBegun) => (isBegun ? talks.sendAgain() : undefined));
      this.lives.push(life);
      this.#close = () => {
        talks.close();
      };
      this.#living = this.#goOn(life);
    }

    async #goOn(life: NodeLife): Promise<void> {
      this.proofs.push(await life.ended);
      this.#close();
      if (!over.signal.aborted) this.live();
    }

    get worker(): Worker {
      if (this.#worker === undefined) throw new Error("it has not begun to live");
      return this.#worker;
    }
    cut(): void {
      this.isCut = true;
    }
    heal(): void {
      this.isCut = false;
    }
    async end(): Promise<void> {
      this.lives.at(-1)?.end();
      await this.#living;
      this.#outbox.close();
    }
  }

  const isRemote: { driver?: RemoteDriver } = {};
  const nodes: Node[] = [];

  /** Gives an opening to one node after the other until one has taken it, and, by chance, to another one, too. */
  const giveOut = async (opening: Opening): Promise<void> => {
    while (offered.get(opening.session) === opening && !over.signal.aborted) {
      for (const node of nodes.filter(({ isCut }) => !isCut)) {
        const takers = [node, ...(chance() < 0.3 ? nodes.slice(-1) : [])];
        const taken = await Promise.all(
          takers.map(async (taker) => {
            const { isTaken } = await taker.worker.take(JSON.parse(JSON.stringify(opening)));
            if (isTaken && !taker.took.includes(opening.session)) taker.took.push(opening.session);
            return isTaken;
          }),
        );
        if (taken.some(Boolean)) return;
      }
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
  };

  return {
    driver(usual) {
      const driver = remoteDriver({
        here: usual,
        goesOut,
        link: {
          async offer(opening) {
            offered.set(opening.session, opening);
            runs[opening.run.id] ??= { tier: "default", isAirgapped: false };
            void giveOut(opening);
          },
          async withdraw(opening) {
            if (offered.get(opening.session) === opening) offered.delete(opening.session);
          },
        },
        lines,
        isCounted: (boot) => ends.has(boot) && !givenUp.includes(boot),
        firstEpoch: Date.now(),
        policy: () => policy().version,
        patienceMs,
      });
      isRemote.driver = driver;
      for (const name of options.nodes) nodes.push(new Node(name, usual));
      return driver;
    },
    nodes,
    strangers,
    givenUp,
    crossed,
    async [Symbol.asyncDispose]() {
      over.abort();
      clearInterval(looking);
      lines.close();
      await Promise.all(nodes.map((node) => node.end()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A folder that node and host share. */
export function placeOf(
  { cwd, run }: Opening,
  shelf: PolicyShelf,
  wrap: EndsOptions["judge"],
): Awaited<ReturnType<Parameters<typeof workerOf>[0]["placeFor"]>> {
  const deckHome = join(cwd, ".cyberdeck");
  const judge = shelf.judgeFor(run.id, {
    workspace: cwd,
    runFolder: run.folder,
    deckHome,
    agentHome: join(dirname(cwd), "agent-home"),
  });
  return {
    cwd,
    wall: undefined,
    find: finderFor({ judge: wrap?.(judge) ?? judge, policy: shelf, workspace: cwd, isCutOff: () => false }),
    release: () => undefined,
  };
}
