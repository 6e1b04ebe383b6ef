import { z } from "zod";
import { headAndTail, oneLine } from "../base/text.ts";

export const surfaceKinds = ["file", "note"] as const;

/** The tool through which a construct surfaces something: the only way, whatever its words may look like. */
export const surfaceTool = "mcp__deck__surface";

/** What a construct wants to show to the netrunner. A model wrote it. */
export const surfaceWishSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("file"), path: z.string().min(1).max(4096), title: z.string().optional() }),
  z.object({ kind: z.literal("note"), text: z.string().min(1), title: z.string().optional() }),
]);
export type SurfaceWish = z.infer<typeof surfaceWishSchema>;

/** What a construct has surfaced, as it stands on the record. */
export const surfacedSchema = z.object({
  kind: z.enum(surfaceKinds),
  /** Empty when it was given none. */
  title: z.string(),
  /** Of a file, absolute and free of links; null for a note. */
  path: z.string().nullable(),
  /** Of a note, perhaps shortened; null for a file. */
  text: z.string().nullable(),
  /** Bytes of the file at that moment, or of the whole note. */
  size: z.int(),
});
export type Surfaced = z.infer<typeof surfacedSchema>;

/** What the construct is told: `reason` says what was recorded, or why nothing was. */
export interface SurfaceAnswer {
  ok: boolean;
  reason: string;
}

/** The most bytes of a note that are kept. Longer texts belong into a file. */
export const noteBytes = 8 * 1024;

/** The most characters of a title. */
export const titleCharacters = 120;

/** So many items may one construct surface: the netrunner has to look at each. */
export const mostSurfaced = 50;

/** The same item with so much of its note at most. */
export const shortSurfaced = (item: Surfaced, bytes: number): Surfaced =>
  item.text === null ? item : { ...item, text: headAndTail(item.text, bytes).text };

/** A surfaced item in a line; of a note with a title not what it says. */
export function showSurfaced({ kind, title, path, text, size }: Surfaced): string {
  const name = title === "" ? (text === null ? "" : ` "${oneLine(text, 80)}"`) : ` "${title}"`;
  return `${kind}${name}${path === null ? "" : ` ${path}`} (${size} bytes)`;
}
