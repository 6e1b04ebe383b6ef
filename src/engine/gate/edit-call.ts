import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { z } from "zod";

const replacement = z.object({ old_string: z.string(), new_string: z.string(), replace_all: z.boolean().optional() });
export type Replacement = z.infer<typeof replacement>;

const editSchema = z.discriminatedUnion("tool", [
  z.object({ tool: z.literal("Write"), file_path: z.string(), content: z.string() }),
  replacement.extend({ tool: z.literal("Edit"), file_path: z.string() }),
  z.object({ tool: z.literal("MultiEdit"), file_path: z.string(), edits: z.array(replacement) }),
]);
export type EditCall = z.infer<typeof editSchema>;

/** A call that changes a text file, as its tool takes it; undefined for any other. */
export function editCall(tool: string, input: unknown): EditCall | undefined {
  const asked: object = typeof input === "object" && input !== null ? input : {};
  const edit = editSchema.safeParse({ ...asked, tool });
  return edit.success ? edit.data : undefined;
}

/** The edits of a call, in their order. */
export const replacementsOf = (edit: Exclude<EditCall, { tool: "Write" }>): Replacement[] =>
  edit.tool === "Edit" ? [edit] : edit.edits;

/** How long comparing may take, milliseconds, and how far the texts may differ: it is on the deck's own thread. */
export interface CompareBounds {
  timeout: number;
  maxEditLength: number;
}

/** What changes from one text to the other, as a unified diff; undefined where that would take too long. */
export const patchOf = (
  [beforeName, afterName]: [string, string],
  before: string,
  after: string,
  bounds: CompareBounds,
): string | undefined =>
  createTwoFilesPatch(beforeName, afterName, before, after, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
    ...bounds,
  });
