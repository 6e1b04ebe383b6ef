import { respawnLoop, type PastAttempt } from "../policy/spawning/respawn-loop.ts";
import { admit } from "../policy/spawning/spawn-gate.ts";
import { partsOf } from "./daemon/parts.ts";
import type { Model } from "../protocol/models.ts";
import type { RunView } from "../protocol/view.ts";
import type { Budget } from "./budget/budget.ts";
import type { Objection } from "./blacklist.ts";
import { askedOf, noteCaliber, spawnCaliber } from "./calibers/spawn-caliber.ts";
import type { Hands } from "./daemon/carry-out.ts";
import type { Fleet } from "./fleet.ts";
import type { Note } from "./journal.ts";
import type { RunPlugins } from "./plugins/run-plugins.ts";
import type { Outfits } from "./profiles/outfits.ts";

export interface HandsParts {
  view: RunView;
  fleet: Fleet;
  models: readonly Model[];
  outfits: Outfits;
  note: Note;
  /** False once the run is being closed. */
  isOpen: () => boolean;
  bound: Hands["bound"];
  budget: Pick<Budget, "ofRun" | "ofSpawns" | "ask" | "refuseSpawn">;
  /** What the blacklist has against a task. */
  objection: (task: string) => Objection | undefined;
  plugins: Pick<RunPlugins, "objection">;
}

/** The daemon's actions, as what this run's fleet can do. */
export function handsOf(parts: HandsParts): Hands {
  const { fleet, note } = parts;
  return {
    spawn(action, ids, order) {
      const admission = admit(
        { task: action.task, after: action.after ?? [] },
        {
          isOpen: parts.isOpen(),
          total: fleet.total,
          maxSpawns: parts.view.settings.max_spawns,
          knows: (id) => fleet.knows(id),
          spawnedAt: (position) => ids.has(position),
        },
      );
      if (!admission.ok) {
        const { rule, reason } = admission;
        note("spawn.refused", { task: action.task, origin: "daemon", rule, reason, order });
        if (rule === "cap.spawns") parts.budget.refuseSpawn();
        return { refused: reason };
      }
      const objection = parts.objection(action.task);
      if (objection !== undefined) {
        const { rule, reason } = objection;
        note("spawn.refused", { task: action.task, origin: "daemon", rule, reason, order });
        return { refused: reason };
      }
      const unfit = objectionTo(action, parts);
      if (unfit !== undefined) {
        note("spawn.refused", { task: action.task, origin: "daemon", ...unfit, order });
        return { refused: unfit.reason };
      }
      const profile = action.profile ?? parts.view.settings.profile;
      const wishes = { daemon: action, profile: parts.outfits.profile(profile)?.caliber ?? {} };
      const found = spawnCaliber(parts.models, parts.view.settings, wishes);
      if (!found.ok) {
        const { rule, reason } = found;
        note("spawn.refused", { task: action.task, origin: "daemon", rule, reason, order });
        return { refused: reason };
      }
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

/** What speaks against the names that a spawn asks for. */
const objectionTo = (
  { profile, plugins }: Parameters<Hands["spawn"]>[0],
  parts: HandsParts,
): { rule: string; reason: string } | undefined =>
  (profile === undefined ? undefined : parts.outfits.objection(profile)) ?? parts.plugins.objection(plugins ?? null);

/** The run's ended constructs, in the order in which they ended. */
const pastAttempts = (view: RunView): PastAttempt[] =>
  Object.values(view.constructs)
    .filter((construct) => construct.outcome !== null)
    .sort((one, other) => (one.endedAt ?? 0) - (other.endedAt ?? 0))
    .flatMap(({ outcome }) => (outcome === null ? [] : [outcome]));
