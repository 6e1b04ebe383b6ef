import type { CatalogueListing } from "../../../protocol/catalogue-listing.ts";
import type { KnownCalibers } from "../../../protocol/models.ts";
import { cursorIn, newListing, type Listing } from "../draw/listing.ts";
import { readWords, type Vocabulary } from "../model/word-filter.ts";
import type { At } from "../page.ts";
import { caliberRows, pluginRows, profileRows, toolRows, type CatalogueRow } from "./catalogue-rows.ts";

/** The parts of the page, in the order in which Tab goes through them. */
export const catalogueParts = ["profiles", "tools", "plugins", "calibers"] as const;
export type CataloguePart = (typeof catalogueParts)[number];

/** What the page of the catalogues keeps. */
export interface CataloguesState {
  part: CataloguePart;
  listings: Record<CataloguePart, Listing>;
  /** What is written to narrow the parts down; "": all of them is shown. */
  filter: string;
  /** Null: not told yet. */
  rows: Record<CataloguePart, readonly CatalogueRow[] | null>;
  /** Why they could not be had; "": they could. */
  problems: { files: string; calibers: string };
  places: CatalogueListing["places"];
  /** Where the models come from. */
  source: Pick<KnownCalibers, "from" | "version" | "warnings"> | null;
  isLoading: boolean;
  /** A catalogue has changed since it was read. */
  isStale: boolean;
  /** Rows of the details that are scrolled away. */
  top: number;
}

export const newCataloguesState = (): CataloguesState => ({
  part: "profiles",
  listings: { profiles: newListing, tools: newListing, plugins: newListing, calibers: newListing },
  filter: "",
  rows: { profiles: null, tools: null, plugins: null, calibers: null },
  problems: { files: "", calibers: "" },
  places: [],
  source: null,
  isLoading: false,
  isStale: false,
  top: 0,
});

/** The rows of a part that the filter lets through; without a part, of the one that is shown. */
export function rowsOf({ rows, part: shown, filter }: CataloguesState, part = shown): readonly CatalogueRow[] {
  const all = rows[part] ?? [];
  if (filter === "") return all;
  const { has } = readWords(filter, vocabulary);
  return all.filter((row) => has(row, 0));
}

export const idsOf = (state: CataloguesState): string[] => rowsOf(state).map(({ id }) => id);

/** The entry under the cursor. */
export function rowHere(state: CataloguesState): CatalogueRow | undefined {
  const id = cursorIn(idsOf(state), state.listings[state.part]);
  return rowsOf(state).find((row) => row.id === id);
}

/** Puts another one in the place of the listing that is shown. */
export const withListing = (state: CataloguesState, listing: Listing): CataloguesState => ({
  ...state,
  listings: { ...state.listings, [state.part]: listing },
  top: 0,
});

/** What entries can be filtered by: all that is told of them, and by name what stands in a column. */
const vocabulary: Vocabulary<CatalogueRow> = {
  texts: ({ name, sort, from, about, standing, facts }) => [
    name,
    sort,
    from,
    about,
    standing[0],
    ...facts.map(([, text]) => text),
  ],
  names: {
    name: ({ name }) => [name],
    sort: ({ sort }) => [sort],
    from: ({ from }) => [from],
    is: ({ standing: [, look] }) => [look === "bad" ? "wrong" : look === "warning" ? "missing" : "usable"],
  },
};

/**
 * Reads the catalogues, and asks the deck for the models.
 * @param refresh the agent is asked anew which models it has
 */
export async function loadCatalogues(
  { hands, update, state }: Pick<At<CataloguesState>, "hands" | "update" | "state">,
  refresh = false,
): Promise<void> {
  if (state.isLoading) return;
  // The key that has led here sets a state of its own first.
  await Promise.resolve();
  update((now) => ({ ...now, isLoading: true, isStale: false }));
  const files = hands.local.catalogues().then(
    (listing) => update((now) => withFiles(now, listing)),
    (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      update((now) => ({ ...now, problems: { ...now.problems, files: why } }));
    },
  );
  const answer = await hands.ask({ type: "calibers.list", refresh });
  update((now) => withCalibers(now, answer));
  await files;
  update((now) => ({ ...now, isLoading: false }));
}

function withFiles(state: CataloguesState, listing: CatalogueListing): CataloguesState {
  const rows = { profiles: profileRows(listing), tools: toolRows(listing), plugins: pluginRows(listing) };
  return {
    ...state,
    rows: { ...state.rows, ...rows },
    places: listing.places,
    problems: { ...state.problems, files: "" },
  };
}

function withCalibers(state: CataloguesState, answer: { reply: KnownCalibers } | { problem: string }): CataloguesState {
  if ("problem" in answer) return { ...state, problems: { ...state.problems, calibers: answer.problem } };
  const { reply } = answer;
  return {
    ...state,
    rows: { ...state.rows, calibers: caliberRows(reply) },
    source: reply,
    problems: { ...state.problems, calibers: "" },
  };
}
