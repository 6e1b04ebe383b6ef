import type { Caliber } from "../../protocol/caliber.ts";
import type { Model } from "../../protocol/models.ts";
import { clampEffort } from "./clamp.ts";
import { resolveModel } from "./resolve.ts";

export type Grade =
  /** `given`: what the agent is told to run on. `why`: set when that is not the effort that was asked for. */
  { ok: true; given: Caliber; why: string | undefined } | { ok: false; reason: string; meant: string | undefined };

/** What a caliber that is asked for becomes with the models that there are. */
export function gradeOf(models: readonly Model[], { model, effort }: Caliber): Grade {
  const found = resolveModel(models, model);
  if (!found.ok) return { ok: false, reason: unknownModel(model, found.known), meant: found.meant };
  const given = { model: found.name, effort: clampEffort(found.model?.efforts ?? [], effort) };
  if (given.effort === effort) return { ok: true, given, why: undefined };
  return { ok: true, given, why: `${found.name} has the efforts ${found.model?.efforts.join(", ")}` };
}

/** For whoever asked for it. */
export const unknownModel = (model: string, known: readonly string[]): string =>
  `the agent has no model "${model.slice(0, 60)}"; there are ${known.join(", ")}`;
