import { admit } from "../policy/spawning/spawn-gate.ts";
import type { CaliberWishes } from "../policy/caliber/choose.ts";
import type { Model } from "../protocol/models.ts";
import type { PlaceAsk } from "../protocol/place.ts";
import type { RunView } from "../protocol/view.ts";
import type { Objection } from "./blacklist.ts";
import { spawnCaliber, type SpawnCaliber } from "./calibers/spawn-caliber.ts";
import type { Fleet } from "./fleet.ts";
import { askedPlace, type PlaceAsks } from "./place-ask.ts";
import type { Places } from "./placing.ts";
import type { RunPlugins } from "./plugins/run-plugins.ts";
import type { Outfits } from "./profiles/outfits.ts";

export interface ConsideringParts {
  view: RunView;
  fleet: Pick<Fleet, "total" | "knows">;
  models: readonly Model[];
  outfits: Pick<Outfits, "profile" | "objection">;
  plugins: Pick<RunPlugins, "objection">;
  /** Undefined: the deck has its own machine alone. */
  places?: Places | undefined;
  /** False once the run is being closed. */
  isOpen: () => boolean;
  /** What the blacklist has against a task. */
  objection: (task: string) => Objection | undefined;
}

/** A spawn that somebody wants. */
export interface SpawnWish {
  task: string;
  profile?: string | undefined;
  plugins?: readonly string[] | undefined;
  /** Ids of constructs, and positions of earlier items of the same block. */
  after?: readonly (string | number)[] | undefined;
  /** What its wisher says of the caliber. */
  calibers: Pick<CaliberWishes, "netrunner" | "daemon">;
  /** What its wisher says of where it runs. */
  asks?: Pick<PlaceAsks, "netrunner" | "daemon">;
  /** Whether an item of this block at this position became a construct. */
  spawnedAt?: (position: number) => boolean;
}

export type Considered =
  | { ok: true; found: SpawnCaliber & { ok: true }; profile: string; on?: PlaceAsk }
  /** For whoever wants it. */
  | { ok: false; rule: string; reason: string };

/** Whether a spawn may join the queue of a run, whoever wants it, and what it is given. */
export function considerSpawn(wish: SpawnWish, parts: ConsideringParts): Considered {
  const { view, fleet, models, outfits, plugins } = parts;
  const admission = admit(
    { task: wish.task, after: wish.after ?? [] },
    {
      isOpen: parts.isOpen(),
      total: fleet.total,
      maxSpawns: view.settings.max_spawns,
      knows: (id) => fleet.knows(id),
      spawnedAt: wish.spawnedAt ?? (() => false),
    },
  );
  if (!admission.ok) return admission;
  const objection =
    parts.objection(wish.task) ??
    (wish.profile === undefined ? undefined : outfits.objection(wish.profile)) ??
    plugins.objection(wish.plugins ?? null);
  if (objection !== undefined) return { ok: false, rule: objection.rule, reason: objection.reason };
  const profile = wish.profile ?? view.settings.profile;
  const own = outfits.profile(profile);
  const found = spawnCaliber(models, view.settings, { ...wish.calibers, profile: own?.caliber ?? {} });
  if (!found.ok) return found;
  const place = askedPlace({ ...wish.asks, fixed: view.settings.on, profile: own }, parts.places);
  return place.ok ? { ...place, found, profile } : place;
}
