import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { AgentDriver } from "../../../src/drivers/agent.ts";
import { openHub } from "../../../src/nodes/hub/open-hub.ts";
import type { Entry, Hub, Job, Taking, Things } from "../../../src/nodes/hub/hub.ts";
import { theHost } from "../../../src/nodes/hub/subjects.ts";
import type { LeaseTimes } from "../../../src/nodes/lease.ts";
import { conversations, type Conversations } from "../../../src/nodes/node/conversations.ts";
import { beginLife, type NodeLife } from "../../../src/nodes/node/life.ts";
import { openOutbox, type Outbox } from "../../../src/nodes/node/outbox.ts";
import { placesOf, type Places } from "../../../src/nodes/node/places.ts";
import { openSpaces, type Spaces } from "../../../src/nodes/node/spaces.ts";
import { policyShelf, type PolicyShelf } from "../../../src/nodes/node/policy-shelf.ts";
import { workerOf, type Worker } from "../../../src/nodes/node/worker.ts";
import { fromHostSchema, nodeWireVersion } from "../../../src/nodes/wire/letters.ts";
import { nodeStateSchema, type NodeTells } from "../../../src/nodes/wire/node-state.ts";
import {
  asked,
  claimedSchema,
  claimSchema,
  drainSchema,
  policyAskedSchema,
  renewedSchema,
  renewSchema,
} from "../../../src/nodes/wire/questions.ts";
import { nodePolicySchema } from "../../../src/nodes/wire/policy.ts";
import { z } from "zod";
import { placeOf } from "./ends.ts";
import { quick } from "./hub.ts";
import { tells } from "./tells.ts";

export interface HubNodeOptions {
  name: string;
  /** Of the server, or of a relay to it. */
  url: string;
  driver: AgentDriver;
  lease: LeaseTimes;
  /** Where its outbox is. */
  folder: string;
  tells?: Partial<NodeTells>;
  /** Workspaces come to it as copies; a function stands between it and the store. */
  copies?: boolean | ((things: Things) => Things);
}

/** A node made of its parts, in this process, over a real hub. */
export interface HubNode extends AsyncDisposable {
  readonly name: string;
  /** All its lives so far. */
  readonly lives: NodeLife[];
  /** How they have ended. */
  readonly proofs: { why: string; proven: boolean }[];
  /** The sessions that it has taken. */
  readonly took: string[];
  /** The openings that it was refused, with the reason. */
  readonly refused: string[];
  /** Says farewell and ends all that it has. */
  leave(): Promise<void>;
}

export async function startHubNode(options: HubNodeOptions): Promise<HubNode> {
  const { name } = options;
  const access = { urls: [options.url], fleet: "test", login: { by: "nothing" as const }, tls: undefined };
  const hub = await openHub({ me: name, access, bounds: quick });
  const outbox = openOutbox(join(options.folder, `${name}.db`));
  const spaces =
    options.copies !== undefined && options.copies !== false
      ? await openSpaces({
          folder: join(options.folder, `${name}-spaces`),
          things: typeof options.copies === "function" ? options.copies(hub.things) : hub.things,
          path: process.env["PATH"] ?? "",
        })
      : undefined;
  const node = new Node(options, hub, outbox, spaces);
  await node.live();
  return node;
}

class Node implements HubNode {
  readonly name: string;
  readonly lives: NodeLife[] = [];
  readonly proofs: HubNode["proofs"] = [];
  readonly took: string[] = [];
  readonly refused: string[] = [];
  readonly #options: HubNodeOptions;
  readonly #hub: Hub;
  readonly #outbox: Outbox;
  readonly #over = new AbortController();
  readonly #spaces: Spaces | undefined;
  #places: Places | undefined;
  #isDraining = false;
  #host: string | null = null;
  #shelf: PolicyShelf | undefined;
  #worker: Worker | undefined;
  #talks: Conversations | undefined;
  #entry: Entry<NodeTells> | undefined;
  #taking: Taking<unknown> | undefined;
  #living: Promise<void> = Promise.resolve();
  readonly #subscriptions = new DisposableStack();

  constructor(options: HubNodeOptions, hub: Hub, outbox: Outbox, spaces: Spaces | undefined) {
    this.#spaces = spaces;
    this.name = options.name;
    this.#options = options;
    this.#hub = hub;
    this.#outbox = outbox;
    this.#subscriptions.use(hub.letters.listen(fromHostSchema, (letter) => this.#talks?.take(letter)));
    this.#subscriptions.use(
      hub.asking.answer(asked.drain, drainSchema, ({ isDraining }) => {
        this.#isDraining = isDraining;
        this.#tell();
        return { isDraining, used: this.#worker?.used ?? 0 };
      }),
    );
  }

