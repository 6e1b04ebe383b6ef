import { chooseCaliber, type CaliberWishes } from "../../policy/caliber/choose.ts";
import { gradeOf } from "../../policy/caliber/grade.ts";
import type { Caliber } from "../../protocol/caliber.ts";
import type { Model } from "../../protocol/models.ts";
import type { RunSettings } from "../../protocol/settings.ts";
import type { Note } from "../journal.ts";

export type SpawnCaliber =
  | { ok: true; caliber: Caliber; asked: Caliber; why: string | undefined }
  /** For whoever asked. */
  | { ok: false; rule: typeof unknownRule; reason: string };

/** The rule of a spawn whose model is none. */
const unknownRule = "caliber.unknown";

/**
 * What a construct runs on. `asked` is what it would be without the netrunner's fixed choice and without the limits of its
 * model; `why` says why it is not that.
 */
export function spawnCaliber(
  models: readonly Model[],
  settings: Pick<RunSettings, "caliber" | "caliber_fixed">,
  wishes: Omit<CaliberWishes, "deck">,
): SpawnCaliber {
  const deck = settings.caliber;
  const asked = chooseCaliber({ ...wishes, deck });
  // What the netrunner says of this one alone comes before what is fixed for all.
  const chosen = chooseCaliber({ ...wishes, netrunner: { ...fixedIn(settings), ...given(wishes.netrunner) }, deck });
  const grade = gradeOf(models, chosen);
  if (!grade.ok) {
    const meant = grade.meant === undefined ? "" : `; did you mean ${grade.meant}?`;
    return { ok: false, rule: unknownRule, reason: `${grade.reason}${meant}` };
  }
  const isFixed = chosen.model !== asked.model || chosen.effort !== asked.effort;
  return {
    ok: true,
    caliber: grade.given,
    asked,
    why: grade.why ?? (isFixed ? "the netrunner has fixed it" : undefined),
  };
}

/** The field of a spawn that says what was asked for; none where it gets just that. */
export const askedOf = ({ asked, why }: SpawnCaliber & { ok: true }): { asked?: Caliber } =>
  why === undefined ? {} : { asked };

/** Puts on record that a construct runs on something else than was asked for. */
export function noteCaliber(construct: string, found: SpawnCaliber & { ok: true }, note: Note): void {
  const { asked, caliber: given, why } = found;
  if (why !== undefined) note("caliber.clamped", { construct, asked, given, why });
}

/** What a daemon runs on; a note where that is not the effort that was asked for. */
export function daemonCaliber(models: readonly Model[], asked: Caliber, daemon: string, note: Note): Caliber {
  const grade = gradeOf(models, asked);
  // A run does not open with a model that there is not.
  if (!grade.ok) return asked;
  if (grade.why !== undefined) note("caliber.clamped", { daemon, asked, given: grade.given, why: grade.why });
  return grade.given;
}

const given = ({ model, effort }: NonNullable<CaliberWishes["netrunner"]> = {}): Partial<Caliber> => ({
  ...(model === undefined ? {} : { model }),
  ...(effort === undefined ? {} : { effort }),
});

function fixedIn({ caliber, caliber_fixed }: Pick<RunSettings, "caliber" | "caliber_fixed">): Partial<Caliber> {
  return {
    ...(caliber_fixed.includes("model") ? { model: caliber.model } : {}),
    ...(caliber_fixed.includes("effort") ? { effort: caliber.effort } : {}),
  };
}
