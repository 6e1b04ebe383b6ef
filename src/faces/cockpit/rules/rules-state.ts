import type { BlacklistEntry } from "../../../protocol/blacklist.ts";
import { isBlacklistRule } from "../../../protocol/blacklist.ts";
import type { RuleLine } from "../../../protocol/brake-case.ts";
import type { TripwireLine } from "../../../protocol/tripwire.ts";
import type { Tier } from "../../../protocol/verdict.ts";
import type { RunView } from "../../../protocol/view.ts";
import { cursorIn, newListing, type Listing } from "../draw/listing.ts";
import { currentRun, isOpen, type DeckModel } from "../model/deck-model.ts";

/** The parts of the page, in the order in which Tab goes through them. */
export const ruleParts = ["tripwires", "forbidden", "brake"] as const;
export type RulePart = (typeof ruleParts)[number];

export interface RulesState {
  part: RulePart;
  listings: Record<RulePart, Listing>;
  /** Null: they have not been told yet. */
  tripwires: readonly TripwireLine[] | null;
  entries: readonly BlacklistEntry[] | null;
  brake: { tier: Tier; rules: readonly RuleLine[] } | null;
}

export const newRulesState = (): RulesState => ({
  part: "tripwires",
  listings: { tripwires: newListing, forbidden: newListing, brake: newListing },
  tripwires: null,
  entries: null,
  brake: null,
});

/** What is forbidden, or a task that was refused because of it. */
export type Forbidden =
  | { id: string; kind: "entry"; entry: BlacklistEntry }
  | { id: string; kind: "refused"; run: string; task: string; why: string };

/** The list of forbidden work: the entries, then what the open run was refused and nobody has let through. */
export function forbiddenOf({ entries }: RulesState, model: DeckModel): Forbidden[] {
  const run = openNow(model);
  const refused = (run?.refused ?? []).filter(
    ({ rule, task }) => isBlacklistRule(rule) && run?.exempt.includes(task) !== true,
  );
  const tasks = new Map(refused.map(({ task, reason }) => [task, reason]));
  return [
    ...(entries ?? []).map((entry): Forbidden => ({ id: entry.id, kind: "entry", entry })),
    ...[...tasks].map(([task, why]): Forbidden => ({
      id: `refused:${task}`,
      kind: "refused",
      run: run?.run ?? "",
      task,
      why,
    })),
  ];
}

export function idsOf(state: RulesState, model: DeckModel): string[] {
  if (state.part === "tripwires") return (state.tripwires ?? []).map(({ name }) => name);
  if (state.part === "forbidden") return forbiddenOf(state, model).map(({ id }) => id);
  return (state.brake?.rules ?? []).map((_rule, index) => String(index));
}

export const cursorOf = (state: RulesState, model: DeckModel): string | undefined =>
  cursorIn(idsOf(state, model), state.listings[state.part]);

/** The run whose rules these are; undefined: none is open. */
export function openNow(model: DeckModel): RunView | undefined {
  const run = currentRun(model);
  return run !== undefined && isOpen(run) ? run : undefined;
}

export const tierNow = (model: DeckModel): Tier => openNow(model)?.settings.brake ?? "default";

/** Puts another one in the place of the listing that is shown. */
export const withListing = (state: RulesState, listing: Listing): RulesState => ({
  ...state,
  listings: { ...state.listings, [state.part]: listing },
});
