import { Fault } from "../../base/fault.ts";
import { unknownModel } from "../../policy/caliber/grade.ts";
import { resolveModel } from "../../policy/caliber/resolve.ts";
import type { Caliber } from "../../protocol/caliber.ts";
import type { KnownCalibers } from "../../protocol/models.ts";
import type { RunSettings } from "../../protocol/settings.ts";
import type { Note } from "../journal.ts";
import type { CaliberDesk } from "./desk.ts";
import { fallbackModels } from "./fallback.ts";

/** The models as a deck knows them; where nobody asks the agent, those that every agent has. */
export async function listCalibers(desk: CaliberDesk | undefined, isAnew: boolean): Promise<KnownCalibers> {
  if (desk === undefined) return { ...fallbackModels, from: "fallback", asked_at: null, warnings: [] };
  return isAnew ? desk.refresh() : desk.known();
}

/**
 * The settings with each model by the name that the agent takes. Refuses a model that there is not, before anything is
 * started. Efforts stay as they were asked for: what becomes of them is told for each construct.
 */
export function settledSettings(settings: RunSettings, { models }: Pick<KnownCalibers, "models">): RunSettings {
  const { caliber, daemon_caliber: daemon, tripwire_author: author } = settings;
  const settled = (flag: string, asked: Caliber): Caliber => {
    const found = resolveModel(models, asked.model);
    if (found.ok) return { ...asked, model: found.name };
    const instead = found.meant === undefined ? "" : `Did you mean ${flag} ${found.meant}? `;
    throw new Fault("usage", "caliber.unknown", `${flag}: ${unknownModel(asked.model, found.known)}.`, {
      facts: { flag, model: asked.model, models: found.known },
      hint: `${instead}"cyberdeck calibers" lists them; a full name (claude-…) may be given too.`,
    });
  };
  return {
    ...settings,
    caliber: settled("--model", caliber),
    daemon_caliber: settled("--daemon-model", daemon),
    tripwire_author: author === "off" ? author : settled("--tripwire-author", author),
  };
}

/** Puts on record which models there are in a run, and what went wrong in finding out. */
export function tellCalibers(known: KnownCalibers, note: Note): void {
  const { from, version, models, warnings } = known;
  note("calibers.known", { from, version, models: models.map(({ value }) => value) });
  for (const { code, message } of warnings) note("deck.warned", { code, message });
}
