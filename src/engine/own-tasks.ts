import type { Model } from "../protocol/models.ts";
import type { RunView } from "../protocol/view.ts";
import { askedOf, noteCaliber, spawnCaliber } from "./calibers/spawn-caliber.ts";
import type { Fleet } from "./fleet.ts";
import type { Note } from "./journal.ts";
import type { Outfits } from "./profiles/outfits.ts";

export interface OwnTasksParts {
  view: Pick<RunView, "settings">;
  fleet: Pick<Fleet, "spawn">;
  models: readonly Model[];
  outfits: Pick<Outfits, "profile">;
  note: Note;
}

/** Queues the netrunner's own tasks, each with the caliber that holds for the run. */
export function queueOwnTasks(tasks: readonly string[], { view, fleet, models, outfits, note }: OwnTasksParts): void {
  const { profile } = view.settings;
  const found = spawnCaliber(models, view.settings, { profile: outfits.profile(profile)?.caliber ?? {} });
  for (const task of tasks) {
    if (!found.ok) {
      note("spawn.refused", { task, origin: "netrunner", rule: found.rule, reason: found.reason });
      continue;
    }
    const id = fleet.spawn({
      task,
      origin: "netrunner",
      parent: null,
      caliber: found.caliber,
      ...askedOf(found),
      after: [],
      profile,
      plugins: null,
    });
    noteCaliber(id, found, note);
  }
}
