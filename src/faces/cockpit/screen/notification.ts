import { oneLine } from "../../../base/text.ts";
import type { NotifySettings } from "../../../protocol/cockpit-settings.ts";

/** How a terminal is told of what is no part of the picture. */
export interface TerminalWays {
  desktop: "osc9" | "osc777" | "off";
  hasTitle: boolean;
  isInTmux: boolean;
}

/** What a terminal takes, by what the settings say and by what it is known for. */
export function terminalWays(
  { sequence, title }: Pick<NotifySettings, "sequence" | "title">,
  env: Record<string, string | undefined>,
): TerminalWays {
  const term = env["TERM"] ?? "";
  // These would show parts of the sequences.
  const isBare = term === "" || term === "dumb" || term === "linux";
  const isOf777 = /^(?:rxvt|foot)/.test(term) || (env["VTE_VERSION"] ?? "") !== "";
  const known = isOf777 ? "osc777" : "osc9";
  return {
    desktop: isBare ? "off" : sequence === "auto" ? known : sequence,
    hasTitle: title && !isBare,
    isInTmux: (env["TMUX"] ?? "") !== "",
  };
}

export const bell = "\u0007";

/** A notification of the desktop (OSC 9 of iTerm2, OSC 777 of rxvt); "" where there is none. Nothing in the text acts. */
export function notification(text: string, { desktop, isInTmux }: TerminalWays): string {
  if (desktop === "off") return "";
  const body = plain(text);
  // It never begins with a number: ConEmu takes those as commands of its own.
  const sequence =
    desktop === "osc9" ? `\u001b]9;cyberdeck: ${body}\u0007` : `\u001b]777;notify;cyberdeck;${body}\u0007`;
  // Of the terminal around tmux, which passes it on where it is let (allow-passthrough).
  return isInTmux ? `\u001bPtmux;${sequence.replaceAll("\u001b", "\u001b\u001b")}\u001b\\` : sequence;
}

/** The title of the terminal's window; "" where it is none of ours. The one before comes back with the terminal. */
export const titleSequence = (text: string, { hasTitle }: TerminalWays): string =>
  hasTitle ? `\u001b]2;${plain(text)}\u0007` : "";

/** One line without what ends or parts a sequence. */
const plain = (text: string): string => oneLine(text, 240).replaceAll(";", ",");
