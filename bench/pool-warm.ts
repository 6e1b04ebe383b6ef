import { pause } from "../src/base/clock.ts";
import { block, say, type Answerer } from "../src/offline/reply.ts";
import { isDaemon } from "../src/offline/script.ts";
import type { DeckEvent, EventType } from "../src/protocol/event.ts";
import { openTestDeck, type TestDeck } from "../test/kit/deck.ts";
import { medianOf, type Bench } from "./measurement.ts";
import { constructRequests } from "./timeline.ts";

/** From the last sign of whatever went before until a construct is wanted, milliseconds: a machine at rest. */
const restMs = 1500;

/**
 * What is compared, in one run with one daemon, in turn: a construct that takes a spare on the caliber that it has, one that
 * takes a spare that has to be aimed at another model and effort, and one that starts its own agent. Counted from
 * `construct.queued`, with a slot free, to the arrival of the agent's first request at the API: the scheduler, the taking or
 * starting of the agent, and what the agent does before it asks its model.
 */
export const poolWarm: Bench = {
  name: "pool.warm",
  about: "a construct's way to its first request, from the warm pool and cold",
  async run({ emit, progress, rounds }) {
    const wish = spawnsOnWish();
    await using kit = await openTestDeck({ answer: wish.answer, settings: { pool: 0, max_spawns: 0 } });
    const opened = await kit.startGoal("One construct after the other.");
    const seen = watch(kit, opened.afterSeq);
    const taken: Record<Way, Times[]> = { warm: [], aimed: [], cold: [] };
    const times = rounds * 3;
    for (let index = 0; index <= times; index += 1) {
      // Whoever goes first has the cooler machine: the order is turned each time.
      for (const way of [...ways.slice(index % ways.length), ...ways.slice(0, index % ways.length)]) {
        const took = await one(kit, seen, wish, way);
        // The first of each fills caches.
        if (index > 0) taken[way].push(took);
      }
      const last = ways.map((way) => `${way} ${taken[way].at(-1)?.total ?? 0} ms`);
      if (index > 0) progress(`${index} of ${times}: ${last.join(", ")}`);
    }
    wish.finish();
    await seen.until((event) => event.type === "run.closed");
    for (const way of ways) {
      const all = taken[way];
      emit(
        medianOf(
          `pool.warm.${way}`,
          "ms",
          all.map(({ total }) => total),
          "construct.queued to its first request",
        ),
      );
      for (const stage of ["agent", "init", "request"] as const)
        emit(
          medianOf(
            `pool.warm.${way}.${stage}`,
            "ms",
            all.map((took) => took[stage]),
            stageNotes[stage],
          ),
        );
    }
    for (const way of ["warm", "aimed"] as const) {
      const ratios = taken[way].map(({ total }, index) => (taken.cold[index]?.total ?? Number.NaN) / total);
      emit(medianOf(`pool.warm.${way}.ratio`, "ratio", ratios, `cold / ${way}, of the same round`));
    }
  },
};

/** `warm`: with a spare as it is; `aimed`: with one that is set to another caliber; `cold`: with none. */
const ways = ["warm", "aimed", "cold"] as const;
type Way = (typeof ways)[number];

const stageNotes = {
  agent: "until the construct has its agent",
  init: "from there to the agent's first message",
  request: "from there to its first request",
};

/** Milliseconds. */
interface Times {
  total: number;
  agent: number;
  init: number;
  request: number;
}

async function one(kit: TestDeck, seen: Watch, wish: SpawnWish, way: Way): Promise<Times> {
  const isWarm = way !== "cold";
  const resize = (pool: number) => kit.deck.send({ type: "settings.change", settings: { pool } });
  const before = seen.events.length;
  await resize(0);
  await seen.until(() => seen.hasNoSpare(), before);
  const empty = seen.events.length;
  if (isWarm) {
    await resize(1);
    await seen.until(({ type }) => type === "pool.ready", empty);
  }
  await pause(restMs);
  const sent = kit.api.requests.length;
  const after = seen.events.length;
  const task = wish.spawn(way === "aimed");
  await seen.until(({ type }) => type === "construct.ended", after);
  const at = (type: EventType): number =>
    seen.events.slice(after).find((event) => event.type === type)?.at ?? Number.NaN;
  const mine = constructRequests(kit.api.requests.slice(sent));
  const wire = mine.find(({ request }) => request.firstUserText.includes(task))?.at ?? Number.NaN;
  const [queued, started, ready] = [at("construct.queued"), at("construct.started"), at("construct.ready")];
  if (Number.isNaN(at(isWarm ? "pool.hit" : "pool.missed"))) throw new Error(`the construct did not start ${way}`);
  return { total: wire - queued, agent: started - queued, init: ready - started, request: wire - ready };
}

interface Watch {
  events: DeckEvent[];
  /** Resolves at the first event for which it holds, from a position on. */
  until(isIt: (event: DeckEvent) => boolean, from?: number): Promise<void>;
  /** Whether all spares so far have ended or were taken. */
  hasNoSpare(): boolean;
}

function watch(kit: TestDeck, afterSeq: number): Watch {
  const events: DeckEvent[] = [];
  const waiting = new Set<() => void>();
  const follow = async (): Promise<void> => {
    for await (const event of kit.deck.follow(afterSeq)) {
      events.push(event);
      for (const look of waiting) look();
      if (event.type === "run.closed") break;
    }
  };
  void follow();
  return {
    events,
    until(isIt, from = 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      let next = from;
      const look = (): void => {
        for (; next < events.length; next += 1) {
          const event = events[next];
          if (event === undefined || !isIt(event)) continue;
          waiting.delete(look);
          resolve();
          return;
        }
      };
      waiting.add(look);
      look();
      return promise;
    },
    hasNoSpare() {
      const count = (...types: EventType[]): number => events.filter(({ type }) => types.includes(type)).length;
      return count("pool.started") === count("pool.ended", "pool.hit");
    },
  };
}

interface SpawnWish {
  answer: Answerer;
  /** Has the daemon spawn a task of its own, on another caliber than the deck's, or not; gives the task. */
  spawn: (isOther: boolean) => string;
  finish: () => void;
}

/** Not what spares are started with. */
const otherCaliber = { model: "opus", effort: "low" } as const;

/** A daemon that spawns one construct whenever it is told to, each time in a turn of its own. */
function spawnsOnWish(): SpawnWish {
  let wished = Promise.withResolvers<{ task: string; isOther: boolean } | undefined>();
  let number = 0;
  const answer: Answerer = async (request) => {
    if (!isDaemon(request)) return say("Done.");
    const wish = await wished.promise;
    wished = Promise.withResolvers();
    if (wish === undefined) return block({ status: "done", chat: "All measured." });
    const { task, isOther } = wish;
    return block({ actions: [{ type: "spawn", task, ...(isOther ? otherCaliber : {}) }], status: "waiting" });
  };
  return {
    answer,
    spawn(isOther) {
      number += 1;
      const task = `Say that this is task number ${number} of the measurement.`;
      wished.resolve({ task, isOther });
      return task;
    },
    finish: () => wished.resolve(undefined),
  };
}
