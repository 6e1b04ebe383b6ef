import { z } from "zod";

export const efforts = ["low", "medium", "high", "xhigh", "max"] as const;
export const effortSchema = z.enum(efforts);
export type Effort = z.infer<typeof effortSchema>;

/** Model and effort of a spawn. The model is a name that the agent accepts: an alias ("sonnet") or a full one. */
export const caliberSchema = z.object({ model: z.string().min(1), effort: effortSchema });
export type Caliber = z.infer<typeof caliberSchema>;

export const showCaliber = (caliber: Caliber): string => `${caliber.model}·${caliber.effort}`;

/** What something ran on, and what was asked for where that is something else; what was asked for, where it never ran. */
export function showGiven(asked: Caliber, given: (Caliber & { fast: boolean }) | null): string {
  if (given === null) return showCaliber(asked);
  const ran = `${showCaliber(given)}${given.fast ? "·fast" : ""}`;
  return showCaliber(asked) === showCaliber(given) ? ran : `${ran} (asked: ${showCaliber(asked)})`;
}
