import { z } from "zod";

/**
 * What a tool call wants to change in a file, out of its input: whether it came to that, its result tells. `diff`: what is
 * replaced, as a unified diff without line numbers; `text`: what the file, or a cell of a notebook, is to consist of.
 */
export const shownChangeSchema = z.object({
  kind: z.enum(["diff", "text"]),
  /** Head and tail of what is long. */
  text: z.string(),
  /** So many bytes are left out. */
  omitted: z.int().min(0),
});
export type ShownChange = z.infer<typeof shownChangeSchema>;
