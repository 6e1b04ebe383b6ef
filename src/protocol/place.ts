import { z } from "zod";

/** The pool that is the deck's own machine. No other place may bear its name. */
export const herePool = "here";

/** A name that can stand on the wire between machines. */
export const placeName = z.string().regex(/^[\w-]{1,64}$/, '1 to 64 letters, digits, "-" and "_"');

const labels = z.array(placeName).max(20);

/** Where somebody wants constructs to run. What is left out is left to the deck. */
export const placeAskSchema = z.object({
  /** One of the places of this pool; `here`: the deck's own machine. */
  pool: placeName.optional(),
  /** Only a place that has all of these. The deck's own machine has none. */
  labels: labels.optional(),
});
export type PlaceAsk = z.infer<typeof placeAskSchema>;

/** A pool of places that are there, and the labels of which there is at least one in it. */
export interface PoolLine {
  name: string;
  labels: readonly string[];
}

/** Of what may say more, what it says of a place. */
export const askOf = ({ pool, labels: wanted = [] }: PlaceAsk): PlaceAsk => ({
  ...(pool === undefined ? {} : { pool }),
  ...(wanted.length === 0 ? {} : { labels: [...wanted] }),
});

/** Whether it wants anything at all. */
export const isAsked = ({ pool, labels: wanted = [] }: PlaceAsk): boolean => pool !== undefined || wanted.length > 0;

/** What is wanted, in words: "the pool gpu with cuda and large". */
export function showAsk({ pool, labels: wanted = [] }: PlaceAsk): string {
  const where = pool === undefined ? "any place" : pool === herePool ? "this machine" : `the pool ${pool}`;
  return wanted.length === 0 ? where : `${where} with ${wanted.join(" and ")}`;
}

/** How constructs are spread where there are several places. */
export const placements = ["here_first", "spread"] as const;
