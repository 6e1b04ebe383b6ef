import { askOf } from "../protocol/place.ts";
import { respawnLoop, type PastAttempt } from "../policy/spawning/respawn-loop.ts";
import { partsOf } from "./daemon/parts.ts";
import type { RunView } from "../protocol/view.ts";
import type { Budget } from "./budget/budget.ts";
import { askedOf, noteCaliber } from "./calibers/spawn-caliber.ts";
import { considerSpawn, type ConsideringParts } from "./considering.ts";
import type { Hands } from "./daemon/carry-out.ts";
import type { Fleet } from "./fleet.ts";
import type { Note } from "./journal.ts";

export interface HandsParts extends ConsideringParts {
  fleet: Fleet;
  note: Note;
  bound: Hands["bound"];
  budget: Pick<Budget, "ofRun" | "ofSpawns" | "ask" | "refuseSpawn">;
}

/** The daemon's actions, as what this run's fleet can do. */
export function handsOf(parts: HandsParts): Hands {
  const { fleet, note } = parts;
  return {
    spawn(action, ids, order) {
      const considered = considerSpawn(
        {
          ...action,
          calibers: { daemon: action },
          asks: { daemon: action },
          spawnedAt: (position) => ids.has(position),
        },
        parts,
      );
      if (!considered.ok) {
        const { rule, reason } = considered;
        note("spawn.refused", { task: action.task, origin: "daemon", rule, reason, order });
        if (rule === "cap.spawns") parts.budget.refuseSpawn();
        return { refused: reason };
      }
      const { found, profile, on } = considered;
      const loop = respawnLoop(pastAttempts(parts.view), action.task);
      if (loop.verdict === "refuse") {
        const reason = `this would be attempt ${loop.count} at the same work; ${loop.earlier.join(", ")} ended badly: change the approach, or stop`;
        note("spawn.refused", { task: action.task, origin: "daemon", rule: "respawn.loop", reason, order });
        return { refused: reason };
      }
      const id = fleet.spawn({
        task: action.task,
        origin: "daemon",
        parent: null,
        caliber: found.caliber,
        ...askedOf(found),
        after: (action.after ?? []).flatMap((name) => (typeof name === "number" ? (ids.get(name) ?? []) : [name])),
        profile,
        plugins: action.plugins ?? null,
        ...(on === undefined ? {} : { on: askOf(on) }),
        order,
      });
      noteCaliber(id, found, note);
      if (loop.verdict === "warn") {
        const { count, of, earlier } = loop;
        note("respawn.warned", { construct: id, task: action.task, count, of, earlier: [...earlier] });
      }
      // On the next turn of the event loop, so that a whole block is queued before its first construct starts.
      queueMicrotask(() => fleet.pump());
      return { id };
    },
    message: (construct, text) =>
      fleet.tell(construct, text, "daemon") === undefined
        ? `${construct} is neither queued nor running, so it cannot be told anything`
        : undefined,
    cancel: (construct) => (fleet.stop(construct, "daemon") ? undefined : `${construct} is neither queued nor running`),
    read(construct, part) {
      const outcome = fleet.outcome(construct);
      if (outcome === undefined) return `there is no outcome of ${construct} to read`;
      const parts = partsOf(outcome.result).length;
      return part > parts ? `the result of ${construct} has no part ${part}, only ${parts}` : undefined;
    },
    inFlight: () => fleet.inFlight,
    bound: parts.bound,
    isOutOfBudget: () => parts.budget.ofRun !== undefined,
    isCapped: () => parts.budget.ofSpawns !== undefined,
    askForBudget: () => parts.budget.ask(),
  };
}

/** The run's ended constructs, in the order in which they ended. */
const pastAttempts = (view: RunView): PastAttempt[] =>
  Object.values(view.constructs)
    .filter((construct) => construct.outcome !== null)
    .sort((one, other) => (one.endedAt ?? 0) - (other.endedAt ?? 0))
    .flatMap(({ outcome }) => (outcome === null ? [] : [outcome]));
