import type { DeckEvent } from "./event.ts";
import type { PoolView } from "./pool.ts";

/** Folds what an event tells of the warm pool into its view, in place. */
export function foldPool(pool: PoolView, event: DeckEvent): void {
  switch (event.type) {
    case "pool.started":
      pool.spares[event.body.spare] = { state: "starting", construct: null };
      break;
    case "pool.ready":
      pool.spares[event.body.spare] = { state: "ready", construct: null };
      break;
    case "pool.ended":
      delete pool.spares[event.body.spare];
      break;
    case "pool.hit":
      pool.spares[event.body.spare] = { state: "taken", construct: event.body.construct };
      pool.hits += 1;
      break;
    case "pool.missed":
      pool.misses[event.body.reason] = (pool.misses[event.body.reason] ?? 0) + 1;
      break;
    case "construct.redirected":
      // Its session, and with it the process, goes on with its successor.
      for (const spare of takenBy(pool, event.body.construct))
        pool.spares[spare] = { state: "taken", construct: event.body.successor };
      break;
    case "construct.ended":
      for (const spare of takenBy(pool, event.body.construct)) delete pool.spares[spare];
      break;
    default:
  }
}

const takenBy = (pool: PoolView, construct: string): string[] =>
  Object.keys(pool.spares).filter((spare) => pool.spares[spare]?.construct === construct);
