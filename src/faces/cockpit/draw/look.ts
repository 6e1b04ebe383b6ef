import type { Style } from "../../words/style.ts";

/**
 * What a piece of the picture means. `act` is for one thing alone: the netrunner is needed now. How it looks is the theme's
 * (`screen/theme.ts`).
 */
export type Look = Style | (typeof ownLooks)[number];

export const ownLooks = [
  "act",
  "act_bar",
  "title",
  "border",
  "border_focused",
  "border_act",
  "cursor",
  "key",
  "match",
  "added",
  "removed",
  "hunk",
  "queued_bar",
  "waiting_bar",
  "model_bar",
  "tool_bar",
  "danger",
] as const;
