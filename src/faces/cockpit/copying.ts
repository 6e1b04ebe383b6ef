import type { CockpitSettings } from "../../protocol/cockpit-settings.ts";
import type { Machine } from "./machine.ts";
import { clipboardSequence, mostForTerminal } from "./screen/clipboard.ts";

/** Puts a text into a clipboard; resolves to what is to be told about it, undefined when all is well. */
export type Copy = (text: string) => Promise<string | undefined>;

/**
 * Copies by the terminal and by the machine, as the netrunner likes it. Whether a terminal has done it is not known; over a remote
 * connection it is the only one that can.
 */
export function copying(
  { copy }: Pick<CockpitSettings, "copy">,
  signal: (sequence: string) => void,
  machine: Pick<Machine, "copy">,
  env: Record<string, string | undefined>,
): Copy {
  return async (text) => {
    const sequence = copy === "machine" ? undefined : clipboardSequence(text, (env["TMUX"] ?? "") !== "");
    if (sequence !== undefined) signal(sequence);
    const isTooLong = copy !== "machine" && sequence === undefined;
    if (copy === "terminal") return isTooLong ? tooLong(text) : undefined;
    const problem = await machine.copy(text);
    if (problem === undefined) return undefined;
    if (isTooLong) return `${tooLong(text)}; ${problem}`;
    // Without a program for it, the terminal is the one that does it.
    return copy === "both" ? undefined : problem;
  };
}

const tooLong = (text: string): string =>
  `not copied: terminals take ${mostForTerminal} bytes at most, this has ${Buffer.byteLength(text)}`;
