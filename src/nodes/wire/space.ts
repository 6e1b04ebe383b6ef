import { z } from "zod";
import { leftSchema, spaceManifestSchema } from "../workspace/manifest.ts";

/** A name that becomes part of paths and of what lies on the hub. */
const name = z.string().regex(/^\w[\w-]{0,99}$/);

/** A copy of a workspace on a node. */
export const spaceSchema = z.strictObject({
  /** By which the node knows its folder: what goes on in it later bears the same. */
  name,
  /** Where its bundle is in the store of the hub; null: it is there already, with an earlier session's work in it. */
  thing: name.nullable(),
  manifest: spaceManifestSchema,
});
export type Space = z.infer<typeof spaceSchema>;

/** What came of bringing back what is new in a copy. */
export const broughtSchema = z.discriminatedUnion("isNothing", [
  z.object({
    isNothing: z.literal(true),
    left: z.object({ count: z.int().nonnegative(), first: z.array(leftSchema).max(100) }),
  }),
  /** The manifest is looked at by those who take the result. */
  z.object({ isNothing: z.literal(false), thing: name, manifest: z.unknown() }),
]);
export type Brought = z.infer<typeof broughtSchema>;

/** What a result of this copy is called in the store: a node can name no other thing. */
export const isResultOf = (space: string, thing: string): boolean => thing.startsWith(`result-${space.slice(-60)}-`);
export const resultName = (space: string, number: string): string => `result-${space.slice(-60)}-${number}`;
