/** The most that is given to a terminal's clipboard, bytes: hterm and others drop what is longer as a whole. */
export const mostForTerminal = 74_994;

/**
 * Asks a terminal to put a text into its clipboard (OSC 52); undefined when it is too long for that. Inside of tmux, the terminal
 * around it is asked as well: tmux passes that on where `allow-passthrough` is on, and answers by itself where `set-clipboard` is on.
 */
export function clipboardSequence(text: string, isInTmux: boolean): string | undefined {
  const bytes = Buffer.from(text);
  if (bytes.length > mostForTerminal) return undefined;
  const sequence = `\u001b]52;c;${bytes.toString("base64")}\u0007`;
  return isInTmux ? `${sequence}\u001bPtmux;${sequence.replaceAll("\u001b", "\u001b\u001b")}\u001b\\` : sequence;
}
