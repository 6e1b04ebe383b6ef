import { z } from "zod";

/** What a catalogue lists. */
export const catalogueKinds = ["profile", "tool", "plugin"] as const;
export type CatalogueKind = (typeof catalogueKinds)[number];

/** Where an entry comes from, the strongest first: the deck's own folder, the user's configuration, what ships with the deck. */
export const cataloguePlaces = ["home", "user", "shipped"] as const;
export type CataloguePlace = (typeof cataloguePlaces)[number];

/** One valid entry of a catalogue. The value is plain data. */
export interface CatalogueEntry<T> {
  name: string;
  place: CataloguePlace;
  /** The file that it stands in. */
  path: string;
  value: T;
}

/** Something in a catalogue that is wrong. The last good version of that entry stays in force, if there was one. */
export const refusedEntrySchema = z.object({
  kind: z.enum(catalogueKinds),
  /** Name of the entry; null where the whole file is unreadable and holds several. */
  name: z.string().nullable(),
  path: z.string(),
  /** Counted from 1; 0: the file as a whole. */
  line: z.int().min(0),
  /** What is wrong, and what would be right. */
  problem: z.string(),
});
export type RefusedEntry = z.infer<typeof refusedEntrySchema>;

export const catalogueChangeSchema = z.object({
  kind: z.enum(catalogueKinds),
  name: z.string(),
  change: z.enum(["added", "changed", "removed"]),
  path: z.string(),
});
export type CatalogueChange = z.infer<typeof catalogueChangeSchema>;

/** A name of an entry: what can stand in a file name, on a command line and in a model's reply alike. */
export const entryName = /^[a-z0-9_][a-z0-9_-]{0,63}$/;

/** How names look, in words. */
export const entryNameRule =
  "a name has small letters, digits, _ and - alone, does not begin with -, and has at most 64";

/** What has been wrong in one line: the file, the line, the problem. */
export const refusalText = ({ path, line, problem }: RefusedEntry): string =>
  `${path}${line > 0 ? `, line ${line}` : ""}: ${problem}`;
