import type { Model } from "../protocol/models.ts";
import type { DeckEvent } from "../protocol/event.ts";
import { askOf } from "../protocol/place.ts";
import type { RunView } from "../protocol/view.ts";
import { askedOf, noteCaliber, spawnCaliber } from "./calibers/spawn-caliber.ts";
import type { Fleet } from "./fleet.ts";
import type { Note } from "./journal.ts";
import { askedPlace } from "./place-ask.ts";
import type { Places } from "./placing.ts";
import type { Outfits } from "./profiles/outfits.ts";

export interface OwnTasksParts {
  view: Pick<RunView, "settings">;
  fleet: Pick<Fleet, "spawn">;
  models: readonly Model[];
  outfits: Pick<Outfits, "profile">;
  /** Undefined: the deck has its own machine alone. */
  places?: Places | undefined;
  note: Note;
}

/** What a run was opened for and has not come to, since its deck died before: its goal, or the last of its tasks. */
export function unasked(events: readonly DeckEvent[]): string[] {
  const [opened] = events;
  if (opened?.type !== "run.opened") return [];
  const { kind, asked = [] } = opened.body;
  if (kind === "goal") return events.some(({ type }) => type === "goal.set") ? [] : asked;
  // Others may have joined the run: only those count that it was opened for, which are queued in their order.
  const ofNetrunner = (type: "construct.queued" | "spawn.refused"): number =>
    events.reduce((count, event) => count + (event.type === type && event.body.task === asked[count] ? 1 : 0), 0);
  // Either all of them are queued or all refused; a queued one may be refused later on.
  return asked.slice(ofNetrunner("construct.queued") || ofNetrunner("spawn.refused"));
}

/** Queues the netrunner's own tasks, each with the caliber that holds for the run. */
export function queueOwnTasks(tasks: readonly string[], parts: OwnTasksParts): void {
  const { view, fleet, models, outfits, note } = parts;
  const { profile } = view.settings;
  const own = outfits.profile(profile);
  const found = spawnCaliber(models, view.settings, { profile: own?.caliber ?? {} });
  const place = askedPlace({ fixed: view.settings.on, profile: own }, parts.places);
  for (const task of tasks) {
    if (!found.ok || !place.ok) {
      const { rule, reason } = found.ok ? { rule: "", reason: "", ...place } : found;
      note("spawn.refused", { task, origin: "netrunner", rule, reason });
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
      ...(place.on === undefined ? {} : { on: askOf(place.on) }),
    });
    noteCaliber(id, found, note);
  }
}
