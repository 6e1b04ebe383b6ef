import { z } from "zod";

/** Work that the netrunner has forbidden. */
export const blacklistEntrySchema = z.object({
  id: z.string().min(1),
  task: z.string().trim().min(1),
  reason: z.string(),
  /** Milliseconds since the epoch. */
  added_at: z.number(),
  /** The construct whose task it was; null when the netrunner wrote it. */
  construct: z.string().nullable(),
});
export type BlacklistEntry = z.infer<typeof blacklistEntrySchema>;

/** The rule under which a spawn is refused: it is forbidden work, or may be, which the netrunner is asked about. */
export const blacklistRules = { refuse: "blacklist", ask: "blacklist.ask" } as const;

/** Whether a spawn was refused because of the blacklist. */
export const isBlacklistRule = (rule: string): boolean => rule === blacklistRules.refuse || rule === blacklistRules.ask;
