import { z } from "zod";

/** A trial of the gate as the agent gets it: a command to run and, for a sub-agent of its own, another trial. */
export interface GateTrial {
  command: string;
  inner?: { command: string } | undefined;
}

const opening = "GATE TRIAL: ";

/** The task text of a trial. A scripted model reads it; nobody else is ever asked to follow it. */
export const trialText = (trial: GateTrial): string => `${opening}${JSON.stringify(trial)}`;

/** The trial that a text holds, as `trialText` wrote it. */
export function readTrial(text: string): GateTrial | undefined {
  const at = text.indexOf(opening);
  if (at === -1) return undefined;
  const line = text.slice(at + opening.length).split("\n")[0] ?? "";
  try {
    const parsed = schema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined; // Not JSON: somebody's own text that begins in the same way.
  }
}

const schema = z.object({ command: z.string(), inner: z.object({ command: z.string() }).optional() });