  async live(): Promise<void> {
    const boot = randomBytes(6).toString("hex");
    const { driver, lease } = this.#options;
    this.#host = null;
    const hub = this.#hub;
    const talks = conversations({
      outbox: this.#outbox,
      send: (letter) => void hub.letters.send(theHost, letter),
      warn: () => undefined,
      again: { firstMs: 100, mostMs: 1000, most: 32 },
    });
    this.#talks = talks;
    const life = beginLife({ boot, times: lease, renew: () => this.#renew(boot), endAll: () => talks.endAll() });
    this.lives.push(life);
    const shelf = policyShelf({
      fetch: () =>
        hub.asking.ask(
          theHost,
          question(asked.policy, policyAskedSchema, { wire: nodeWireVersion, boot }),
          nodePolicySchema,
        ),
      over: life.over,
      warn: () => undefined,
    });
    this.#shelf = shelf;
    shelf.onChange(() => void setImmediate(() => this.#tell()));
    this.#places = this.#spaces && placesOf({ ...this.#home(), policies: shelf, spaces: this.#spaces });
    const worker = workerOf({
      life,
      driver,
      talks,
      placeFor: (opening) =>
        this.#places?.placeFor(opening, life.over) ?? Promise.resolve(placeOf(opening, shelf, undefined)),
      claim: (to) =>
        hub.asking.ask(theHost, question(asked.claim, claimSchema, { wire: nodeWireVersion, to }), claimedSchema),
      slots: () => 100,
    });
    this.#worker = worker;
    this.#living = this.#goOn(life, talks);
    if (!(await life.begun)) return;
    talks.sendAgain();
    this.#entry = await hub.registry(nodeStateSchema).enter(boot, this.#state());
    // Its policy may have come while it was entered.
    this.#tell();
    this.#taking = await hub.jobs.take(`n_${this.name}`, z.unknown(), 100);
    void this.#work(this.#taking, worker, life);
  }

  async #renew(boot: string): Promise<boolean> {
    const body = { wire: nodeWireVersion, boot, host: this.#host, data: `data of ${this.name}` } as const;
    const answer = await this.#hub.asking.ask(theHost, question(asked.renew, renewSchema, body), renewedSchema);
    if (answer.isGranted) this.#host = answer.host;
    this.#shelf?.heard(answer.policy);
    return answer.isGranted;
  }

  async #work(taking: Taking<unknown>, worker: Worker, life: NodeLife): Promise<void> {
    for await (const job of taking.jobs) {
      if (life.over.aborted) return job.back();
      void this.#serve(job, worker);
    }
  }

  async #serve(job: Job<unknown>, worker: Worker): Promise<void> {
    const alive = setInterval(() => job.working(), job.silenceMs / 4);
    try {
      const taken = await worker.take(job.body);
      if (taken.isTaken) {
        this.took.push(job.id);
        this.#tell();
        await taken.closed;
        this.#tell();
      } else this.refused.push(taken.why);
      if (!taken.isTaken && taken.again) job.back(50);
      else await job.done();
    } finally {
      clearInterval(alive);
    }
  }

  async #goOn(life: NodeLife, talks: Conversations): Promise<void> {
    this.proofs.push(await life.ended);
    talks.close();
    this.#places?.close();
    this.#taking?.stop();
    await this.#entry?.leave();
    this.#entry = undefined;
    if (!this.#over.signal.aborted) await this.live();
  }

  #home() {
    const { folder } = this.#options;
    return {
      data: join(folder, `data-${this.name}`),
      agentHome: join(folder, "agent-home"),
      agentState: join(folder, "agent-home", ".claude"),
      sandbox: "off" as const,
      keptProcesses: () => [],
      warn: () => undefined,
    };
  }

  #state(): NodeTells {
    return {
      ...tells,
      used: this.#worker?.used ?? 0,
      freeMb: 8000,
      isDraining: this.#isDraining,
      policy: this.#shelf?.version() ?? null,
      workspace: this.#spaces === undefined ? "shared" : "bundle",
      ...this.#options.tells,
    };
  }

  #tell(): void {
    this.#entry?.set(this.#state());
  }

  async leave(): Promise<void> {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.lives.at(-1)?.end();
    await this.#living;
    this.#subscriptions.dispose();
    await this.#hub.close();
    this.#outbox.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }
}

function question<T>(what: string, schema: z.ZodType<T>, body: T) {
  return { what, id: randomBytes(6).toString("hex"), body: schema.parse(body), timeoutMs: 1000 };
}
